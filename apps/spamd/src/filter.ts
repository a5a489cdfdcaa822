// Where the filter comes from: the only file that knows its store.

import type { BayesFilter } from '@postern/bayes'
import type { Settings } from '@postern/settings'

export interface FilterPlace {
  /** Relative paths of the settings count from it. */
  readonly configPath: string | undefined
}

/** Opens the filter of the settings; rejects where it cannot be, with a sentence. */
export type FilterOpener = (settings: Settings, place: FilterPlace) => Promise<BayesFilter>

/** The probability from which the verdict is spam, for what is said in points. */
export const spamThresholdOf = (_settings: Settings): number => 0.9

export const openFilter: FilterOpener = async () => {
  throw new Error('this build has no filter yet')
}
