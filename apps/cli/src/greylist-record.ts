// A record of the greylist as people and programs get to see it.

import { networkOf, parseIp } from '@postern/addr'
import {
  type Entry,
  type EntryKey,
  type EntryKind,
  type GreylistRules,
  type IdentityRules,
  isAutoAllowed,
  parseEntryKey,
} from '@postern/greylist'
import { greylistRules, identityRules } from '@postern/policyd'
import type { Settings } from '@postern/settings'
import { formatMoment, isoMoment } from './duration.ts'

/** The kinds that people deal with; the store's own housekeeping is not among them. */
export const recordKinds = ['triplet', 'client', 'pause', 'known', 'allow'] as const
export type RecordKind = (typeof recordKinds)[number]

export interface GreylistRecord {
  readonly key: EntryKey
  readonly kind: RecordKind
  /** A network, an address, or a host name group (`.example.org`). */
  readonly client?: string | undefined
  /** '' is the null sender. */
  readonly sender?: string | undefined
  readonly recipient?: string | undefined
  /** Under privacy, all there is of the addresses. */
  readonly digest?: string | undefined
  readonly entry: Entry
}

export type RecordState =
  /** A triplet: must wait. */
  | 'waiting'
  /** A triplet: passes at the next attempt. */
  | 'ready'
  /** A triplet: its retry window is over, the next attempt starts again. */
  | 'too-late'
  | 'passed'
  /** A client with fewer passes than it needs. */
  | 'counting'
  /** A client that is not delayed any more; also a pause or an allowance that holds. */
  | 'open'
  | 'over'
  | 'known'

/** The record, or undefined for what is no business of people's. Written for stores of millions of records. */
export function recordOf(key: EntryKey, entry: Entry): GreylistRecord | undefined {
  const parsed = parseEntryKey(key)
  if (!parsed || !isRecordKind(parsed.kind)) return undefined
  const { kind, parts } = parsed
  const [a, b, c] = parts
  switch (kind) {
    case 'triplet':
      return parts.length < 3
        ? { key, kind, entry, digest: a }
        : { key, kind, entry, client: a, sender: b, recipient: c }
    case 'known':
      return parts.length < 2
        ? { key, kind, entry, digest: a }
        : { key, kind, entry, recipient: a, sender: b }
    case 'pause':
      return { key, kind, entry, recipient: a }
    case 'client':
    case 'allow':
      return { key, kind, entry, client: a }
  }
}

export function isRecordKind(kind: EntryKind | string): kind is RecordKind {
  return (recordKinds as readonly string[]).includes(kind)
}

/** When, and under which settings, records are looked at. */
export interface At {
  readonly now: number
  readonly rules: GreylistRules
  readonly identity: IdentityRules
}

export const atOf = (settings: Settings, now: number): At => ({
  now,
  rules: greylistRules(settings),
  identity: identityRules(settings),
})

/** A network as people write it: the store has its address alone. Anything else as it is. */
export function formatNetwork(text: string, { ipv4Prefix, ipv6Prefix }: IdentityRules): string {
  const ip = parseIp(text)
  if (!ip.ok) return text
  const [prefix, bits] = ip.value.version === 4 ? [ipv4Prefix, 32] : [ipv6Prefix, 128]
  const isNetwork = prefix < bits && networkOf(ip.value, prefix).text === text
  return isNetwork ? `${text}/${prefix}` : text
}

export function stateOf({ kind, entry }: GreylistRecord, at: At): RecordState {
  const { now, rules } = at
  switch (kind) {
    case 'triplet':
      if (entry.count > 0) return 'passed'
      if (now - entry.first > rules.retryWindowSeconds) return 'too-late'
      return secondsToWait(entry, at) > 0 ? 'waiting' : 'ready'
    case 'client':
      return isAutoAllowed(entry, rules) ? 'open' : 'counting'
    case 'known':
      return 'known'
    case 'pause':
      return entry.last > now ? 'open' : 'over'
    case 'allow':
      return entry.last === 0 || entry.last > now ? 'open' : 'over'
  }
}

const secondsToWait = ({ first }: Entry, { now, rules }: At): number =>
  Math.max(0, first + rules.delaySeconds - now)

/** When something last happened to it: what lists are sorted by. */
export function lastMoment({ kind, entry }: GreylistRecord): number {
  // `last` of these two is when they end.
  return kind === 'allow' || kind === 'pause' ? entry.first : entry.last
}

/** The state in words: `waiting, 120 s more`. */
export function describeState(record: GreylistRecord, at: At): string {
  const { kind, entry } = record
  const state = stateOf(record, at)
  switch (state) {
    case 'waiting':
      return `waiting, ${secondsToWait(entry, at)} s more`
    case 'ready':
      return 'ready: passes at the next attempt'
    case 'too-late':
      return 'gave up: the next attempt waits again'
    case 'passed':
      return 'passed'
    case 'counting':
      return at.rules.autoAllowPasses > 0
        ? `${entry.count} of ${at.rules.autoAllowPasses} passes`
        : `${entry.count} passes`
    case 'known':
      return 'we wrote to them'
    case 'over':
      return 'over'
    case 'open':
      if (kind === 'client') return `delayed no more (${entry.count} passes)`
      return entry.last === 0 ? 'open for good' : `open until ${formatMoment(entry.last)}`
  }
}

/** The record for programs. */
export function jsonOf(record: GreylistRecord, at: At): Record<string, unknown> {
  const { kind, client, sender, recipient, digest, entry, key } = record
  const state = stateOf(record, at)
  const ends = kind === 'allow' || kind === 'pause'
  return {
    kind,
    state,
    ...(state === 'waiting' && { secondsToWait: secondsToWait(entry, at) }),
    client,
    sender,
    recipient,
    digest,
    first: isoMoment(entry.first),
    ...(ends
      ? { until: entry.last === 0 ? null : isoMoment(entry.last) }
      : { last: isoMoment(entry.last), count: entry.count }),
    key,
  }
}
