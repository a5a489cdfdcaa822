// What a store keeps. One shape serves every kind of key, so that a store needs one codec and no knowledge of mail.

/** Seconds since 1970-01-01 UTC, or a span of them. Whole numbers. */
export type Seconds = number

/**
 * One record of the greylist. What the numbers mean depends on the kind of its key:
 *
 * | kind      | first               | last                       | count                         |
 * |-----------|---------------------|----------------------------|-------------------------------|
 * | `triplet` | first attempt       | last attempt written down  | 0 still waiting, 1 has passed |
 * | `client`  | first counted pass  | last counted pass          | passes counted                |
 * | `pause`   | when it was set     | when it ends               | 0                             |
 * | `known`   | first mail we sent  | last mail we sent          | 0                             |
 * | `allow`   | when it was set     | when it ends (0: never)    | 0                             |
 * | `sweep`   | 0                   | last expiry run            | 0                             |
 */
export interface Entry {
  readonly first: Seconds
  readonly last: Seconds
  readonly count: number
}

export const entryKinds = ['triplet', 'client', 'pause', 'known', 'allow', 'sweep'] as const
export type EntryKind = (typeof entryKinds)[number]

/** A key as a store sees it: the kind's letter, a newline, then parts separated by newlines (which no address holds). */
export type EntryKey = string

const letterOfKind: Record<EntryKind, string> = {
  triplet: 't',
  client: 'c',
  pause: 'p',
  known: 'k',
  allow: 'a',
  sweep: 's',
}

const kindOfLetter = new Map(entryKinds.map((kind) => [letterOfKind[kind], kind]))

/** The key of a record; `parts` are lower-cased by the caller. */
export function entryKey(kind: EntryKind, parts: string): EntryKey {
  return letterOfKind[kind] + '\n' + parts
}

/** Every key of one kind lies from this text on, in order. */
export function kindPrefix(kind: EntryKind): string {
  return letterOfKind[kind] + '\n'
}

/** The kind and the parts of a key; undefined for a key that is none of ours. */
export function parseEntryKey(key: EntryKey): { kind: EntryKind; parts: readonly string[] } | undefined {
  const kind = key[1] === '\n' ? kindOfLetter.get(key[0]!) : undefined
  return kind && { kind, parts: key.slice(2).split('\n') }
}

/**
 * Joins two records of one key that were written without knowledge of each other, as when a journal is replayed over a
 * store that has moved on: nothing that either says is taken back.
 */
export function mergeEntries(a: Entry, b: Entry): Entry {
  const later = b.last > a.last ? b : a
  const count = Math.max(a.count, b.count)
  return later.count === count ? later : { ...later, count }
}

/**
 * An entry that we changed from `base` to `ours` while another process changed it to `theirs`: times go on, passes of both
 * count, and the one who did not touch `first` leaves it to the other.
 */
export function rebaseEntry(base: Entry | undefined, ours: Entry, theirs: Entry): Entry {
  if (base === undefined) {
    const first = Math.min(ours.first, theirs.first)
    return { first, last: Math.max(ours.last, theirs.last), count: ours.count + theirs.count }
  }
  return {
    first: ours.first === base.first ? theirs.first : ours.first,
    last:
      ours.last === base.last
        ? theirs.last
        : theirs.last === base.last
          ? ours.last
          : Math.max(ours.last, theirs.last),
    count: Math.max(0, theirs.count + ours.count - base.count),
  }
}
