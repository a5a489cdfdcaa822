import type { Entry, EntryKey } from './entry.ts'
import type { Decide, GreylistStore } from './store.ts'

/** A store that ends with the process: for tests, for trying things out, and for a daemon that may forget. */
export function createMemoryStore(): GreylistStore {
  const records = new Map<EntryKey, Entry>()
  const prefixes = new Set<string>()
  return {
    async update<T>(keys: readonly EntryKey[], decide: Decide<T>): Promise<T> {
      const { value, next } = decide(keys.map((key) => records.get(key)))
      next?.forEach((entry, i) => {
        if (!entry) return
        records.set(keys[i]!, entry)
        prefixes.add(keys[i]!.slice(0, 2))
      })
      return value
    },
    async *entries(prefix) {
      for (const key of [...records.keys()].filter((k) => k.startsWith(prefix)).sort()) {
        const entry = records.get(key)
        if (entry) yield [key, entry] as const
      }
    },
    mayHave: (prefix) => prefixes.has(prefix),
    async remove(keys) {
      return keys.reduce((removed, key) => removed + Number(records.delete(key)), 0)
    },
    async expire(isExpired) {
      let removed = 0
      for (const [key, entry] of records) if (isExpired(key, entry)) removed += Number(records.delete(key))
      return removed
    },
    async count() {
      return records.size
    },
    async close() {},
  }
}
