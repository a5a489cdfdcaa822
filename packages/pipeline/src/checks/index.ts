import type { Check } from '../check.ts'
import { greylist } from './greylist.ts'
import { helo } from './helo.ts'
import { spf } from './spf.ts'

/** Every check, in the order in which they run. Findings, settings, their reference page and log keys follow from this list. */
export const checks = [helo, spf, greylist] as const

/** The names of the checks. */
export type CheckName = (typeof checks)[number]['name']

type FindingOf<C> = C extends Check<string, infer _Settings, infer Finding> ? Finding : never

/** What each check that ran has found, by its name. */
export type Findings = {
  readonly [C in (typeof checks)[number] as C['name']]?: FindingOf<C>
}
