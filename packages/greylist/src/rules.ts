import type { Seconds } from './entry.ts'

/** The numbers of a greylist. All of them are plain data, so that a decision can be replayed with others. */
export interface GreylistRules {
  /** How long a new triplet waits. */
  readonly delaySeconds: Seconds
  /** A triplet that has not passed and comes back later than this after its first attempt starts again. */
  readonly retryWindowSeconds: Seconds
  /** Records not seen for this long are dropped. */
  readonly maxAgeSeconds: Seconds
  /** After this many passes a client is no longer delayed; 0 turns that off. */
  readonly autoAllowPasses: number
  /** Passes of one client count at most once in this time. */
  readonly autoAllowIntervalSeconds: Seconds
  /** `last` of a triplet is written at most this often: less writing, at the price of that much less exact expiry. */
  readonly touchSeconds: Seconds
}

const hour = 3600
const day = 24 * hour

/** postgrey's numbers, to the second. */
export const postgreyRules: GreylistRules = {
  delaySeconds: 300,
  retryWindowSeconds: 2 * day,
  maxAgeSeconds: 35 * day,
  autoAllowPasses: 5,
  autoAllowIntervalSeconds: hour,
  touchSeconds: 0,
}

/**
 * Ours. The delay is 180 s and not postgrey's 300 s, since many mail servers retry for the first time after 200 to 300 s
 * and then only after an hour or more: with 300 s they miss the first retry, with 180 s they make it.
 */
export const defaultRules: GreylistRules = {
  ...postgreyRules,
  delaySeconds: 180,
  touchSeconds: hour,
}
