import type { GreylistStore } from '@postern/greylist'

/** The store as it is: decisions are made on it, and what they would change is dropped. */
export function readOnly(store: GreylistStore): GreylistStore {
  return {
    async update(keys, decide) {
      const entries = await store.update(keys, (found) => ({ value: found }))
      return decide(entries).value
    },
    entries: (prefix) => store.entries(prefix),
    mayHave: (prefix) => store.mayHave(prefix),
    remove: async () => 0,
    expire: async () => 0,
    count: () => store.count(),
    close: () => store.close(),
  }
}
