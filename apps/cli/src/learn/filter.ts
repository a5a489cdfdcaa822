// The one place where the commands get the filter from.

import type { BayesFilter, ImportedRow } from '@postern/bayes'
import type { CliIo } from '../io.ts'

/** The filter that the settings name, or why there is none. */
export type OpenedFilter =
  | { readonly ok: true; readonly filter: BayesFilter; readonly keeper: StoreKeeper }
  | { readonly ok: false; readonly message: string; readonly isUsage: boolean }

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
export const openFilter: OpenFilter = async () => ({
  ok: false,
  message: 'this build has no filter',
  isUsage: false,
})
