import { describe, expect, it } from 'vitest'
import {
  type BayesStore,
  createBayesFilter,
  createMemoryStore,
  DamagedModelError,
  NewerModelError,
} from '../../src/index.ts'
import { MODEL_VERSION, writeMeta } from '../../src/model/meta.ts'
import { ModelFile } from '../../src/model/model-file.ts'
import { mail, train } from '../mail.ts'

const settings = { slotBits: 16 }

/** A store whose commits fail while `isFull`: all of the work is done, and nothing is written. */
function failingStore() {
  const below = createMemoryStore()
  const trouble = { isFull: false }
  const store: BayesStore = {
    ...below,
    transact: (work) =>
      below.transact((transaction) => {
        const result = work(transaction)
        if (trouble.isFull) throw new Error('the disk is full')
        return result
      }),
  }
  return { store, trouble }
}

describe('a store that fails', () => {
  it('rejects lessons, leaves nothing half learned, and goes on scoring', async () => {
    const { store, trouble } = failingStore()
    const filter = await createBayesFilter({ store, settings })
    await train(filter)
    const before = await filter.score(mail('spam', 100), { evidence: 10 })
    const stats = await filter.stats()

    trouble.isFull = true
    await expect(filter.learn(mail('ham', 100), 'spam')).rejects.toThrow('the disk is full')
    await expect(filter.unlearn(mail('spam', 1))).rejects.toThrow('the disk is full')
    const lessons = Array.from({ length: 100 }, (_, n) => filter.learn(mail('ham', 200 + n), 'spam'))
    const results = await Promise.allSettled(lessons)
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(await filter.score(mail('spam', 100), { evidence: 10 })).toEqual(before)
    expect(await filter.stats()).toEqual(stats)

    trouble.isFull = false
    expect(await filter.learn(mail('ham', 100), 'ham')).toBe('learned')
    expect(await filter.stats()).toMatchObject({ ham: 31, spam: 30, seen: 61 })
  })
  it('leaves nothing half learned when another process learns in its place', async () => {
    const { store, trouble } = failingStore()
    const [filter, other] = [
      await createBayesFilter({ store, settings }),
      await createBayesFilter({ store, settings }),
    ]
    await train(filter)
    trouble.isFull = true
    await expect(filter.learn(mail('ham', 100), 'spam')).rejects.toThrow('the disk is full')
    trouble.isFull = false
    // As many messages are learned now as the failed lesson would have made.
    await other.learn(mail('spam', 101), 'spam')
    for (const message of [mail('ham', 100), mail('spam', 101)])
      expect((await filter.score(message)).probability).toBe((await other.score(message)).probability)
  })
  it("does not half learn a user's lessons either", async () => {
    const { store, trouble } = failingStore()
    const filter = await createBayesFilter({ store, settings })
    await train(filter)
    await filter.learn(mail('spam', 50), 'ham', { user: 'ann' })
    const before = await filter.score(mail('spam', 51), { user: 'ann' })
    trouble.isFull = true
    await expect(filter.learn(mail('spam', 52), 'ham', { user: 'ann' })).rejects.toThrow('the disk is full')
    await expect(filter.learn(mail('spam', 52), 'ham', { user: 'new' })).rejects.toThrow('the disk is full')
    expect(await filter.score(mail('spam', 51), { user: 'ann' })).toEqual(before)
    expect(await filter.stats()).toMatchObject({ users: 1 })
  })
  it('costs only the lessons that were under way', async () => {
    const { store, trouble } = failingStore()
    const filter = await createBayesFilter({ store, settings })
    trouble.isFull = true
    const lost = filter.learn(mail('ham', 1), 'ham')
    await expect(lost).rejects.toThrow('the disk is full')
    trouble.isFull = false
    await Promise.all([
      filter.learn(mail('ham', 1), 'ham'),
      filter.learn(mail('ham', 2), 'ham', { user: 'ann' }),
    ])
    expect(await filter.stats()).toMatchObject({ ham: 1, seen: 1, users: 1 })
    await filter.close()
  })
})

describe('a store that others write, too', () => {
  it('is followed by every filter over it', async () => {
    const store = createMemoryStore()
    const [one, other] = [
      await createBayesFilter({ store, settings }),
      await createBayesFilter({ store, settings }),
    ]
    await Promise.all([train(one, 30), train(other, 30)])
    expect(await one.stats()).toMatchObject({ ham: 30, spam: 30, seen: 60 })
    expect(await other.stats()).toMatchObject({ ham: 30, spam: 30, seen: 60 })
    for (let n = 100; n < 120; n++) {
      await (n % 2 === 0 ? one : other).learn(mail('spam', n), 'spam')
      const [first, second] = [await one.score(mail('ham', n)), await other.score(mail('ham', n))]
      expect(first.probability).toBeCloseTo(second.probability, 3)
    }
  })
  it('is read as it was left', async () => {
    const store = createMemoryStore()
    const first = await createBayesFilter({ store, settings })
    await train(first)
    const told = await first.score(mail('spam', 100))
    const second = await createBayesFilter({ store })
    expect(await second.stats()).toMatchObject({ ham: 30, spam: 30, seen: 60 })
    expect((await second.score(mail('spam', 100))).probability).toBeCloseTo(told.probability, 2)
    expect(await second.learn(mail('spam', 3), 'spam')).toBe('known')
  })
})

describe('a model that cannot be read', () => {
  const { meta } = new ModelFile('', 16)
  async function storeWith(value: Uint8Array) {
    const store = createMemoryStore()
    await store.transact((transaction) => transaction.put('shared/meta', value))
    return store
  }
  function later() {
    const octets = writeMeta(meta)
    new DataView(octets.buffer).setFloat64(0, MODEL_VERSION + 1)
    return octets
  }
  it('of a later version is refused, and left as it is', async () => {
    const store = await storeWith(later())
    await expect(createBayesFilter({ store, settings })).rejects.toThrow(NewerModelError)
    expect(store.get('shared/meta')).toEqual(later())
  })
  it('that a later version put there meanwhile is neither read nor overwritten', async () => {
    const store = createMemoryStore()
    const filter = await createBayesFilter({ store, settings })
    await train(filter)
    await store.transact((transaction) => transaction.put('shared/meta', later()))
    await expect(filter.score(mail('spam', 1))).rejects.toThrow(NewerModelError)
    await expect(filter.learn(mail('spam', 99), 'spam')).rejects.toThrow(NewerModelError)
    expect(store.get('shared/meta')).toEqual(later())
  })
  it('that is damaged is told so', async () => {
    await expect(
      createBayesFilter({ store: await storeWith(Buffer.from('rubbish')), settings }),
    ).rejects.toThrow(DamagedModelError)
  })
})
