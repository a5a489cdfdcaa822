// From the command line to a running daemon.

import { processProgramIo, runAsProgram } from '@postern/daemon'
import { findSettings } from '@postern/settings/file'
import { policyd, runPolicydOnStdio } from './policyd.ts'

export interface ProgramOptions {
  readonly config?: string | undefined
  readonly log?: 'text' | 'json' | undefined
  readonly stdio?: boolean
}

/** Runs until SIGTERM or SIGINT, under spawn(8) until Postfix ends it; the exit status: 1 cannot start, 2 wrong settings. */
export async function runPolicydProgram({ config, log, stdio }: ProgramOptions): Promise<void> {
  if (!stdio) return runAsProgram([policyd], { config, log })
  const found = findSettings(config, process.cwd())
  if (found.ok) return runPolicydOnStdio({ settings: found.settings, configPath: found.path, log })
  for (const message of found.messages) processProgramIo.complain(message)
  process.exitCode = 2
}
