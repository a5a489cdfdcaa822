// The one place where the commands get the filter from.

import { chownSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  type BayesAdmin,
  type BayesFilter,
  type BayesStore,
  createBayesAdmin,
  createBayesFilter,
} from '@postern/bayes'
import { openLmdbBayesStore } from '@postern/bayes-lmdb'
import { bayesSettingsOf, explainUnopened, filterDirectory } from '@postern/daemon'
import { findSettings } from '@postern/settings/file'
import { complain } from '../command.ts'
import type { CliIo } from '../io.ts'
import { isMissing } from '../missing-file.ts'

/** The filter that the settings name, or why there is none, in sentences. */
export type OpenedFilter =
  | { readonly ok: true; readonly filter: BayesFilter; readonly admin: BayesAdmin }
  | { readonly ok: false; readonly messages: readonly string[]; readonly isUsage: boolean }

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
  const source = configPath ?? 'the built-in defaults'
  if (settings.store.kind === 'memory')
    return no(`[store] kind is "memory" in ${source}: the daemon alone knows its filter`, true)
  const directory = filterDirectory(settings, { configPath })
  const isNew = isMissing(path.join(directory, 'data.mdb'))
  if (isNew && !mayCreate) {
    const advice = `teach it with "postern learn", or name its settings with --config (these were ${source})`
    return no(`there is no filter in ${directory}: ${advice}`)
  }
  let store: BayesStore | undefined
  try {
    const opened = await openLmdbBayesStore({ directory })
    store = opened
    if (opened.setAside !== undefined)
      complain(
        io,
        `the filter was damaged and has been set aside as ${opened.setAside}: it has to learn anew`,
      )
    if ((isNew || opened.setAside !== undefined) && isOwnedByRoot(directory))
      complain(io, `${directory} is new and belongs to root: give it to the user that the daemons run as`)
    const parts = { store, settings: bayesSettingsOf(settings) }
    return { ok: true, filter: await createBayesFilter(parts), admin: createBayesAdmin(parts) }
  } catch (error) {
    await store?.close()
    return no(explainUnopened(error as NodeJS.ErrnoException, directory))
  }
}

const no = (message: string, isUsage = false): OpenedFilter => ({ ok: false, messages: [message], isUsage })

/** A store that root makes is given to the owner of the directory around it, whose daemons are to use it. */
function isOwnedByRoot(directory: string): boolean {
  if (process.getuid?.() !== 0) return false
  const { uid, gid } = statSync(path.dirname(directory))
  for (const file of [directory, ...readdirSync(directory).map((name) => path.join(directory, name))])
    chownSync(file, uid, gid)
  return uid === 0
}
