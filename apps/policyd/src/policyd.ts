import {
  bindAll,
  type DaemonKind,
  type DaemonOptions,
  type FixedSettings,
  openLog,
  openDns as openOwnDns,
  reloadSettings,
  type StartedDaemon,
  stateDirectory,
} from '@postern/daemon'
import { createPolicyServer, serveStream } from '@postern/postfix-policy/server'
import { processesProblem } from './processes-problem.ts'
import { createService, type Service } from './service.ts'
import { openStore } from './store.ts'
import { startSweeping } from './sweep.ts'
import { version } from './version.ts'

/** The policy daemon, as what starts it sees it. */
export const policyd: DaemonKind = { table: 'policy', processesProblem, start: runPolicyd }

/** Starts the daemon on the sockets of `[policy] listen`. */
export async function runPolicyd(options: DaemonOptions): Promise<StartedDaemon> {
  const { policy } = options.settings
  const core = startCore(options, options.settings.log.destination ?? 'stdout')
  const { log } = core
  const server = createPolicyServer({
    handle: (request) => core.service().handle(request),
    onHandlerError: (error) => core.service().failures.note('daemon', error),
    onProtocolError: (event, { peer }) =>
      log.write('warn', 'protocol-error', ['peer', peer, 'problem', event.code]),
    idleTimeoutMs: policy.idle_timeout_seconds * 1000,
    limits: { connections: policy.max_connections },
  })
  const bound = await bindAll(server, 'policy', policy)
  if (!bound.ok) {
    await server.close({ graceMs: 0 })
    await core.close()
    return bound
  }
  const { addresses } = bound
  log.write('info', 'listening', ['on', addresses.join(' '), ...core.facts])
  return {
    ok: true,
    daemon: {
      addresses,
      reload: core.reload,
      noteBug: (error) => core.service().failures.note('daemon', error),
      async close() {
        await server.close({ graceMs: policy.shutdown_seconds * 1000 })
        await lastLines()
        const { requests, protocolErrors } = server.stats
        log.write('info', 'stopped', [
          'daemon',
          'policyd',
          'requests',
          requests,
          'protocol_errors',
          protocolErrors,
          'failures',
          core.service().failures.total,
        ])
        await core.close()
      },
    },
  }
}

/** Serves one Postfix process on standard input and output, as under spawn(8); resolves when Postfix closes them. */
export async function runPolicydOnStdio(options: DaemonOptions): Promise<void> {
  // spawn(8) connects standard error to Postfix as well: a log line there would be taken for an answer.
  const core = startCore(options, options.settings.log.destination ?? 'syslog')
  await serveStream({
    input: process.stdin,
    output: process.stdout,
    handle: (request) => core.service().handle(request),
    onHandlerError: (error) => core.service().failures.note('daemon', error),
    onProtocolError: (event) =>
      core.log.write('warn', 'protocol-error', ['peer', 'stdin', 'problem', event.code]),
  })
  await lastLines()
  await core.close()
}

/** Lines about decisions are written when their answers are on their way (see decider.ts): also those of the last ones. */
const lastLines = () => new Promise((resolve) => setImmediate(resolve))

/** What is done once at the start: sockets, store and log are opened. */
const fixed: FixedSettings = {
  policy: [
    'processes',
    'listen',
    'socket_mode',
    'socket_owner',
    'idle_timeout_seconds',
    'max_connections',
    'shutdown_seconds',
  ],
  store: ['kind', 'directory'],
  log: ['format', 'level', 'destination'],
}

/** What answers, apart from how requests arrive. */
function startCore(options: DaemonOptions, destination: string) {
  const { settings, configPath, openDns = openOwnDns } = options
  const log = openLog({ ...settings.log, destination, ...(options.log && { format: options.log }) })
  const directory = stateDirectory(settings.store.directory, configPath)
  const store = openStore({ kind: settings.store.kind, directory, log })
  const storeName = settings.store.kind === 'memory' ? 'memory' : directory
  let service: Service = createService({ settings, store, directory, log, openDns })
  /** Services that a reload has replaced, while what they were asked is still looked up, which is not longer than: */
  const retired = new Set<Service>()
  let deadlineMs = settings.dns.message_deadline_ms
  const retire = (old: Service) => {
    retired.delete(old)
    old.close()
  }
  const stopSweeping = startSweeping({ store, expire: (now) => service.greylist.expire(now), log })
  const facts = [
    'daemon',
    'policyd',
    'version',
    version,
    'pid',
    process.pid,
    'store',
    storeName,
    'settings',
    configPath ?? 'defaults',
  ]
  return {
    log,
    facts,
    service: () => service,
    reload: () =>
      reloadSettings({
        options,
        log,
        fixed,
        facts: () => facts,
        apply(changed) {
          const old = service
          service = createService({ settings: changed, store, directory, log, openDns })
          retired.add(old)
          setTimeout(() => retire(old), deadlineMs).unref()
          deadlineMs = changed.dns.message_deadline_ms
        },
      }),
    async close() {
      stopSweeping()
      service.close()
      for (const old of retired) retire(old)
      try {
        await store.close()
      } catch (error) {
        log.write('error', 'store', ['problem', (error as Error).message])
      }
      await log.close()
    },
  }
}
