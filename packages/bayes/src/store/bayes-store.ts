/** A key: ASCII, at most 200 characters. Keys are ordered as their characters are. */
export type StoreKey = string

/** What a transaction sees: what is committed, and its own writes over it. */
export interface StoreTransaction {
  get(key: StoreKey): Uint8Array | undefined
  /** The value is copied. */
  put(key: StoreKey, value: Uint8Array): void
  remove(key: StoreKey): void
  /** Keys from `from` (included) up to `to` (not included), in order; the first `most` of them. */
  keys(from: StoreKey, to: StoreKey, most?: number): StoreKey[]
}

/**
 * Where a filter keeps what it learned: an ordered table of bytes with transactions. The filter decides what is in it; a store
 * only keeps it, for one process or for several.
 */
export interface BayesStore {
  /**
   * The committed value, the caller's own copy. Called for every message, so it must be quick and must not wait. What is read
   * in one turn, without waiting in between, is the state after one and the same transaction.
   */
  get(key: StoreKey): Uint8Array | undefined
  keys(from: StoreKey, to: StoreKey, most?: number): StoreKey[]
  /**
   * Runs `work` alone among all processes and commits what it wrote, all or nothing. Resolves when the writes survive the end
   * of the process; rejects with nothing written when `work` throws or the store fails.
   */
  transact<T>(work: (transaction: StoreTransaction) => T): Promise<T>
  /** Octets it takes, on disk or in memory. */
  octets(): number
  close(): Promise<void>
}
