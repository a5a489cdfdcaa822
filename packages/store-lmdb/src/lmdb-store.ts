// A greylist store on LMDB that answers at the speed of memory and forgets nothing it answered for.
//
// An update is decided on what LMDB and the not yet committed changes say, noted in the journal (one write for all
// updates of an event-loop turn) and only then answered. Commits to LMDB follow in groups, on LMDB's own thread and
// synced to the disk, as a synced commit costs milliseconds and an answer may cost microseconds.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Decide, type Entry, type EntryKey, type GreylistStore, rebaseEntry } from '@postern/greylist'
import { commitErrorOf, type Database, encoded, lastTransaction, read, storedKey } from './database.ts'
import { decodeEntry } from './entry-codec.ts'
import { Journal } from './journal.ts'
import { limits } from './limits.ts'

/** What the store has done and how it is. */
export interface StoreStats {
  readonly commits: number
  readonly committedEntries: number
  readonly failedCommits: number
  /** Entries answered for and not yet in LMDB; they are in the journal. */
  readonly pending: number
}

export interface LmdbStore extends GreylistStore {
  stats(): StoreStats
}

/** An entry as it will be (undefined: removed), and as LMDB had it when it was first changed. */
interface Changed {
  entry: Entry | undefined
  readonly base: Entry | undefined
}

type Pending = Map<EntryKey, Changed>

interface Waiting {
  resolve(): void
  reject(error: unknown): void
}

export interface StoreParts {
  readonly database: Database
  readonly directory: string
  /** Told of each commit that failed; it is tried again until it succeeds or the store is closed. */
  readonly onCommitError?: ((error: Error) => void) | undefined
}

/** Stands for a number that no transaction has. */
const unknownTransaction = -1

export class LmdbGreylistStore implements LmdbStore {
  readonly #parts: StoreParts
  readonly #database: Database
  readonly #journal: Journal
  /** Answered for since the last commit began, and by the commit that is going on. */
  #pending: Pending = new Map()
  #committing: Pending = new Map()
  #waiting: Waiting[] = []
  #commit: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosing = false
  #sweep: Promise<number> | undefined
  /**
   * Since the opening the first commit waits like the others: a process that has just looked whether it is alone, and has
   * not seen us, must be done before we write.
   */
  #lastCommitAt = performance.now()
  #lastTransaction = unknownTransaction
  #stats = { commits: 0, committedEntries: 0, failedCommits: 0 }

  constructor(parts: StoreParts) {
    this.#parts = parts
    this.#database = parts.database
    this.#journal = new Journal(parts.directory)
  }

  update<T>(keys: readonly EntryKey[], decide: Decide<T>): Promise<T> {
    if (this.#pending.size >= limits.maxPendingEntries)
      return Promise.reject(new Error('the store cannot commit, and too much waits for it'))
    try {
      const entries = keys.map(this.#current)
      const { value, next } = decide(entries)
      if (next)
        for (let i = 0; i < next.length; i++) {
          const entry = next[i]
          if (entry) this.#set(keys[i]!, entry, entries[i])
        }
      return this.#written(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async *entries(prefix: string): AsyncIterable<readonly [EntryKey, Entry]> {
    await this.#drain()
    for await (const slice of this.#slices(prefix)) yield* slice
  }

  mayHave(prefix: string): boolean {
    const range = { start: prefix, end: `${prefix}\u{10ffff}`, limit: 1 }
    for (const _ of this.#database.getKeys(range)) return true
    for (const changed of [this.#pending, this.#committing])
      for (const key of changed.keys()) if (key.startsWith(prefix)) return true
    return false
  }

  async remove(keys: readonly EntryKey[]): Promise<number> {
    let removed = 0
    for (const key of keys) {
      const entry = this.#current(key)
      if (entry === undefined) continue
      removed++
      this.#set(key, undefined, entry)
    }
    return removed > 0 ? this.#written(removed) : 0
  }

  expire(isExpired: (key: EntryKey, entry: Entry) => boolean): Promise<number> {
    const sweep = this.#expireAll(isExpired)
    this.#sweep = sweep.catch(() => 0) // Whoever asked for it hears of trouble; the end only waits for it.
    return sweep
  }

  async #expireAll(isExpired: (key: EntryKey, entry: Entry) => boolean): Promise<number> {
    await this.#drain()
    let removed = 0
    for await (const slice of this.#slices('')) {
      const expired = slice.filter(([key, entry]) => isExpired(key, entry))
      if (expired.length > 0) removed += await this.#removeExpired(expired, isExpired)
      await sleep(limits.sweepPauseMs)
      if (this.#isClosing) break
    }
    return removed
  }

  async count(): Promise<number> {
    await this.#drain()
    return (this.#database.getStats() as { entryCount: number }).entryCount
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#sweep
    await this.#drain()
    clearTimeout(this.#timer)
    await this.#database.flushed
    await this.#database.close()
    this.#journal.close()
  }

  stats(): StoreStats {
    return { ...this.#stats, pending: this.#pending.size + this.#committing.size }
  }

  readonly #current = (key: EntryKey): Entry | undefined => {
    const changed = this.#pending.get(key) ?? this.#committing.get(key)
    if (changed) return changed.entry
    return read(this.#database, key)
  }

  /** Notes that `entry` takes the place of `base`. */
  #set(key: EntryKey, entry: Entry | undefined, base: Entry | undefined): void {
    const changed = this.#pending.get(key)
    if (changed) changed.entry = entry
    else this.#pending.set(key, { entry, base })
    this.#journal.add(key, entry)
  }

  /**
   * Resolves with `value` once all that this turn of the event loop notes is in the journal. Updates that changed nothing
   * wait as well: answers that go out together wake their readers once (measured: up to half again as many requests a
   * second with 64 connections).
   */
  #written<T>(value: T): Promise<T> {
    if (this.#waiting.length === 0) setImmediate(this.#writeJournal)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: () => resolve(value), reject })
    })
  }

  readonly #writeJournal = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    try {
      this.#journal.write()
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
    this.#scheduleCommit()
  }

  #scheduleCommit(): void {
    if (this.#commit || this.#pending.size === 0) return
    const isFull = this.#pending.size >= limits.batchEntries
    if (this.#timer && !isFull) return
    clearTimeout(this.#timer)
    const dueIn = isFull ? 0 : Math.max(0, this.#lastCommitAt + limits.commitIntervalMs - performance.now())
    this.#timer = setTimeout(() => this.#startCommit(), dueIn)
  }

  #startCommit(): void {
    this.#timer = undefined
    if (this.#commit || this.#pending.size === 0) return
    this.#lastCommitAt = performance.now()
    this.#commit = this.#commitPending().finally(() => {
      this.#commit = undefined
      this.#scheduleCommit()
    })
  }

  async #commitPending(): Promise<void> {
    const batch = this.#pending
    this.#committing = batch
    this.#pending = new Map()
    const forget = this.#journal.turn()
    try {
      if (this.#isAlone()) await this.#putAll(batch)
      else await this.#joinAll(batch)
      forget()
      this.#stats.commits++
      this.#stats.committedEntries += batch.size
    } catch (error) {
      this.#stats.failedCommits++
      for (const [key, { entry, base }] of this.#pending)
        batch.set(key, { entry, base: batch.has(key) ? batch.get(key)!.base : base })
      this.#pending = batch
      const cause = await commitErrorOf(error as Error)
      this.#parts.onCommitError?.(cause)
      await sleep(limits.retryCommitMs)
    } finally {
      this.#committing = new Map()
    }
  }

  /** Whether nobody else has committed since we last did, and nobody is there who could while we do. */
  #isAlone(): boolean {
    return (
      lastTransaction(this.#database) === this.#lastTransaction &&
      this.#journal.isAlone(this.#parts.directory)
    )
  }

  /** Nobody else writes: what was decided holds, and LMDB's thread does all of it while this one goes on answering. */
  async #putAll(batch: Pending): Promise<void> {
    await this.#database.batch(() => {
      for (const [key, { entry }] of batch)
        if (entry) this.#database.put(storedKey(key), encoded(entry))
        else this.#database.remove(storedKey(key))
    })
    const last = lastTransaction(this.#database)
    this.#lastTransaction = last === this.#lastTransaction + 1 ? last : unknownTransaction
  }

  /** Others write too: each entry is looked at again where they cannot, and what they have changed meanwhile is kept. */
  async #joinAll(batch: Pending): Promise<void> {
    let transaction = unknownTransaction
    await this.#database.transaction(() => {
      for (const [key, changed] of batch) join(this.#database, key, changed)
      transaction = this.#database.getWriteTxnId()
    })
    this.#lastTransaction = transaction
  }

  /** Brings all that is pending into LMDB; rejects when that fails. */
  async #drain(): Promise<void> {
    if (this.#waiting.length > 0) this.#writeJournal()
    for (let failed = this.#stats.failedCommits; this.#commit || this.#pending.size > 0; ) {
      if (!this.#commit) this.#startCommit()
      await this.#commit
      if (this.#stats.failedCommits > failed) throw new Error('the store could not commit')
      failed = this.#stats.failedCommits
    }
  }

  /** All entries under a prefix, a few at a time, with no read transaction kept open in between. */
  async *#slices(prefix: string): AsyncGenerator<[EntryKey, Entry][]> {
    const end = `${prefix}\u{10ffff}`
    for (let start = prefix; ; ) {
      const slice: [EntryKey, Entry][] = []
      const range = { start, end, limit: limits.sliceEntries }
      for (const { key, value } of this.#database.getRange(range)) slice.push([key, decodeEntry(value)])
      if (slice.length === 0) return
      yield slice
      start = `${slice.at(-1)![0]}\u0001`
    }
  }

  #removeExpired(
    expired: [EntryKey, Entry][],
    isExpired: (key: EntryKey, entry: Entry) => boolean,
  ): Promise<number> {
    return this.#database.transaction(() => {
      let removed = 0
      for (const [key] of expired) {
        if (this.#pending.has(key) || this.#committing.has(key)) continue
        const bytes = this.#database.getBinaryFast(key)
        if (!bytes || !isExpired(key, decodeEntry(bytes))) continue
        this.#database.remove(key)
        removed++
      }
      return removed
    })
  }
}

/** Writes one changed entry over what is there now, inside a write transaction. */
function join(database: Database, key: EntryKey, { entry, base }: Changed): void {
  if (!entry) {
    database.remove(storedKey(key))
    return
  }
  const theirs = read(database, key)
  const isOurs = theirs === undefined || isSame(theirs, base)
  database.put(storedKey(key), encoded(isOurs ? entry : rebaseEntry(base, entry, theirs)))
}

function isSame(a: Entry, b: Entry | undefined): boolean {
  return b !== undefined && a.first === b.first && a.last === b.last && a.count === b.count
}
