// postern.toml on the disk: which file is in force, and what is in it.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type LoadedSettings, loadSettings } from './load.ts'
import { formatProblems } from './problem.ts'
import type { Settings } from './settings.ts'

export type ReadSettings =
  | Extract<LoadedSettings, { ok: true }>
  /** `messages`: the problems as lines for the administrator. */
  | (Extract<LoadedSettings, { ok: false }> & { readonly messages: readonly string[] })

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

/** The file in force: the one named, else postern.toml in `cwd`, else the system's; undefined when there is none. */
export function findSettingsFile(named: string | undefined, cwd: string): string | undefined {
  if (named !== undefined) return path.resolve(cwd, named)
  return [path.join(cwd, 'postern.toml'), systemFile].find((file) => existsSync(file))
}

/** Reads one file, or the defaults. A file that cannot be read is a problem like a mistake in it. */
export function readSettingsFile(file: string | undefined, cwd: string): ReadSettings {
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

/** Finds and reads the settings in force. */
export function findSettings(named: string | undefined, cwd: string): FoundSettings {
  const file = findSettingsFile(named, cwd)
  const read = readSettingsFile(file, cwd)
  if (!read.ok) return { ok: false, messages: read.messages }
  return { ok: true, settings: read.settings, path: file }
}

function explainUnreadable({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no file ${file}`
  if (code === 'EACCES') return `${file} may not be read by this user`
  if (code === 'EISDIR') return `${file} is a directory`
  return `${file} cannot be read: ${message}`
}

/** Files below `cwd` by their short name, as compilers do. */
export function displayPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative
}
