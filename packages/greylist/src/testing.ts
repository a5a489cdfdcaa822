// The contract of a greylist store. A test file hands in its framework, so that the package depends on none:
// `greylistStoreContract({ describe, it, expect }, () => createMyStore())`.

import { type Entry, entryKey, kindPrefix } from './entry.ts'
import type { GreylistStore } from './store.ts'

/** What the contract needs of a test framework; vitest, jest and node:test with an `expect` fit. */
export interface TestFramework {
  describe(name: string, body: () => void): void
  it(name: string, body: () => Promise<void>): void
  expect(actual: unknown): { toEqual(expected: unknown): void }
}

const entry = (first: number, last = first, count = 0): Entry => ({ first, last, count })

async function list(store: GreylistStore, prefix: string): Promise<(readonly [string, Entry])[]> {
  const found: (readonly [string, Entry])[] = []
  for await (const pair of store.entries(prefix)) found.push(pair)
  return found
}

const put = (store: GreylistStore, key: string, next: Entry) =>
  store.update([key], () => ({ value: undefined, next: [next] }))

const get = (store: GreylistStore, key: string) => store.update([key], ([value]) => ({ value }))

/** Runs every demand of {@link GreylistStore} against the stores that `open` makes; each is closed at the end. */
export function greylistStoreContract(
  { describe, it, expect }: TestFramework,
  open: () => GreylistStore | Promise<GreylistStore>,
): void {
  const test = (name: string, body: (store: GreylistStore) => Promise<void>) =>
    it(name, async () => {
      const store = await open()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  const a = entryKey('triplet', '192.0.2.0\na@example.org\nb@example.net')
  const b = entryKey('client', '192.0.2.1')

  describe('a greylist store', () => {
    test('knows nothing at first', async (store) => {
      expect(await get(store, a)).toEqual(undefined)
      expect(await store.count()).toEqual(0)
    })
    test('hands back what was written', async (store) => {
      await put(store, a, entry(1, 2, 3))
      expect(await get(store, a)).toEqual(entry(1, 2, 3))
      await put(store, a, entry(1, 4_294_967_295, 4_294_967_295))
      expect(await get(store, a)).toEqual(entry(1, 4_294_967_295, 4_294_967_295))
    })
    test('reads and writes several keys as one, in their order', async (store) => {
      await put(store, b, entry(5))
      const seen = await store.update([a, b], (entries) => ({
        value: entries,
        next: [entry(7), undefined],
      }))
      expect(seen).toEqual([undefined, entry(5)])
      expect(await get(store, a)).toEqual(entry(7))
      expect(await get(store, b)).toEqual(entry(5))
    })
    test('does not write what is not said', async (store) => {
      await store.update([a], () => ({ value: 1 }))
      await store.update([a, b], () => ({ value: 1, next: [undefined] }))
      expect(await store.count()).toEqual(0)
    })
    test('loses no update when many go on at once', async (store) => {
      const increment = () =>
        store.update([b], ([old]) => ({ value: old?.count ?? 0, next: [entry(1, 1, (old?.count ?? 0) + 1)] }))
      const seen = await Promise.all(Array.from({ length: 500 }, increment))
      expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i))
      expect(await get(store, b)).toEqual(entry(1, 1, 500))
    })
    test('holds long and odd keys apart', async (store) => {
      const odd = ['', ' ', 'ü@bücher.example', '\u{1f600}', 'a\nb', 'a/b', 'x'.repeat(900), 'x'.repeat(901)]
      const long = ['y'.repeat(5000), `${'y'.repeat(4999)}z`]
      const keys = [...odd, ...long].map((text) => entryKey('triplet', text))
      for (const [i, key] of keys.entries()) await put(store, key, entry(i))
      for (const [i, key] of keys.entries()) expect(await get(store, key)).toEqual(entry(i))
      expect(await store.count()).toEqual(keys.length)
    })
    test('lists by prefix in the order of the keys', async (store) => {
      const names = ['b', 'a', 'c', 'aa']
      for (const name of names) await put(store, entryKey('client', name), entry(1))
      await put(store, a, entry(1))
      const found = await list(store, kindPrefix('client'))
      expect(found.map(([key]) => key)).toEqual(['a', 'aa', 'b', 'c'].map((n) => entryKey('client', n)))
      expect((await list(store, '')).length).toEqual(5)
    })
    test('knows which kinds it may have', async (store) => {
      expect(store.mayHave(kindPrefix('client'))).toEqual(false)
      await put(store, b, entry(1))
      expect(store.mayHave(kindPrefix('client'))).toEqual(true)
      await store.count()
      expect(store.mayHave(kindPrefix('client'))).toEqual(true)
      expect(store.mayHave(kindPrefix('pause'))).toEqual(false)
    })
    test('removes what it is told, once', async (store) => {
      await put(store, a, entry(1))
      expect(await store.remove([a, b])).toEqual(1)
      expect(await store.remove([a])).toEqual(0)
      expect(await get(store, a)).toEqual(undefined)
      await put(store, a, entry(2))
      expect(await get(store, a)).toEqual(entry(2))
    })
    test('expires what the rule names and nothing else', async (store) => {
      for (let i = 0; i < 2500; i++) await put(store, entryKey('client', `c${i}`), entry(i))
      expect(await store.expire((_, { first }) => first % 5 === 0)).toEqual(500)
      expect(await store.count()).toEqual(2000)
      expect(await store.expire((key) => key === entryKey('client', 'c1'))).toEqual(1)
      expect((await list(store, kindPrefix('client'))).length).toEqual(1999)
    })
    test('goes on answering while it expires', async (store) => {
      for (let i = 0; i < 3000; i++) await put(store, entryKey('client', `c${i}`), entry(i))
      const expired = store.expire(() => true)
      await put(store, a, entry(9))
      expect(await get(store, a)).toEqual(entry(9))
      await expired
    })
  })
}
