import type { BayesFilter } from '@postern/bayes'
import {
  bindAll,
  type DaemonKind,
  type DaemonOptions,
  type FixedSettings,
  openLog,
  openDns as openOwnDns,
  openFilter as openOwnFilter,
  openPatiently,
  reloadSettings,
  type StartedDaemon,
} from '@postern/daemon'
import { createMilterServer } from '@postern/milter/server'
import { createHandlers } from './handlers.ts'
import { macrosFor } from './macros.ts'
import { messageFields } from './message-line.ts'
import { createService } from './service.ts'
import { version } from './version.ts'

/** The milter, as what starts it sees it. */
export const milterd: DaemonKind = { table: 'milter', start: runMilterd }

/** What is done once at the start: sockets and log are opened. */
const fixed: FixedSettings = {
  milter: [
    'processes',
    'listen',
    'socket_mode',
    'socket_owner',
    'on_error',
    'idle_timeout_seconds',
    'max_connections',
    'shutdown_seconds',
  ],
  // Macros are asked for when a connection is made.
  signing: ['sign_macros'],
  // The filter is opened once.
  bayes: [
    'directory',
    'spam_threshold',
    'ham_threshold',
    'min_learned',
    'train',
    'balance',
    'slot_bits',
    'seen_limit',
  ],
  store: ['kind', 'directory'],
  log: ['format', 'level', 'destination'],
}

/** Starts the milter on the sockets of `[milter] listen`. */
export async function runMilterd(options: DaemonOptions): Promise<StartedDaemon> {
  const { settings, configPath, openDns = openOwnDns, openFilter = openOwnFilter } = options
  const { milter } = settings
  const log = openLog({
    ...settings.log,
    destination: settings.log.destination ?? 'stdout',
    ...(options.log && { format: options.log }),
  })
  let opened: BayesFilter | undefined
  const filter = () => {
    opened ??= openPatiently((onSetAside) => openFilter(settings, { configPath, onSetAside }), { log })
    return opened
  }
  let service = createService({ settings, configPath, log, openDns, filter })
  const retired = new Set<typeof service>()
  const server = createMilterServer({
    ...createHandlers({
      service: () => service,
      onHandled(handled) {
        if (log.isOn('info')) log.write('info', 'message', messageFields(handled))
      },
    }),
    leadingSpace: true,
    macros: macrosFor(service.signing.policy),
    errorReply: milter.on_error,
    onHandlerError: (error) => service.failures.note('milter', error),
    onProtocolError: (event, { peer }) =>
      log.write('warn', 'protocol-error', ['peer', peer, 'problem', event.code]),
    idleTimeoutMs: milter.idle_timeout_seconds * 1000,
    limits: { connections: milter.max_connections },
  })
  const close = async () => {
    await Promise.all([service, ...retired].map((used) => used.close()))
    await opened?.close().catch((error: unknown) => service.failures.note('filter', error))
    await log.close()
  }
  const bound = await bindAll(server, 'milter', milter)
  if (!bound.ok) {
    await server.close({ graceMs: 0 })
    await close()
    return bound
  }
  const { addresses } = bound
  const facts = () => [
    'daemon',
    'milterd',
    'version',
    version,
    'pid',
    process.pid,
    'keys',
    service.signing.keys,
    'authserv_id',
    service.authservId,
    'settings',
    configPath ?? 'defaults',
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
            const old = service
            service = createService({ settings: changed, configPath, log, openDns, filter })
            retired.add(old)
            // Messages under way go on with what they began with.
            setTimeout(() => {
              retired.delete(old)
              void old.close()
            }, retiringMs).unref()
          },
        }),
      noteBug: (error) => service.failures.note('milter', error),
      async close() {
        await server.close({ graceMs: milter.shutdown_seconds * 1000 })
        const { messages, protocolErrors } = server.stats
        log.write('info', 'stopped', [
          'daemon',
          'milterd',
          'messages',
          messages,
          'protocol_errors',
          protocolErrors,
          'failures',
          service.failures.total,
        ])
        await close()
      },
    },
  }
}

/** How long the slowest message may be under way: Postfix's smtpd_timeout for each of its reads is far below. */
const retiringMs = 600_000
