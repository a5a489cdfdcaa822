import type { BayesStore, StoreKey } from './bayes-store.ts'

/** A store for one process that forgets at its end: for tests, benchmarks, and programs that keep a dump themselves. */
export function createMemoryStore(): BayesStore {
  const values = new Map<StoreKey, Uint8Array>()
  const range = (all: Iterable<StoreKey>, from: StoreKey, to: StoreKey) => {
    const found: StoreKey[] = []
    for (const key of all) if (key >= from && key < to) found.push(key)
    return found.sort()
  }
  return {
    get: (key) => copied(values.get(key)),
    keys: (from, to, most) => range(values.keys(), from, to).slice(0, most),
    async transact(work) {
      const written = new Map<StoreKey, Uint8Array | undefined>()
      const result = work({
        get: (key) => copied(written.has(key) ? written.get(key) : values.get(key)),
        put: (key, value) => void written.set(key, copied(value)),
        remove: (key) => void written.set(key, undefined),
        keys: (from, to, most) => {
          const found = new Set(range(values.keys(), from, to))
          for (const key of range(written.keys(), from, to))
            if (written.get(key) === undefined) found.delete(key)
            else found.add(key)
          return [...found].sort().slice(0, most)
        },
      })
      for (const [key, value] of written) value === undefined ? values.delete(key) : values.set(key, value)
      return result
    },
    octets() {
      let sum = 0
      for (const [key, value] of values) sum += key.length + value.length
      return sum
    },
    close: async () => {},
  }
}

/** Not `slice`: a Buffer's gives a view. */
const copied = <Value extends Uint8Array | undefined>(value: Value): Value =>
  (value && new Uint8Array(value)) as Value
