// From the command line to a running daemon: settings file, signals, exit status.

import { findSettings, readSettingsFile } from '@postern/settings/file'
import { runPolicyd, runPolicydOnStdio } from './policyd.ts'

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
  // From here on, so that a signal in the first moments does not end what is just starting.
  const signals = watchSignals()
  const started = await runPolicyd(options)
  if (!started.ok) return fail(1, [started.message])
  const { policyd } = started
  signals.onReload(() => policyd.reload())
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error) => policyd.noteBug(error))
  await signals.stop
  await policyd.close()
}

function watchSignals() {
  let reload = () => {}
  process.on('SIGHUP', () => reload())
  const stop = new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
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
