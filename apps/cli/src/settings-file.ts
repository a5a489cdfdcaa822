// Which settings hold for a command: those of the file the daemon would read.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { formatProblems, type LoadedSettings, loadSettings, type Settings } from '@postern/settings'
import type { CliIo } from './io.ts'

export type FoundSettings =
  | {
      readonly ok: true
      readonly settings: Settings
      /** Absolute; undefined when there is no file and the defaults hold. */
      readonly path: string | undefined
    }
  /** Lines for the administrator, each a whole sentence. */
  | { readonly ok: false; readonly messages: readonly string[] }

const systemFile = '/etc/postern/postern.toml'

/** The file in force: the one named, else ./postern.toml, else the system's; undefined when there is none. */
export function settingsPath(named: string | undefined, { cwd }: CliIo): string | undefined {
  if (named !== undefined) return path.resolve(cwd, named)
  return [path.join(cwd, 'postern.toml'), systemFile].find((file) => existsSync(file))
}

/** Reads the settings in force. */
export function findSettings(named: string | undefined, io: CliIo): FoundSettings {
  const file = settingsPath(named, io)
  const read = readSettings(file, io)
  if (!read.ok) return { ok: false, messages: read.messages }
  return { ok: true, settings: read.settings, path: file }
}

export type ReadSettings =
  | Extract<LoadedSettings, { ok: true }>
  | (Extract<LoadedSettings, { ok: false }> & { readonly messages: readonly string[] })

/** Reads one file, or the defaults. A file that cannot be read is a problem like a mistake in it. */
export function readSettings(file: string | undefined, { cwd }: CliIo): ReadSettings {
  let text = ''
  try {
    if (file !== undefined) text = readFileSync(file, 'utf8')
  } catch (error) {
    const message = explainUnreadable(error as NodeJS.ErrnoException, file!)
    const problem = { line: 1, column: 1, path: '', code: 'syntax', message } as const
    return { ok: false, problems: [problem], messages: [message] }
  }
  const loaded = loadSettings(text)
  if (loaded.ok) return loaded
  return { ...loaded, messages: formatProblems(loaded.problems, displayPath(file!, cwd)) }
}

function explainUnreadable({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no file ${file}`
  if (code === 'EACCES') return `${file} may not be read by this user`
  if (code === 'EISDIR') return `${file} is a directory`
  return `${file} cannot be read: ${message}`
}

/** Files below the current directory by their short name, as compilers do. */
export function displayPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative
}
