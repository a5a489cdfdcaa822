// The greylist itself: what a delivery attempt means, given what is known. Pure; the store and the clock are elsewhere.

import type { Entry, Seconds } from './entry.ts'
import type { GreylistRules } from './rules.ts'

/** What the store knows that bears on one attempt. */
export interface GreylistState {
  readonly triplet?: Entry | undefined
  readonly client?: Entry | undefined
  readonly pause?: Entry | undefined
  readonly known?: Entry | undefined
  readonly allow?: Entry | undefined
}

/** Why an attempt passes, or how long it has to wait. */
export type GreylistDecision =
  /** The triplet has waited long enough and passes for the first time. */
  | {
      readonly result: 'pass'
      readonly reason: 'waited'
      readonly waitedSeconds: Seconds
      readonly autoAllowed: boolean
    }
  /** It had passed before; or somebody or something exempts it. */
  | { readonly result: 'pass'; readonly reason: PassReason }
  | { readonly result: 'defer'; readonly reason: DeferReason; readonly missingSeconds: Seconds }

export type PassReason =
  | 'passed-before'
  | 'client-passes'
  | 'paused'
  | 'known-sender'
  | 'allowed'
  | 'client-allowlist'
  | 'recipient-allowlist'
  | 'sender-allowlist'

/** `too-late`: the retry came after the retry window, so the waiting starts again. */
export type DeferReason = 'new' | 'early-retry' | 'too-late'

/** The records to write; a kind that is absent stays as it is. */
export interface GreylistChange {
  readonly triplet?: Entry
  readonly client?: Entry
}

export interface Transition {
  readonly decision: GreylistDecision
  readonly change?: GreylistChange
}

const passedBefore: Transition = { decision: { result: 'pass', reason: 'passed-before' } }
const clientPasses: Transition = { decision: { result: 'pass', reason: 'client-passes' } }
const paused: Transition = { decision: { result: 'pass', reason: 'paused' } }
const knownSender: Transition = { decision: { result: 'pass', reason: 'known-sender' } }
const allowed: Transition = { decision: { result: 'pass', reason: 'allowed' } }

/** Decides one attempt at `now`. */
export function transition(state: GreylistState, now: Seconds, rules: GreylistRules): Transition {
  if (state.allow && (state.allow.last === 0 || state.allow.last > now)) return allowed
  if (state.pause && state.pause.last > now) return paused
  if (state.known) return knownSender
  if (isAutoAllowed(state.client, rules)) return touchClient(state.client!, now, rules)
  const triplet = state.triplet
  if (triplet && triplet.count > 0) return touchTriplet(triplet, now, rules)
  return wait(triplet, state.client, now, rules)
}

/** Whether a client has passed often enough not to be delayed any more. */
export function isAutoAllowed(client: Entry | undefined, rules: GreylistRules): boolean {
  return client !== undefined && rules.autoAllowPasses > 0 && client.count >= rules.autoAllowPasses
}

/** A triplet that has not passed yet. */
function wait(
  triplet: Entry | undefined,
  client: Entry | undefined,
  now: Seconds,
  rules: GreylistRules,
): Transition {
  // A first attempt in the future is a clock that was set back: the waiting starts now.
  let first = triplet === undefined || triplet.first > now ? now : triplet.first
  const isLate = now - first > rules.retryWindowSeconds
  if (isLate) first = now
  const missingSeconds = rules.delaySeconds - (now - first)
  if (missingSeconds > 0) {
    const reason = isLate ? 'too-late' : triplet ? 'early-retry' : 'new'
    const decision = { result: 'defer', reason, missingSeconds } as const
    // An early retry changes nothing that a later decision asks for, but for its age: that is written once in a while.
    if (triplet && triplet.first === first && isFresh(triplet, now, rules)) return { decision }
    return { decision, change: { triplet: { first, last: now, count: 0 } } }
  }
  const counted = countPass(client, now, rules)
  const autoAllowed = counted !== undefined && counted.count === rules.autoAllowPasses
  const passed = { first, last: now, count: 1 }
  return {
    decision: { result: 'pass', reason: 'waited', waitedSeconds: now - first, autoAllowed },
    change: counted ? { triplet: passed, client: counted } : { triplet: passed },
  }
}

/** The client's record after a first pass; undefined when this one does not count. */
function countPass(client: Entry | undefined, now: Seconds, rules: GreylistRules): Entry | undefined {
  if (rules.autoAllowPasses <= 0) return undefined
  if (client === undefined) return { first: now, last: now, count: 1 }
  if (now < client.last + rules.autoAllowIntervalSeconds) return undefined
  return { first: client.first, last: now, count: client.count + 1 }
}

function touchClient(client: Entry, now: Seconds, rules: GreylistRules): Transition {
  const isRecent = now < client.last + rules.autoAllowIntervalSeconds && client.last <= now
  if (isRecent) return clientPasses
  return {
    decision: clientPasses.decision,
    change: { client: { first: client.first, last: now, count: client.count + 1 } },
  }
}

function touchTriplet(triplet: Entry, now: Seconds, rules: GreylistRules): Transition {
  if (isFresh(triplet, now, rules)) return passedBefore
  return { decision: passedBefore.decision, change: { triplet: { ...triplet, last: now } } }
}

/** Whether the time of the last sight that is written down is near enough. */
function isFresh({ last }: Entry, now: Seconds, { touchSeconds }: GreylistRules): boolean {
  return last === now || (last < now && now - last < touchSeconds)
}

/**
 * Whether a record is to be dropped: it has not been seen for `maxAgeSeconds`, or it never passed and has not been seen for
 * its retry window (a further attempt would start again anyway). As in postgrey, age counts when records are swept, not when they
 * are asked for.
 */
export function isExpired(kind: string, entry: Entry, at: { now: Seconds; rules: GreylistRules }): boolean {
  const { now, rules } = at
  switch (kind) {
    case 'triplet':
      if (entry.count === 0 && now - entry.last > rules.retryWindowSeconds) return true
      return now - entry.last > rules.maxAgeSeconds
    case 'client':
    case 'known':
      return now - entry.last > rules.maxAgeSeconds
    case 'pause':
      return entry.last <= now
    case 'allow':
      return entry.last !== 0 && entry.last <= now
    default:
      return false
  }
}
