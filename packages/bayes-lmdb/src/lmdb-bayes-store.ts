import type { BayesStore, StoreKey, StoreTransaction } from '@postern/bayes'
import type { RootDatabase } from 'lmdb'
import { Overlay } from './overlay.ts'

export type { StoreKey }
export type Database = RootDatabase<Buffer, StoreKey>

interface Surroundings {
  octets(): number
  explain(error: Error): Promise<Error>
  readonly setAside?: string
}

/** What several processes learned, in one LMDB environment. Made by `openLmdbBayesStore`. */
export class LmdbBayesStore implements BayesStore {
  /** The old file was no database any more and now lies here; the store began anew. */
  readonly setAside: string | undefined
  readonly #database: Database
  readonly #surroundings: Surroundings
  readonly #running = new Set<Promise<void>>()
  #closing: Promise<void> | undefined
  #hasSnapshot = false

  constructor(database: Database, surroundings: Surroundings) {
    this.#database = database
    this.#surroundings = surroundings
    this.setAside = surroundings.setAside
  }

  get(key: StoreKey): Uint8Array | undefined {
    this.#beginRead()
    const value = this.#database.get(key)
    // What LMDB gives is a Buffer, whose slice() is a view of a memory that others have, too.
    return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }

  keys(from: StoreKey, to: StoreKey, most?: number): StoreKey[] {
    this.#beginRead()
    return [...this.#database.getKeys({ start: from, end: to, ...(most !== undefined && { limit: most }) })]
  }

  async transact<T>(work: (transaction: StoreTransaction) => T): Promise<T> {
    this.#mustBeOpen()
    let result: { value: T } | undefined
    const committed = this.#database.transaction(() => {
      const overlay = new Overlay(this)
      // When this throws nothing has been written yet, and lmdb ends its transaction without effect.
      result = { value: work(overlay) }
      overlay.write(this.#database)
    }) as Promise<void>
    this.#running.add(committed)
    try {
      await committed
    } catch (error) {
      throw result === undefined ? error : await this.#surroundings.explain(error as Error)
    } finally {
      this.#running.delete(committed)
    }
    return (result as unknown as { value: T }).value
  }

  octets(): number {
    return this.#surroundings.octets()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running)
    await this.#database.close()
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new Error('the store is closed')
  }

  /**
   * LMDB reads from a snapshot, which lmdb keeps until the event loop turns. A program that scores without ever waiting for
   * anything outside would see for hours what was learned when it began, so the snapshot ends with the running piece of code.
   */
  #beginRead(): void {
    if (this.#hasSnapshot) return
    this.#mustBeOpen()
    this.#hasSnapshot = true
    queueMicrotask(() => {
      this.#hasSnapshot = false
      if (this.#closing === undefined) this.#database.resetReadTxn()
    })
  }
}
