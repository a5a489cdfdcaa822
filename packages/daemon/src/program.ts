// From settings to running daemons: processes, signals, exit status.

import type { Settings } from '@postern/settings'
import { findSettings, readSettingsFile } from '@postern/settings/file'
import type { Daemon, DaemonKind, DaemonOptions } from './daemon.ts'
import { createSharedDns } from './dns.ts'
import { createSharedFilters } from './open-filter.ts'
import { inProcesses } from './processes.ts'

/** How the program hears of signals and complains; tests hand in their own. */
export interface ProgramIo {
  onSignal(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', handler: () => void): void
  complain(message: string): void
}

/** The signals and the standard error of this process. */
export const processProgramIo: ProgramIo = {
  onSignal: (signal, handler) => void process.on(signal, handler),
  complain: (message) => void process.stderr.write(`postern: ${message}\n`),
}

/** Reads the settings and runs the daemons until SIGTERM or SIGINT; sets the exit status: 1 cannot start, 2 wrong settings. */
export async function runAsProgram(
  kinds: readonly DaemonKind[],
  { config, log }: { readonly config?: string | undefined; readonly log?: 'text' | 'json' | undefined },
): Promise<void> {
  const cwd = process.cwd()
  const found = findSettings(config, cwd)
  if (!found.ok) {
    for (const message of found.messages) processProgramIo.complain(message)
    process.exitCode = 2
    return
  }
  const { settings, path: configPath } = found
  const options = { settings, configPath, log, reload: () => readSettingsFile(configPath, cwd) }
  process.exitCode = await serveDaemons(kinds, options, processProgramIo)
}

/** Runs the daemons until SIGTERM or SIGINT, each in as many processes as its table says; the exit status: 0, 1 or 2, as above. */
export async function serveDaemons(
  kinds: readonly DaemonKind[],
  options: DaemonOptions,
  io: ProgramIo,
): Promise<number> {
  const { settings } = options
  for (const kind of kinds) {
    const problem = kind.processesProblem?.(settings)
    if (problem === undefined) continue
    io.complain(problem)
    return 2
  }
  const count = Math.max(...kinds.map((kind) => processesOf(kind, settings)))
  return inProcesses(count, (place) =>
    serve(
      kinds.filter((kind) => processesOf(kind, settings) > place),
      options,
      io,
    ),
  )
}

const processesOf = ({ table }: DaemonKind, settings: Settings): number => settings[table].processes

async function serve(kinds: readonly DaemonKind[], options: DaemonOptions, io: ProgramIo): Promise<number> {
  // From here on, so that a signal in the first moments does not end what is just starting.
  const daemons: Daemon[] = []
  const dns = createSharedDns()
  const filters = createSharedFilters()
  io.onSignal('SIGHUP', () => {
    dns.renew()
    for (const daemon of daemons) daemon.reload()
  })
  const stopped = new Promise<void>((resolve) => {
    // Not once: a second signal, say from the process that watches over us and from systemd, must not end us half-way.
    io.onSignal('SIGTERM', resolve)
    io.onSignal('SIGINT', resolve)
  })
  const closeAll = () => Promise.all(daemons.map((daemon) => daemon.close()))
  for (const kind of kinds) {
    const started = await kind.start({ ...options, openDns: dns.open, openFilter: filters.open })
    if (!started.ok) {
      io.complain(started.message)
      await closeAll()
      return 1
    }
    daemons.push(started.daemon)
  }
  const noteBug = (error: unknown) => daemons[0]!.noteBug(error)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, noteBug)
  await stopped
  await closeAll()
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.off(event, noteBug)
  return 0
}
