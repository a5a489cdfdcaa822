import { formatListenAddress, type ListenAddress, parseListenAddress } from '@postern/listener'
import { createPolicyServer, type PolicyServer, serveStream } from '@postern/postfix-policy/server'
import type { LoadedSettings, Settings, SettingsProblem } from '@postern/settings'
import { type Log, openLog } from './log.ts'
import { lookupOwner } from './owner.ts'
import { changedUntilRestart } from './restart-settings.ts'
import { createService, type Service } from './service.ts'
import { stateDirectory } from './state.ts'
import { openStore } from './store.ts'
import { startSweeping } from './sweep.ts'
import { version } from './version.ts'

export interface PolicydOptions {
  readonly settings: Settings
  /** The file the settings came from, if any: relative paths count from it. */
  readonly configPath?: string | undefined
  /** Overrides [log] format. */
  readonly log?: 'text' | 'json' | undefined
  /** Reads the settings again, for `reload`. */
  readonly reload?: (() => LoadedSettings) | undefined
}

/** A running daemon. */
export interface Policyd {
  /** Where it really listens: the kernel's choice for port 0. */
  readonly addresses: readonly string[]
  /** Rereads settings and lists; mistakes leave the old ones in force and are logged. */
  reload(): void
  /** An error that nothing else has caught: logged with its stack and counted; the daemon goes on answering. */
  noteBug(error: unknown): void
  /** Finishes requests in flight, writes everything down, ends. */
  close(): Promise<void>
}

export type StartedPolicyd =
  | { readonly ok: true; readonly policyd: Policyd }
  /** A sentence for the administrator, e.g. that the port is in use. */
  | { readonly ok: false; readonly message: string }

/** Starts the daemon on the sockets of `[policy] listen`. */
export async function runPolicyd(options: PolicydOptions): Promise<StartedPolicyd> {
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
  const addresses: string[] = []
  for (const text of policy.listen) {
    const listened = await listenOn(server, text, policy)
    if (!listened.ok) {
      await server.close({ graceMs: 0 })
      await core.close()
      return listened
    }
    addresses.push(formatListenAddress(listened.address))
  }
  log.write('info', 'listening', ['on', addresses.join(' '), ...core.facts])
  return {
    ok: true,
    policyd: {
      addresses,
      reload: core.reload,
      noteBug: (error) => core.service().failures.note('daemon', error),
      async close() {
        await server.close({ graceMs: policy.shutdown_seconds * 1000 })
        await lastLines()
        const { requests, protocolErrors } = server.stats
        log.write('info', 'stopped', [
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
export async function runPolicydOnStdio(options: PolicydOptions): Promise<void> {
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

/** What answers, apart from how requests arrive. */
function startCore(options: PolicydOptions, destination: string) {
  const { settings, configPath } = options
  const log = openLog({ ...settings.log, destination, ...(options.log && { format: options.log }) })
  const directory = stateDirectory(settings.store.directory, configPath)
  const store = openStore({ kind: settings.store.kind, directory, log })
  const storeName = settings.store.kind === 'memory' ? 'memory' : directory
  let service: Service = createService({ settings, store, directory, log })
  /** Services that a reload has replaced, while what they were asked is still looked up, which is not longer than: */
  const retired = new Set<Service>()
  let deadlineMs = settings.dns.message_deadline_ms
  const retire = (old: Service) => {
    retired.delete(old)
    old.close()
  }
  const stopSweeping = startSweeping({ store, expire: (now) => service.greylist.expire(now), log })
  const facts = [
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
    reload() {
      log.reopen()
      const loaded = options.reload?.()
      if (!loaded) return
      if (!loaded.ok) return logProblems(log, configPath, loaded.problems)
      const old = service
      try {
        service = createService({ settings: loaded.settings, store, directory, log })
      } catch (error) {
        log.write('error', 'settings', ['file', configPath, 'problem', (error as Error).message])
        return
      }
      retired.add(old)
      setTimeout(() => retire(old), deadlineMs).unref()
      deadlineMs = loaded.settings.dns.message_deadline_ms
      for (const setting of changedUntilRestart(settings, loaded.settings))
        log.write('warn', 'settings', ['setting', setting, 'problem', 'takes effect at the next start'])
      log.write('info', 'reloaded', facts)
    },
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

function logProblems(log: Log, file: string | undefined, problems: readonly SettingsProblem[]): void {
  for (const { line, path, message } of problems)
    log.write('error', 'settings', ['file', file, 'line', line, 'setting', path, 'problem', message])
}

type ListenedOn =
  | { readonly ok: true; readonly address: ListenAddress }
  | { readonly ok: false; readonly message: string }

async function listenOn(server: PolicyServer, text: string, policy: Settings['policy']): Promise<ListenedOn> {
  const parsed = parseListenAddress(text)
  if (!parsed.ok)
    return { ok: false, message: `[policy] listen: "${text}" is no address (${parsed.error.code})` }
  const owner =
    policy.socket_owner === undefined ? { ok: true as const, value: {} } : lookupOwner(policy.socket_owner)
  if (!owner.ok) return { ok: false, message: `[policy] socket_owner: ${owner.message}` }
  const listened = await server.listen(parsed.value, {
    mode: Number.parseInt(policy.socket_mode, 8),
    ...owner.value,
  })
  return listened.ok ? { ok: true, address: listened.value } : { ok: false, message: listened.error.message }
}
