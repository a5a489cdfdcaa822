// From the command line to a running daemon: settings file, signals, exit status.

import { findSettings, readSettingsFile } from '@postern/settings/file'
import { type PolicydOptions, runPolicyd, runPolicydOnStdio } from './policyd.ts'
import { inProcesses, processesProblem } from './processes.ts'

export interface ProgramOptions {
  readonly config?: string | undefined
  readonly log?: 'text' | 'json' | undefined
  readonly stdio?: boolean
}

/** Runs until SIGTERM or SIGINT. Sets the exit status: 1 when it cannot start, 2 when the settings are wrong. */
export async function runAsProgram({ config, log, stdio }: ProgramOptions): Promise<void> {
  const cwd = process.cwd()
  const found = findSettings(config, cwd)
  if (!found.ok) return fail(2, found.messages)
  const { settings, path: configPath } = found
  const options = { settings, configPath, log, reload: () => readSettingsFile(configPath, cwd) }
  if (stdio) return runPolicydOnStdio(options)
  const problem = processesProblem(settings)
  if (problem !== undefined) return fail(2, [problem])
  process.exitCode = await inProcesses(settings, () => serve(options))
}

async function serve(options: PolicydOptions): Promise<number> {
  // From here on, so that a signal in the first moments does not end what is just starting.
  const signals = watchSignals()
  const started = await runPolicyd(options)
  if (!started.ok) {
    fail(1, [started.message])
    return 1
  }
  const { policyd } = started
  signals.onReload(() => policyd.reload())
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error) => policyd.noteBug(error))
  await signals.stop
  await policyd.close()
  return 0
}

function watchSignals() {
  let reload = () => {}
  process.on('SIGHUP', () => reload())
  const stop = new Promise((resolve) => {
    // Not once: a second signal, say from the process that watches over us and from systemd, must not end us half-way.
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
  return {
    stop,
    onReload(action: () => void) {
      reload = action
    },
  }
}

function fail(status: number, messages: readonly string[]): void {
  process.exitCode = status
  for (const message of messages) process.stderr.write(`postern: ${message}\n`)
}
