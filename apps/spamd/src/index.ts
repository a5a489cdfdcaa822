import { openFilter } from './filter.ts'
import { createSpamd } from './spamd.ts'

export type { FilterOpener, FilterPlace } from './filter.ts'
export { createSpamd } from './spamd.ts'

/** The daemon for spamc, as what starts it sees it. */
export const spamd = createSpamd(openFilter)
