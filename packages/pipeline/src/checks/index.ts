import { greylist } from './greylist.ts'

/** Every check, in the order in which they run. Findings, settings, their reference page and log keys follow from this list. */
export const checks = [greylist] as const

/** The names of the checks. */
export type CheckName = (typeof checks)[number]['name']
