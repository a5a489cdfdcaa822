// The one place where the commands get the filter from.

import type { BayesFilter, ImportedRow } from '@postern/bayes'
import type { CliIo } from '../io.ts'

/** The filter that the settings name, or why there is none. */
export type OpenedFilter =
  | { readonly ok: true; readonly filter: BayesFilter; readonly counts: CountsTaker }
  | { readonly ok: false; readonly message: string; readonly isUsage: boolean }

/** Takes over what another filter has counted. */
export interface CountsTaker {
  /** The rows of a dump. Resolves with the words that were taken, when they are in the store for good. */
  take(
    rows: AsyncIterable<ImportedRow>,
    options: { readonly from: 'sa' | 'bogofilter'; readonly user?: string },
  ): Promise<{ readonly tokens: number }>
}

export interface OpenFilterOptions {
  /** The settings file that was named. */
  readonly config: string | undefined
  /** A store is made where there is none: for what learns. */
  readonly mayCreate: boolean
}

export type OpenFilter = (options: OpenFilterOptions, io: CliIo) => Promise<OpenedFilter>

/** Opens the filter of the settings. */
export const openFilter: OpenFilter = async () => ({
  ok: false,
  message: 'this build has no filter',
  isUsage: false,
})
