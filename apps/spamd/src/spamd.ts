import {
  bindAll,
  createFailureLog,
  type DaemonKind,
  type DaemonOptions,
  type FixedSettings,
  openLog,
  openFilter as openOwnFilter,
  openPatiently,
  reloadSettings,
  type StartedDaemon,
} from '@postern/daemon'
import { formatFault } from '@postern/spamd'
import { createSpamdServer } from '@postern/spamd/server'
import { createHandlers } from './handlers.ts'
import { requestFields } from './request-line.ts'
import { createService } from './service.ts'
import { version } from './version.ts'

/** What is done once at the start: sockets, filter and log are opened. */
const fixed: FixedSettings = {
  spamd: [
    'processes',
    'listen',
    'socket_mode',
    'socket_owner',
    'max_message_octets',
    'max_held_octets',
    'idle_timeout_seconds',
    'max_connections',
    'shutdown_seconds',
  ],
  store: ['directory'],
  bayes: ['directory', 'spam_threshold', 'ham_threshold', 'min_learned', 'train', 'balance', 'slot_bits'],
  log: ['format', 'level', 'destination'],
}

/** The daemon for spamc, as what starts it sees it. */
export const spamd: DaemonKind = { table: 'spamd', start: runSpamd }

/** Starts the daemon on the sockets of `[spamd] listen`. */
export async function runSpamd(options: DaemonOptions): Promise<StartedDaemon> {
  const { settings, configPath, openFilter = openOwnFilter } = options
  const { spamd } = settings
  const log = openLog({
    ...settings.log,
    destination: settings.log.destination ?? 'stdout',
    ...(options.log && { format: options.log }),
  })
  const failures = createFailureLog(log)
  // Without it spamc is told to keep the mail as it is, which is better than that nobody answers, or that other daemons end.
  const filter = openPatiently((onSetAside) => openFilter(settings, { configPath, onSetAside }), { log })
  let service = createService({ settings, filter, failures })
  const server = createSpamdServer({
    ...createHandlers({
      service: () => service,
      onHandled(handled) {
        if (log.isOn('info')) log.write('info', 'request', requestFields(handled))
      },
    }),
    onHandlerError: (error) => failures.note('spamd', error),
    onFault: (fault, { peer }, head) =>
      log.write('warn', 'refused', [
        ...['client', peer, 'command', head?.command, 'user', head?.user, 'problem', fault.code],
        ...['answer', formatFault(fault).trimEnd()],
      ]),
    idleTimeoutMs: spamd.idle_timeout_seconds * 1000,
    limits: {
      connections: spamd.max_connections,
      messageBytes: spamd.max_message_octets,
      heldBytes: spamd.max_held_octets,
    },
  })
  const close = async () => {
    await filter.close().catch((error: unknown) => failures.note('filter', error))
    await log.close()
  }
  const bound = await bindAll(server, 'spamd', spamd)
  if (!bound.ok) {
    await server.close({ graceMs: 0 })
    await close()
    return bound
  }
  const { addresses } = bound
  const facts = () => [
    ...['daemon', 'spamd', 'version', version, 'pid', process.pid],
    ...['tell', service.allowTell ? 'allowed' : 'refused', 'settings', configPath ?? 'defaults'],
  ]
  log.write('info', 'listening', ['on', addresses.join(' '), ...facts()])
  return {
    ok: true,
    daemon: {
      addresses,
      reload: () =>
        reloadSettings({
          options,
          log,
          fixed,
          facts,
          apply(changed) {
            service = createService({ settings: changed, filter, failures })
          },
        }),
      noteBug: (error) => failures.note('spamd', error),
      async close() {
        await server.close({ graceMs: spamd.shutdown_seconds * 1000 })
        const { scans, tells, faults } = server.stats
        log.write('info', 'stopped', [
          ...['daemon', 'spamd', 'scans', scans, 'tells', tells, 'refused', faults],
          ...['failures', failures.total],
        ])
        await close()
      },
    },
  }
}
