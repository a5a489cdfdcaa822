// The Bayesian filter of the settings, for all that score or learn.

import path from 'node:path'
import type { BayesFilter } from '@postern/bayes'
import type { Settings } from '@postern/settings'
import { stateDirectory } from './state-directory.ts'

export interface FilterPlace {
  /** The settings file, if any: relative paths count from it. */
  readonly configPath: string | undefined
}

/** Opens the filter of the settings; rejects where it cannot be, with a sentence. */
export type FilterOpener = (settings: Settings, place: FilterPlace) => Promise<BayesFilter>

/** Where what was learned is kept. */
export function filterDirectory({ bayes, store }: Settings, { configPath }: FilterPlace): string {
  return bayes.directory === undefined
    ? path.join(stateDirectory(store.directory, configPath), 'bayes')
    : path.resolve(configPath ? path.dirname(configPath) : '.', bayes.directory)
}

export const openFilter: FilterOpener = async () => {
  throw new Error('this build has no filter yet')
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
