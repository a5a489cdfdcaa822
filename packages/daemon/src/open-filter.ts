// The Bayesian filter of the settings, for all that score or learn.

import path from 'node:path'
import type { BayesFilter, BayesSettings, BayesStore } from '@postern/bayes'
import type { Settings } from '@postern/settings'
import { stateDirectory } from './state-directory.ts'

export interface FilterPlace {
  /** The settings file, if any: relative paths count from it. */
  readonly configPath: string | undefined
  /** Told where a damaged store now lies, when the filter began anew. */
  readonly onSetAside?: ((file: string) => void) | undefined
}

/** Opens the filter of the settings; rejects where it cannot be, with a sentence. */
export type FilterOpener = (settings: Settings, place: FilterPlace) => Promise<BayesFilter>

/** Where what was learned is kept. */
export function filterDirectory({ bayes, store }: Settings, { configPath }: FilterPlace): string {
  return bayes.directory === undefined
    ? path.join(stateDirectory(store.directory, configPath), 'bayes')
    : path.resolve(configPath ? path.dirname(configPath) : '.', bayes.directory)
}

/** What `[bayes]` says of the filter itself. */
export const bayesSettingsOf = ({ bayes }: Settings): BayesSettings => ({
  spamThreshold: bayes.spam_threshold,
  hamThreshold: bayes.ham_threshold,
  minLearned: bayes.min_learned,
  rule: bayes.train,
  balance: bayes.balance,
  slotBits: bayes.slot_bits,
  seenLimit: bayes.seen_limit,
})

export const openFilter: FilterOpener = async (settings, place) => {
  const directory = filterDirectory(settings, place)
  // Only where there is a filter: programs that start for each connection, say of spawn(8), need none.
  const { createBayesFilter, createMemoryStore } = await import('@postern/bayes')
  let store: BayesStore | undefined
  try {
    if (settings.store.kind === 'memory') store = createMemoryStore()
    else {
      const opened = await (await import('@postern/bayes-lmdb')).openLmdbBayesStore({ directory })
      if (opened.setAside !== undefined) place.onSetAside?.(opened.setAside)
      store = opened
    }
    return await createBayesFilter({ store, settings: bayesSettingsOf(settings) })
  } catch (error) {
    await store?.close()
    throw new Error(explainUnopened(error as NodeJS.ErrnoException, directory), { cause: error })
  }
}

/** A sentence for the administrator. */
export function explainUnopened({ code, message, name }: NodeJS.ErrnoException, directory: string): string {
  const filter = `the filter in ${directory}`
  if (code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(message))
    return `${filter} may not be read and written by this user: change its owner, or [bayes] directory`
  if (code === 'ENOTDIR' || code === 'EEXIST') return `${filter} is in no directory: change [bayes] directory`
  if (code === 'ENOSPC') return `${filter} lies on a full disk`
  if (code === 'EROFS') return `${filter} lies on a read-only file system`
  if (name === 'NewerModelError') return `${filter} was written by a later version of Postern: ${message}`
  return `${filter} cannot be opened: ${message}`
}

export interface SharedFilters {
  readonly open: FilterOpener
}

/** One filter for each directory, however many open it; it is closed by the last of them. */
export function createSharedFilters(openOwn: FilterOpener = openFilter): SharedFilters {
  const shared = new Map<string, { readonly opening: Promise<BayesFilter>; users: number }>()
  return {
    async open(settings, place) {
      const directory = filterDirectory(settings, place)
      const known = shared.get(directory) ?? { opening: openOwn(settings, place), users: 0 }
      shared.set(directory, known)
      known.users++
      const leave = (): boolean => {
        known.users--
        if (known.users === 0 && shared.get(directory) === known) shared.delete(directory)
        return known.users === 0
      }
      try {
        return closedBy(await known.opening, leave)
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

/** The filter, which is closed when `leave` says that nobody else has it. */
function closedBy(filter: BayesFilter, leave: () => boolean): BayesFilter {
  let isClosed = false
  return {
    score: (message, options) => filter.score(message, options),
    learn: (message, as, options) => filter.learn(message, as, options),
    unlearn: (message, options) => filter.unlearn(message, options),
    stats: (options) => filter.stats(options),
    async close() {
      if (isClosed) return
      isClosed = true
      if (leave()) await filter.close()
    },
  }
}
