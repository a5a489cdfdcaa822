// The one place where the commands get the filter from.

import { chownSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { type BayesFilter, type BayesSettings, createBayesFilter, type ImportedRow } from '@postern/bayes'
import { openLmdbBayesStore } from '@postern/bayes-lmdb'
import { filterDirectory } from '@postern/daemon'
import type { Settings } from '@postern/settings'
import { findSettings } from '@postern/settings/file'
import type { CliIo } from '../io.ts'

/** The filter that the settings name, or why there is none, in sentences. */
export type OpenedFilter =
  | { readonly ok: true; readonly filter: BayesFilter; readonly keeper: StoreKeeper }
  | { readonly ok: false; readonly messages: readonly string[]; readonly isUsage: boolean }

/** What is done to the store beside scoring and learning. A rejected promise is the store failing. */
export interface StoreKeeper {
  /** Takes over the rows of another filter's dump. Resolves with the words that were taken, when they are in the store for good. */
  take(
    rows: AsyncIterable<ImportedRow>,
    options: { readonly from: 'sa' | 'bogofilter'; readonly user?: string },
  ): Promise<{ readonly tokens: number }>
  /** All that was learned, line by line, without line ends. */
  dump(options: { readonly user?: string }): AsyncIterable<string>
  /** Takes the lines of a dump: in place of what was learned, or in addition to it. A damaged dump changes nothing. */
  load(
    lines: AsyncIterable<string>,
    options: { readonly mode: 'replace' | 'add'; readonly user?: string },
  ): Promise<LoadedDump>
  /** Forgets messages that were learned before a moment, in seconds since 1970; their words stay. */
  expire(options: { readonly before: number }): Promise<{ readonly forgotten: number }>
}

export type LoadedDump =
  | { readonly ok: true; readonly messages: number }
  /** What is wrong with a line, from 1, as a sentence. */
  | { readonly ok: false; readonly line: number; readonly message: string }

export interface OpenFilterOptions {
  /** The settings file that was named. */
  readonly config: string | undefined
  /** A store is made where there is none: for what learns. */
  readonly mayCreate: boolean
}

export type OpenFilter = (options: OpenFilterOptions, io: CliIo) => Promise<OpenedFilter>

/** Opens the filter of the settings. */
export const openFilter: OpenFilter = async ({ config, mayCreate }, io) => {
  const found = findSettings(config, io.cwd)
  if (!found.ok) return { ok: false, messages: found.messages, isUsage: true }
  const { settings, path: configPath } = found
  const directory = filterDirectory(settings, { configPath })
  const isNew = isMissing(path.join(directory, 'data.mdb'))
  if (isNew && !mayCreate) {
    const source = configPath ?? 'the built-in defaults'
    const advice = `teach it with "postern learn", or name its settings with --config (these were ${source})`
    return { ok: false, messages: [`there is no filter in ${directory}: ${advice}`], isUsage: false }
  }
  try {
    const store = await openLmdbBayesStore({ directory })
    if (isNew) giveToOwnerAround(directory)
    return {
      ok: true,
      filter: await createBayesFilter({ store, settings: bayesSettingsOf(settings) }),
      keeper: undefined as never,
    }
  } catch (error) {
    return { ok: false, messages: [explain(error as NodeJS.ErrnoException, directory)], isUsage: false }
  }
}

const bayesSettingsOf = ({ bayes }: Settings): Partial<BayesSettings> => ({
  spamThreshold: bayes.spam_threshold,
  hamThreshold: bayes.ham_threshold,
  minLearned: bayes.min_learned,
  rule: bayes.train,
  balance: bayes.balance,
  slotBits: bayes.slot_bits,
})

/** Whether a file is surely not there; one in a directory that this user may not look into may be. */
function isMissing(file: string): boolean {
  try {
    return !statSync(file).isFile()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR'
  }
}

/** A store that root makes is for the daemons' user, who owns the directory around it. */
function giveToOwnerAround(directory: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(path.dirname(directory))
  for (const file of [directory, ...readdirSync(directory).map((name) => path.join(directory, name))])
    chownSync(file, uid, gid)
}

function explain({ code, message, name }: NodeJS.ErrnoException, directory: string): string {
  if (code === 'EACCES' || code === 'EPERM' || message.includes('Permission denied'))
    return `the filter in ${directory} may not be opened by this user`
  if (name === 'NewerModelError')
    return `the filter in ${directory} was written by a later version of Postern: ${message}`
  return `the filter in ${directory} cannot be opened: ${message}`
}
