// The contract of a filter's store. A test file hands in its framework, so that the package depends on none:
// `bayesStoreContract({ describe, it, expect }, () => openMyStore())`.

import type { BayesStore } from './store/bayes-store.ts'

/** What the contract needs of a test framework; vitest, jest and node:test with an `expect` fit. */
export interface TestFramework {
  describe(name: string, body: () => void): void
  it(name: string, body: () => Promise<void>): void
  expect(actual: unknown): { toEqual(expected: unknown): void }
}

const octets = (...values: number[]) => Uint8Array.from(values)

const put = (store: BayesStore, ...keys: string[]) =>
  store.transact((transaction) => {
    for (const [index, key] of keys.entries()) transaction.put(key, octets(index))
  })

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}

/** Runs every demand of {@link BayesStore} against the stores that `open` makes; each is closed at the end. */
export function bayesStoreContract(
  { describe, it, expect }: TestFramework,
  open: () => BayesStore | Promise<BayesStore>,
): void {
  const test = (name: string, body: (store: BayesStore) => Promise<void>) =>
    it(name, async () => {
      const store = await open()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })

  describe("a filter's store", () => {
    test('knows nothing at first', async (store) => {
      expect(store.get('a')).toEqual(undefined)
      expect(store.keys('', '\x7f')).toEqual([])
    })
    test('hands back what was written, and what its transaction came to', async (store) => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index)
      const large = new Uint8Array(3_000_000).fill(7)
      const told = await store.transact((transaction) => {
        transaction.put('a', all)
        transaction.put('b', large)
        return 'told'
      })
      expect(told).toEqual('told')
      expect(store.get('a')).toEqual(all)
      // In one piece: comparing millions of octets one by one takes long.
      expect(store.get('b')?.join('') === large.join('')).toEqual(true)
      await store.transact((transaction) => transaction.put('a', octets(1)))
      expect(store.get('a')).toEqual(octets(1))
    })
    test('hands back plain octets', async (store) => {
      await put(store, 'x', 'a')
      const value = store.get('a') as Uint8Array
      // A Buffer's slice() would be a view.
      expect(value.slice(0, 1).buffer.byteLength).toEqual(1)
    })
    test('removes what it is told, and nothing that is not there', async (store) => {
      await put(store, 'a', 'b')
      await store.transact((transaction) => {
        transaction.remove('a')
        transaction.remove('c')
      })
      expect(store.keys('', '\x7f')).toEqual(['b'])
      expect(store.get('a')).toEqual(undefined)
    })
    test('lists a range in the order of the characters', async (store) => {
      const keys = ['user/a/x', 'user/a', 'user/a0', 'user/%41/x', 'shared/x', 'user/b/000000000002', 'z']
      await put(store, ...keys, 'user/b/000000000010')
      expect(store.keys('', '\x7f')).toEqual([...keys, 'user/b/000000000010'].sort())
      expect(store.keys('user/a/', 'user/a0')).toEqual(['user/a/x'])
      expect(store.keys('user/b/', 'user/b0')).toEqual(['user/b/000000000002', 'user/b/000000000010'])
      expect(store.keys('user/a', 'user/a0')).toEqual(['user/a', 'user/a/x'])
      expect(store.keys('z', 'z')).toEqual([])
      expect(store.keys('z', 'a')).toEqual([])
    })
    test('lists the first of a range', async (store) => {
      await put(store, 'd', 'b', 'a', 'c')
      expect(store.keys('b', 'e', 2)).toEqual(['b', 'c'])
      expect(store.keys('b', 'e', 9)).toEqual(['b', 'c', 'd'])
      const inside = await store.transact((transaction) => {
        transaction.remove('b')
        transaction.put('cc', octets(1))
        return transaction.keys('b', 'e', 2)
      })
      expect(inside).toEqual(['c', 'cc'])
    })
    test('shows a transaction its own writes', async (store) => {
      await put(store, 'a', 'b', 'd')
      const seen = await store.transact((transaction) => {
        transaction.put('c', octets(9))
        transaction.put('b', octets(8))
        transaction.remove('a')
        const first = [transaction.get('a'), transaction.get('b'), transaction.get('c'), transaction.get('d')]
        const keys = transaction.keys('a', 'd')
        transaction.put('a', octets(7))
        transaction.remove('c')
        return {
          first,
          keys,
          later: [transaction.get('a'), transaction.get('c'), transaction.keys('a', 'e')],
        }
      })
      expect(seen).toEqual({
        first: [undefined, octets(8), octets(9), octets(2)],
        keys: ['b', 'c'],
        later: [octets(7), undefined, ['a', 'b', 'd']],
      })
      expect(store.keys('a', 'e')).toEqual(['a', 'b', 'd'])
    })
    test('writes nothing of a transaction that throws, and goes on', async (store) => {
      await put(store, 'a')
      const error = new Error('no more')
      const failed = store.transact((transaction) => {
        transaction.put('a', octets(5))
        transaction.put('b', octets(5))
        transaction.remove('a')
        throw error
      })
      const after = put(store, 'c')
      expect((await failureOf(failed)) === error).toEqual(true)
      await after
      expect(store.keys('', '\x7f')).toEqual(['a', 'c'])
      expect(store.get('a')).toEqual(octets(0))
    })
    test('copies values, in and out', async (store) => {
      const value = octets(1, 2, 3)
      await store.transact((transaction) => {
        transaction.put('a', value)
        value[0] = 99
        const inside = transaction.get('a') as Uint8Array
        inside[1] = 99
      })
      value[2] = 99
      const outside = store.get('a') as Uint8Array
      expect(outside).toEqual(octets(1, 2, 3))
      outside[0] = 99
      expect(store.get('a')).toEqual(octets(1, 2, 3))
    })
    test('copies a Buffer, too, whose slice is a view', async (store) => {
      // No package here may name Buffer: this is what one is.
      class View extends Uint8Array {
        override slice(from?: number, to?: number): Uint8Array<ArrayBuffer> {
          return this.subarray(from, to) as Uint8Array<ArrayBuffer>
        }
      }
      const value = View.from([1, 2, 3])
      await store.transact((transaction) => {
        transaction.put('a', value)
        value[0] = 99
      })
      value[1] = 99
      expect([...(store.get('a') ?? [])]).toEqual([1, 2, 3])
    })
    test('takes a part of a larger memory for what it is', async (store) => {
      const memory = octets(0, 1, 2, 3, 4)
      await store.transact((transaction) => transaction.put('a', memory.subarray(1, 3)))
      expect(store.get('a')).toEqual(octets(1, 2))
    })
    test('runs one transaction after the other', async (store) => {
      const increment = () =>
        store.transact((transaction) => {
          const before = transaction.get('n')?.[0] ?? 0
          transaction.put('n', octets(before + 1))
          return before
        })
      const seen = await Promise.all(Array.from({ length: 200 }, increment))
      expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index))
      expect(store.get('n')).toEqual(octets(200))
    })
    test('reads what is committed as soon as that is told', async (store) => {
      for (let index = 0; index < 50; index++) {
        await store.transact((transaction) => transaction.put('n', octets(index)))
        expect(store.get('n')).toEqual(octets(index))
      }
    })
    test('says how much it holds', async (store) => {
      const before = store.octets()
      await store.transact((transaction) => transaction.put('a', new Uint8Array(5_000_000).fill(1)))
      expect(store.octets() - before > 1_000_000).toEqual(true)
    })
    test('finishes what was begun before it closes', async (store) => {
      const begun = store.transact((transaction) => {
        transaction.put('a', octets(1))
        return 'done'
      })
      await Promise.all([store.close(), store.close()])
      expect(await begun).toEqual('done')
    })
  })
}
