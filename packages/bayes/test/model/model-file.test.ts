import { describe, expect, it } from 'vitest'
import { featuresOf, keptFeatures } from '../../src/features/mail-features.ts'
import { type BayesStore, createMemoryStore } from '../../src/index.ts'
import { encodeEntry } from '../../src/model/log-entry.ts'
import { Model } from '../../src/model/model.ts'
import { ModelFile } from '../../src/model/model-file.ts'
import { mail } from '../mail.ts'

const BITS = 14
const newFile = () => new ModelFile('shared/', BITS)

/** Learns messages as one transaction: into the log, or by writing all. */
function learn(
  store: BayesStore,
  file: ModelFile,
  {
    from,
    many,
    isWhole = false,
    words = 0,
  }: { from: number; many: number; isWhole?: boolean; words?: number },
) {
  return store.transact((transaction) => {
    file.refresh(transaction)
    const entries = Array.from({ length: many }, (_, index) => {
      const isSpam = (from + index) % 2 === 0
      const own = Array.from({ length: words }, (_, word) => `w${from + index}x${word}`).join(' ')
      const message = mail(isSpam ? 'spam' : 'ham', from + index, words === 0 ? {} : { body: own })
      const features = keptFeatures(featuresOf(message))
      const gains = file.model.gains(features, isSpam)
      file.model.learn(features, isSpam, gains)
      return encodeEntry({ isSpam, isTaken: false, gains, features })
    })
    file.write(transaction, { ...(!isWhole && { entries }), messages: many, seen: many })
  })
}

const counts = ({ model }: ModelFile) =>
  [...model.tokens.slots.map((slot) => (slot > 0xff ? slot : 0))].join()
const weightsDiffer = (one: ModelFile, other: ModelFile) =>
  one.model.weights.weights.reduce(
    (most, weight, at) => Math.max(most, Math.abs(weight - other.model.weights.weights[at]!)),
    0,
  )

function expectSame(one: ModelFile, other: ModelFile) {
  expect(counts(one) === counts(other)).toBe(true)
  // Rounded to half a percent when all is written, and some weights are near 10.
  expect(weightsDiffer(one, other)).toBeLessThan(0.1)
  expect([one.model.ham, one.model.spam]).toEqual([other.model.ham, other.model.spam])
  expect(one.meta).toEqual(other.meta)
}

describe('two copies of a model over one store', () => {
  it('follow each other through the log', async () => {
    const store = createMemoryStore()
    const [one, other] = [newFile(), newFile()]
    for (let round = 0; round < 6; round++) {
      await learn(store, round % 2 === 0 ? one : other, { from: round * 10, many: 4 })
      one.refresh(store)
      other.refresh(store)
      expect(counts(one) === counts(other)).toBe(true)
      expect(weightsDiffer(one, other)).toBe(0)
    }
    expectSame(one, other)
    expect(one.meta).toMatchObject({ at: 24, ham: 12, spam: 12, seen: 24, logFrom: 0 })
    expect(store.keys('shared/log/', 'shared/log0')).toHaveLength(24)
  })
  it('follow each other when all is written', async () => {
    const store = createMemoryStore()
    const [one, other] = [newFile(), newFile()]
    await learn(store, one, { from: 0, many: 4 })
    await learn(store, other, { from: 100, many: 10, isWhole: true })
    expect(store.keys('shared/log/', 'shared/log0')).toEqual([])
    one.refresh(store)
    expectSame(one, other)
    await learn(store, one, { from: 200, many: 3 })
    other.refresh(store)
    expectSame(one, other)
    expectSame(one, freshlyRead(store))
  })
  it('read all anew when they are older than the log', async () => {
    const store = createMemoryStore()
    const [one, old] = [newFile(), newFile()]
    await learn(store, one, { from: 0, many: 2 })
    old.refresh(store)
    for (let n = 1; n < 6; n++) await learn(store, one, { from: n * 10, many: 5, isWhole: n === 3 })
    old.refresh(store)
    expectSame(one, old)
  })
  it('write all by themselves when the log has become long', async () => {
    const store = createMemoryStore()
    const [one, other] = [newFile(), newFile()]
    let longest = 0
    let hasBegunAnew = false
    for (let n = 0; n < 400 && !hasBegunAnew; n += 20) {
      await learn(store, one, { from: n, many: 20, words: 500 })
      const { length } = store.keys('shared/log/', 'shared/log0')
      hasBegunAnew = length < longest
      longest = Math.max(longest, length)
      if (n % 60 === 0) other.refresh(store)
    }
    expect(hasBegunAnew).toBe(true)
    other.refresh(store)
    expectSame(one, other)
  })
  it('read another model that was put in its place', async () => {
    const store = createMemoryStore()
    const [one, other] = [newFile(), newFile()]
    await learn(store, one, { from: 0, many: 8 })
    other.refresh(store)
    await store.transact((transaction) => {
      one.refresh(transaction)
      one.replace(transaction, new Model(12))
    })
    other.refresh(store)
    expect(other.model.slotBits).toBe(12)
    expect(other.model.tokens.slots.every((slot) => slot === 0)).toBe(true)
    expectSame(one, other)
    await learn(store, other, { from: 50, many: 2 })
    one.refresh(store)
    expectSame(one, other)
    expectSame(one, freshlyRead(store))
  })
  it('read what is in the store after what was done to them was lost', async () => {
    const store = createMemoryStore()
    const [one, other] = [newFile(), newFile()]
    await learn(store, one, { from: 0, many: 4 })
    other.refresh(store)
    one.model.learn(keptFeatures(featuresOf(mail('spam', 99))), true, [1, 1, 1, 1])
    one.invalidate()
    one.refresh(store)
    expectSame(one, other)
  })
  it('begin anew when the store was emptied', async () => {
    const store = createMemoryStore()
    const one = newFile()
    await learn(store, one, { from: 0, many: 4 })
    await store.transact((transaction) => {
      for (const key of transaction.keys('', '\x7f')) transaction.remove(key)
    })
    one.refresh(store)
    expectSame(one, newFile())
  })
})

function freshlyRead(store: BayesStore): ModelFile {
  const file = newFile()
  file.refresh(store)
  return file
}

it('a model is read with the slots it was made with', async () => {
  const store = createMemoryStore()
  await learn(store, newFile(), { from: 0, many: 4, isWhole: true })
  const file = new ModelFile('shared/', 18)
  file.refresh(store)
  expect(file.model.slotBits).toBe(BITS)
})

it('damaged blocks and entries are left out, and nothing fails', async () => {
  const store = createMemoryStore()
  await learn(store, newFile(), { from: 0, many: 40, isWhole: true })
  await learn(store, newFile(), { from: 100, many: 2 })
  await store.transact((transaction) => {
    for (const key of transaction.keys('shared/block/', 'shared/log0'))
      transaction.put(key, Buffer.from('rubbish'))
  })
  const file = freshlyRead(store)
  expect(file.model.ham + file.model.spam).toBe(42)
  expect(file.model.weights.weights.every(Number.isFinite)).toBe(true)
})
