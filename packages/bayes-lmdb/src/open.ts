import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { BayesStore, StoreKey, StoreTransaction } from '@postern/bayes'
import { open } from 'lmdb'

export interface LmdbBayesStoreOptions {
  /** Where the store keeps its files; made when missing. All processes that open it share what is learned. */
  readonly directory: string
}

/**
 * Opens the store in a directory. Rejects with the error of the file system or of LMDB (no permission, no directory, not a
 * database).
 */
export async function openLmdbBayesStore({ directory }: LmdbBayesStoreOptions): Promise<BayesStore> {
  mkdirSync(directory, { recursive: true, mode: 0o750 })
  const database = open<Buffer, StoreKey>({
    path: directory,
    encoding: 'binary',
    // lmdb takes a path with a dot in its last part for a file's.
    noSubdir: false,
    maxReaders: 1024,
    // Every write is in an explicit transaction. The implicit ones drop a promise, whose rejection nobody can catch.
    eventTurnBatching: false,
  })
  const get = (key: StoreKey) => plain(database.get(key))
  const keys = (from: StoreKey, to: StoreKey) => [...database.getKeys({ start: from, end: to })]
  return {
    get,
    keys,
    async transact(work) {
      let result: { value: ReturnType<typeof work> } | { error: unknown } | undefined
      await database.transaction(() => {
        const written = new Map<StoreKey, Uint8Array | undefined>()
        try {
          result = { value: work(overlay(written, get, keys)) }
        } catch (error) {
          // Nothing has been written yet: an empty transaction is as good as an aborted one.
          result = { error }
          return
        }
        for (const [key, value] of written) {
          if (value === undefined) database.remove(key)
          else database.put(key, Buffer.from(value.buffer, value.byteOffset, value.byteLength))
        }
      })
      if (result === undefined) throw new Error('LMDB did not run the transaction')
      if ('error' in result) throw result.error
      return result.value
    },
    octets: () => statSync(path.join(directory, 'data.mdb')).size,
    close: () => database.close(),
  }
}

/** What LMDB gives is a Buffer, whose slice() is a view of a memory that others have, too. */
const plain = (value: Buffer | undefined): Uint8Array | undefined =>
  value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength)

/** What a transaction sees: its own writes over what is committed. */
function overlay(
  written: Map<StoreKey, Uint8Array | undefined>,
  get: (key: StoreKey) => Uint8Array | undefined,
  keys: (from: StoreKey, to: StoreKey) => StoreKey[],
): StoreTransaction {
  return {
    get: (key) => (written.has(key) ? written.get(key) : get(key)),
    put: (key, value) => void written.set(key, value),
    remove: (key) => void written.set(key, undefined),
    keys(from, to) {
      const found = new Set(keys(from, to))
      for (const [key, value] of written) {
        if (key < from || key >= to) continue
        if (value === undefined) found.delete(key)
        else found.add(key)
      }
      return [...found].sort()
    },
  }
}
