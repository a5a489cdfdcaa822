// From the command line to a running daemon: settings file, signals, exit status.

import { existsSync, readFileSync } from 'node:fs'
import { formatProblems, type LoadedSettings, loadSettings } from '@postern/settings'
import { runPolicyd, runPolicydOnStdio } from './policyd.ts'

export interface ProgramOptions {
  readonly config?: string | undefined
  readonly log?: 'text' | 'json' | undefined
  readonly stdio?: boolean
}

const usualFiles = ['postern.toml', '/etc/postern/postern.toml']

/** Runs until SIGTERM or SIGINT. Sets the exit status: 1 when it cannot start, 2 when the settings are wrong. */
export async function runAsProgram({ config, log, stdio }: ProgramOptions): Promise<void> {
  const configPath = config ?? usualFiles.find((file) => existsSync(file))
  const read = (): LoadedSettings =>
    loadSettings(configPath === undefined ? '' : readFileSync(configPath, 'utf8'))
  let loaded: LoadedSettings
  try {
    loaded = read()
  } catch (error) {
    return fail(2, `the settings cannot be read: ${(error as Error).message}`)
  }
  if (!loaded.ok) return fail(2, formatProblems(loaded.problems, configPath ?? 'defaults').join('\n'))
  const options = { settings: loaded.settings, configPath, log, reload: () => rereadSafely(read) }
  if (stdio) return runPolicydOnStdio(options)
  const started = await runPolicyd(options)
  if (!started.ok) return fail(1, started.message)
  const { policyd } = started
  process.on('SIGHUP', () => policyd.reload())
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  await policyd.close()
}

/** A file that cannot be read any more is a problem like a mistake in it. */
function rereadSafely(read: () => LoadedSettings): LoadedSettings {
  try {
    return read()
  } catch (error) {
    const message = (error as Error).message
    return { ok: false, problems: [{ line: 1, column: 1, path: '', code: 'syntax', message }] }
  }
}

function fail(status: number, message: string): void {
  process.exitCode = status
  process.stderr.write(`postern: ${message}\n`)
}
