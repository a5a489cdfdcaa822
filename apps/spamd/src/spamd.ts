import {
  bindAll,
  createFailureLog,
  type DaemonKind,
  type DaemonOptions,
  type FixedSettings,
  openLog,
  reloadSettings,
  type StartedDaemon,
} from '@postern/daemon'
import { formatFault } from '@postern/spamd'
import { createSpamdServer } from '@postern/spamd/server'
import type { FilterOpener } from './filter.ts'
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
  store: ['kind', 'directory'],
  log: ['format', 'level', 'destination'],
}

/** The daemon over the filter that this opens. */
export const createSpamd = (openFilter: FilterOpener): DaemonKind => ({
  table: 'spamd',
  start: (options) => start(options, openFilter),
})

async function start(options: DaemonOptions, openFilter: FilterOpener): Promise<StartedDaemon> {
  const { settings, configPath } = options
  const { spamd } = settings
  const opened = await openFilter(settings, { configPath }).catch((error: Error) => error)
  if (opened instanceof Error) return { ok: false, message: `the filter cannot be opened: ${opened.message}` }
  const filter = opened
  const log = openLog({
    ...settings.log,
    destination: settings.log.destination ?? 'stdout',
    ...(options.log && { format: options.log }),
  })
  const failures = createFailureLog(log)
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
