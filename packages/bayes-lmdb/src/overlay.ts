import type { StoreKey, StoreTransaction } from '@postern/bayes'
import type { Database } from './lmdb-bayes-store.ts'

/** What a transaction sees: its own writes over what is committed. Nothing is written before the work is done. */
export class Overlay implements StoreTransaction {
  readonly #below: Pick<StoreTransaction, 'get' | 'keys'>
  readonly #written = new Map<StoreKey, Uint8Array | undefined>()

  constructor(below: Pick<StoreTransaction, 'get' | 'keys'>) {
    this.#below = below
  }

  get(key: StoreKey): Uint8Array | undefined {
    return this.#written.has(key) ? this.#written.get(key)?.slice() : this.#below.get(key)
  }

  put(key: StoreKey, value: Uint8Array): void {
    this.#written.set(key, new Uint8Array(value))
  }

  remove(key: StoreKey): void {
    this.#written.set(key, undefined)
  }

  keys(from: StoreKey, to: StoreKey, most?: number): StoreKey[] {
    const own = [...this.#written].filter(([key]) => key >= from && key < to)
    if (own.length === 0) return this.#below.keys(from, to, most)
    const found = new Set(this.#below.keys(from, to))
    for (const [key, value] of own)
      if (value === undefined) found.delete(key)
      else found.add(key)
    return [...found].sort().slice(0, most)
  }

  write(database: Database): void {
    for (const [key, value] of this.#written)
      if (value === undefined) database.remove(key)
      else database.put(key, Buffer.from(value.buffer, value.byteOffset, value.byteLength))
  }
}
