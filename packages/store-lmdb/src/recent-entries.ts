import type { Entry, EntryKey } from '@postern/greylist'
import { limits } from './limits.ts'

/**
 * What LMDB holds under keys that were lately read or committed (undefined: nothing), so that a client that comes again and
 * again costs no search. Two generations take turns, which bounds it and keeps what is in use. Valid as long as nobody else
 * commits; the store sees to that.
 */
export class RecentEntries {
  #young = new Map<EntryKey, Entry | undefined>()
  #old = new Map<EntryKey, Entry | undefined>()

  /** The entry, undefined for none, or `unknown`. */
  get(key: EntryKey): Entry | undefined | typeof unknown {
    const entry = this.#young.get(key)
    if (entry !== undefined || this.#young.has(key)) return entry
    const old = this.#old.get(key)
    if (old === undefined && !this.#old.has(key)) return unknown
    this.set(key, old)
    return old
  }

  set(key: EntryKey, entry: Entry | undefined): void {
    if (this.#young.size >= limits.recentEntries) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}

/** Stands for a key that is not among the recent ones. */
export const unknown = Symbol('unknown')
