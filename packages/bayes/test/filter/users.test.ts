import { describe, expect, it } from 'vitest'
import { type BayesSettings, createBayesFilter, createMemoryStore } from '../../src/index.ts'
import { mail, octetsOf, train } from '../mail.ts'

async function newFilter(more: Partial<BayesSettings> = {}) {
  const store = createMemoryStore()
  return { store, filter: await createBayesFilter({ store, settings: { slotBits: 16, ...more } }) }
}

/** Mail that all but one hold for spam. */
const newsletter = (n: number) =>
  octetsOf(
    'From: Casino News <news@casino.example>',
    `Message-ID: <news${n}@casino.example>`,
    `Subject: casino winner of week ${n}`,
    '',
    `The lottery, the casino, and the winner of week ${n}: miracle cash prizes.`,
  )

describe("a user's own lessons", () => {
  it('outweigh the shared model for mail of that kind, and leave other users alone', async () => {
    const { filter } = await newFilter()
    await train(filter, 60)
    const before = (await filter.score(newsletter(100))).probability
    expect(before).toBeGreaterThan(0.9)
    for (let n = 0; n < 8; n++)
      expect(await filter.learn(newsletter(n), 'ham', { user: 'ann' })).toBe('learned')

    expect((await filter.score(newsletter(100), { user: 'ann' })).probability).toBeLessThan(0.2)
    expect((await filter.score(newsletter(100), { user: 'bob' })).probability).toBe(before)
    expect((await filter.score(newsletter(100))).probability).toBe(before)
    // Other mail of ann's is told as before.
    expect((await filter.score(mail('spam', 200), { user: 'ann' })).probability).toBeGreaterThan(0.5)
    expect((await filter.score(mail('ham', 200), { user: 'ann' })).probability).toBeLessThan(0.1)
  })
  it('can be of the other kind as well', async () => {
    const { filter } = await newFilter()
    await train(filter, 60)
    for (let n = 300; n < 308; n++) await filter.learn(mail('ham', n), 'spam', { user: 'ann' })
    expect((await filter.score(mail('ham', 400), { user: 'ann' })).probability).toBeGreaterThan(0.5)
    expect((await filter.score(mail('ham', 400))).probability).toBeLessThan(0.1)
  })
  it('add nothing to the shared model, nor to its counts', async () => {
    const { filter } = await newFilter()
    await train(filter, 10)
    await filter.learn(mail('spam', 50), 'spam', { user: 'ann' })
    expect(await filter.stats()).toMatchObject({ ham: 10, spam: 10, seen: 20, users: 1 })
    expect(await filter.stats({ user: 'ann' })).toMatchObject({ ham: 0, spam: 1, seen: 1, users: 1 })
    expect(await filter.stats({ user: 'bob' })).toMatchObject({ ham: 0, spam: 0, seen: 0, users: 1 })
  })
  it('are learned once, relearned and taken back by themselves', async () => {
    const { filter } = await newFilter()
    await train(filter, 20)
    const before = await filter.score(newsletter(5), { user: 'ann' })
    await filter.learn(newsletter(1), 'spam')
    const shared = await filter.score(newsletter(5), { user: 'ann' })
    expect(await filter.learn(newsletter(1), 'ham', { user: 'ann' })).toBe('learned')
    expect(await filter.learn(newsletter(1), 'ham', { user: 'ann' })).toBe('known')
    expect(await filter.learn(newsletter(1), 'spam', { user: 'ann' })).toBe('relearned')
    expect(await filter.unlearn(newsletter(1), { user: 'ann' })).toBe('unlearned')
    expect(await filter.unlearn(newsletter(1), { user: 'bob' })).toBe('unknown')
    expect((await filter.score(newsletter(5), { user: 'ann' })).probability).toBeCloseTo(
      shared.probability,
      6,
    )
    expect(await filter.unlearn(newsletter(1))).toBe('unlearned')
    expect((await filter.score(newsletter(5), { user: 'ann' })).probability).toBeCloseTo(
      before.probability,
      6,
    )
  })
  it('are enough for the user when there are enough of both', async () => {
    const { filter } = await newFilter({ minLearned: 5 })
    for (let n = 0; n < 5; n++) {
      expect(await filter.score(mail('spam', 90), { user: 'ann' })).toMatchObject({
        untrained: { ham: n, spam: n, needed: 5 },
      })
      await filter.learn(mail('spam', n), 'spam', { user: 'ann' })
      await filter.learn(mail('ham', n), 'ham', { user: 'ann' })
    }
    const own = await filter.score(mail('spam', 90), { user: 'ann' })
    expect(own).not.toHaveProperty('untrained')
    expect(own.probability).toBeGreaterThan(0.5)
    expect(await filter.score(mail('spam', 90))).toHaveProperty('untrained')
  })
  it('are not added up with the shared ones to tell what lacks', async () => {
    const { filter } = await newFilter({ minLearned: 5 })
    await train(filter, 4)
    await filter.learn(mail('ham', 90), 'ham', { user: 'ann' })
    expect(await filter.score(mail('ham', 91), { user: 'ann' })).toMatchObject({
      untrained: { ham: 4, spam: 4, needed: 5 },
    })
  })
})

describe('users', () => {
  it('may be more than are kept in memory', async () => {
    const { filter } = await newFilter({ minLearned: 1 })
    const users = Array.from({ length: 150 }, (_, n) => `user${n}@example.org`)
    await Promise.all(
      users.map((user, n) =>
        filter.learn(mail(n % 2 === 0 ? 'spam' : 'ham', n), n % 2 === 0 ? 'spam' : 'ham', { user }),
      ),
    )
    for (const [n, user] of users.entries())
      expect(await filter.stats({ user })).toMatchObject({
        spam: 1 - (n % 2),
        ham: n % 2,
        seen: 1,
        users: 150,
      })
    for (const [n, user] of users.entries())
      expect(
        await filter.learn(mail(n % 2 === 0 ? 'spam' : 'ham', n), n % 2 === 0 ? 'spam' : 'ham', { user }),
      ).toBe('known')
  })
  it('may be taught while others push them out of memory', async () => {
    const { filter } = await newFilter()
    const lessons = Array.from({ length: 400 }, (_, n) =>
      filter.learn(mail('ham', n), 'ham', { user: `user${n % 100}` }),
    )
    const scores = Array.from({ length: 100 }, (_, n) => filter.score(mail('ham', 1), { user: `user${n}` }))
    expect(new Set(await Promise.all(lessons))).toEqual(new Set(['learned']))
    await Promise.all(scores)
    for (let n = 0; n < 100; n++)
      expect(await filter.stats({ user: `user${n}` })).toMatchObject({ ham: 4, seen: 4 })
  })
  it('may have any name, and none is taken for another', async () => {
    const { store, filter } = await newFilter()
    const long = 'x'.repeat(300)
    const names = [
      '',
      ' ',
      '/',
      'a',
      'A',
      'a/',
      'a/seen',
      '../shared',
      'shared',
      'ä',
      '漢字',
      `${long}1`,
      `${long}2`,
      'a%2F',
      '\0',
      '\ud800',
      'a0',
      'a-',
      'user@example.org',
    ]
    for (const [n, user] of names.entries())
      expect(await filter.learn(mail('ham', n), 'ham', { user })).toBe('learned')
    for (const [n, user] of names.entries()) {
      expect(await filter.stats({ user })).toMatchObject({ ham: 1, users: names.length })
      expect(await filter.learn(mail('ham', n), 'ham', { user })).toBe('known')
    }
    expect(await filter.stats()).toMatchObject({ ham: 0 })
    for (const key of store.keys('', '\x7f')) {
      expect(key.length).toBeLessThanOrEqual(200)
      expect(key).toMatch(/^[\x21-\x7e]+$/)
    }
  })
})
