/** A key: ASCII, at most 200 characters. Keys are ordered as their characters are. */
export type StoreKey = string

/** What a transaction sees: what is committed, and its own writes over it. */
export interface StoreTransaction {
  get(key: StoreKey): Uint8Array | undefined
  put(key: StoreKey, value: Uint8Array): void
  remove(key: StoreKey): void
  /** Keys from `from` (included) up to `to` (not included), in order. */
  keys(from: StoreKey, to: StoreKey): StoreKey[]
}

/**
 * Where a filter keeps what it learned: an ordered table of bytes with transactions. The filter decides what is in it; a store
 * only keeps it, for one process or for several.
 */
export interface BayesStore {
  /** The committed value. Called for every message, so it must be quick and must not wait. */
  get(key: StoreKey): Uint8Array | undefined
  keys(from: StoreKey, to: StoreKey): StoreKey[]
  /**
   * Runs `work` alone among all processes and commits what it wrote, all or nothing. Resolves when the writes survive the end
   * of the process; rejects with nothing written when `work` throws or the store fails.
   */
  transact<T>(work: (transaction: StoreTransaction) => T): Promise<T>
  /** Octets it takes, on disk or in memory. */
  octets(): number
  close(): Promise<void>
}
