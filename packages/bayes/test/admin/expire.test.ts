import { describe, expect, it } from 'vitest'
import { createBayesAdmin, createBayesFilter, createMemoryStore } from '../../src/index.ts'
import { plainLetters } from './letters.ts'

async function open(each: number, slotBits = 16) {
  const store = createMemoryStore()
  const settings = { slotBits, minLearned: 5 }
  const filter = await createBayesFilter({ store, settings })
  const letters = plainLetters('ham', 0, each).flatMap((ham, index) => [
    ham,
    plainLetters('spam', index, index + 1)[0]!,
  ])
  for (const { as, bytes } of letters) await filter.learn(bytes, as)
  return { store, filter, letters, admin: createBayesAdmin({ store, settings }) }
}

const nothing = { halved: false, forgotten: 0, importDropped: false }

describe('expire', () => {
  it('does nothing where there is room', async () => {
    const { store, admin, filter } = await open(10)
    const before = store.keys('', '~')
    const expired = await admin.expire()
    expect(expired).toMatchObject(nothing)
    expect(expired.full).toBeGreaterThan(0.005)
    expect(expired.full).toBeLessThan(0.2)
    expect(await filter.stats()).toMatchObject({ ham: 10, spam: 10, seen: 20 })
    expect(store.keys('', '~')).toEqual(before)
  })
  it('halves the counts of a table that is full, and scores go on', async () => {
    const { admin, filter } = await open(40, 9)
    expect(await admin.expire()).toMatchObject({ ...nothing, halved: true })
    expect(await filter.stats()).toMatchObject({ ham: 20, spam: 20, seen: 80 })
    for (const { as, bytes } of [...plainLetters('ham', 50, 55), ...plainLetters('spam', 50, 55)])
      expect((await filter.score(bytes)).verdict).not.toBe(as === 'spam' ? 'ham' : 'spam')
  })
  it('halves them when told', async () => {
    const { admin, filter } = await open(10)
    expect(await admin.expire({ force: true })).toMatchObject({ ...nothing, halved: true })
    expect(await filter.stats()).toMatchObject({ ham: 5, spam: 5 })
    expect((await filter.score(plainLetters('spam', 60, 61)[0]!.bytes)).untrained).toBeUndefined()
  })
  it('never makes a filter silent', async () => {
    const { admin, filter } = await open(9)
    expect(await admin.expire({ force: true })).toMatchObject(nothing)
    expect(await filter.stats()).toMatchObject({ ham: 9, spam: 9 })
  })
  it('forgets the oldest messages, and learning goes on', async () => {
    const { admin, filter, letters } = await open(10)
    expect(await admin.expire({ keep: 5 })).toMatchObject({ ...nothing, forgotten: 15 })
    expect(await filter.stats()).toMatchObject({ ham: 10, spam: 10, seen: 5 })
    expect(await filter.unlearn(letters[14]!.bytes)).toBe('unknown')
    expect(await filter.unlearn(letters[15]!.bytes)).toBe('unlearned')
    expect(await filter.learn(letters[0]!.bytes, 'ham')).toBe('learned')
    expect(await filter.stats()).toMatchObject({ ham: 11, spam: 9, seen: 5 })
    expect(await admin.expire({ keep: 0 })).toMatchObject({ forgotten: 5 })
    expect(await filter.stats()).toMatchObject({ seen: 0 })
  })
  it('works on the model of a user', async () => {
    const { admin, filter, letters } = await open(10)
    await filter.learn(letters[0]!.bytes, 'spam', { user: 'ann' })
    expect(await admin.expire({ user: 'ann', keep: 0 })).toMatchObject({ forgotten: 1 })
    expect(await filter.stats()).toMatchObject({ seen: 20 })
  })
})
