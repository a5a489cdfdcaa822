import { describe, expect, it } from 'vitest'
import { createBayesFilter, createMemoryStore } from '../../src/index.ts'
import { mail, octetsOf, train } from '../mail.ts'

const settings = { slotBits: 16 }

async function newFilter(more = {}) {
  const store = createMemoryStore()
  return { store, filter: await createBayesFilter({ store, settings: { ...settings, ...more } }) }
}

describe('a message', () => {
  it('is learned once, however often it comes', async () => {
    const { store, filter } = await newFilter()
    const message = mail('spam', 1)
    expect(await filter.learn(message, 'spam')).toBe('learned')
    const before = store.octets()
    const results = await Promise.all(Array.from({ length: 1000 }, () => filter.learn(message, 'spam')))
    expect(new Set(results)).toEqual(new Set(['known']))
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 1, seen: 1 })
    expect(store.octets()).toBe(before)
  })
  it('is learned once when it comes many times in one go', async () => {
    const { filter } = await newFilter()
    const results = await Promise.all(Array.from({ length: 1000 }, () => filter.learn(mail('ham', 1), 'ham')))
    expect(results.filter((result) => result === 'learned')).toHaveLength(1)
    expect(await filter.stats()).toMatchObject({ ham: 1, spam: 0, seen: 1 })
  })
  it.each([
    [
      'Received and Delivered-To',
      [
        'Delivered-To: bob@example.net',
        'Received: from mx.example.org',
        '\tby mail.example.net; Mon, 1 Jan 2024 10:00:00 +0000',
      ],
    ],
    [
      'what filters say',
      ['X-Spam-Status: Yes, score=8', '\ttests=BAYES_99', 'X-Bogosity: Spam', 'X-Spam-Flag: YES'],
    ],
    ["an mbox's From line", ['From ann@example.org  Mon Jan  1 10:00:00 2024']],
  ])('is the same one with %s', async (_, header) => {
    const { filter } = await newFilter()
    await filter.learn(mail('spam', 1), 'spam')
    expect(await filter.learn(mail('spam', 1, { header }), 'spam')).toBe('known')
    const crlf = Buffer.from(
      mail('spam', 1, { header }).toString('latin1').replaceAll('\n', '\r\n'),
      'latin1',
    )
    expect(await filter.learn(crlf, 'spam')).toBe('known')
    expect(await filter.unlearn(crlf)).toBe('unlearned')
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 0, seen: 0 })
  })
  it('is learned as the other class when it was learned wrong', async () => {
    const [{ filter }, { filter: right }] = [await newFilter(), await newFilter()]
    await train(filter)
    await train(right)
    const message = mail('ham', 500)
    expect(await filter.learn(message, 'spam')).toBe('learned')
    const wrong = await filter.score(message)
    expect(await filter.learn(message, 'ham')).toBe('relearned')
    expect(await filter.learn(message, 'ham')).toBe('known')
    await right.learn(message, 'ham')
    expect(await filter.stats()).toMatchObject({ ham: 31, spam: 30, seen: 61 })
    const after = await filter.score(message)
    expect(after.probability).toBeLessThan(wrong.probability)
    // As if it had never been learned wrong.
    expect(after.probability).toBeCloseTo((await right.score(message)).probability, 5)
  })
  it('leaves nothing when it is taken back', async () => {
    const { filter } = await newFilter()
    await train(filter)
    const before = await filter.score(mail('spam', 501))
    await filter.learn(mail('spam', 500), 'ham')
    expect((await filter.score(mail('spam', 501))).probability).toBeLessThan(before.probability)
    expect(await filter.unlearn(mail('spam', 500))).toBe('unlearned')
    expect(await filter.unlearn(mail('spam', 500))).toBe('unknown')
    expect(await filter.unlearn(mail('spam', 999))).toBe('unknown')
    expect(await filter.stats()).toMatchObject({ ham: 30, spam: 30, seen: 60 })
    expect((await filter.score(mail('spam', 501))).probability).toBeCloseTo(before.probability, 5)
  })
  it('is one of those at once: concurrent lessons add up', async () => {
    const { filter } = await newFilter()
    const lessons = Array.from({ length: 300 }, (_, n) => {
      const as = n % 3 === 0 ? ('spam' as const) : ('ham' as const)
      return filter.learn(mail(as, n % 200), as)
    })
    const results = await Promise.all(lessons)
    const learned = results.filter((result) => result === 'learned').length
    expect(await filter.stats()).toMatchObject({ seen: learned })
    const { ham, spam } = await filter.stats()
    expect(ham + spam).toBe(learned)
    expect(results.every((result) => result === 'learned' || result === 'known')).toBe(true)
  })
  it('goes from one class to the other as often as it is told, and takes no more room', async () => {
    const { store, filter } = await newFilter()
    await filter.learn(mail('spam', 1), 'spam')
    for (let n = 0; n < 50; n++)
      expect(await filter.learn(mail('spam', 1), n % 2 === 0 ? 'ham' : 'spam')).toBe('relearned')
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 1, seen: 1 })
    expect(store.keys('shared/order/', 'shared/order0')).toHaveLength(1)
    expect(store.keys('shared/seen/', 'shared/seen0')).toHaveLength(1)
  })
})

describe('what is remembered of messages', () => {
  it('is bounded: the oldest are forgotten, and stay learned', async () => {
    const { store, filter } = await newFilter({ seenLimit: 20 })
    for (let n = 0; n < 50; n++) {
      await filter.learn(mail('ham', n), 'ham')
      expect((await filter.stats()).seen).toBeLessThanOrEqual(20)
    }
    const { ham, seen } = await filter.stats()
    expect(ham).toBe(50)
    expect(seen).toBeGreaterThan(10)
    expect(store.keys('shared/seen/', 'shared/seen0')).toHaveLength(seen)
    expect(store.keys('shared/order/', 'shared/order0')).toHaveLength(seen)
    expect(await filter.unlearn(mail('ham', 0))).toBe('unknown')
    expect(await filter.unlearn(mail('ham', 49))).toBe('unlearned')
  })
  it('is bounded when many come at once', async () => {
    const { filter } = await newFilter({ seenLimit: 20 })
    await train(filter, 60)
    const { ham, spam, seen } = await filter.stats()
    expect([ham, spam]).toEqual([60, 60])
    expect(seen).toBeGreaterThan(10)
    expect(seen).toBeLessThanOrEqual(20)
  })
  it('is the last one at least', async () => {
    const { filter } = await newFilter({ seenLimit: 1 })
    await filter.learn(mail('ham', 1), 'ham')
    await filter.learn(mail('ham', 2), 'ham')
    expect(await filter.learn(mail('ham', 2), 'ham')).toBe('known')
    expect(await filter.stats()).toMatchObject({ ham: 2, seen: 1 })
  })
  it('counts from when it was learned last', async () => {
    const { filter } = await newFilter({ seenLimit: 10 })
    for (let n = 0; n < 10; n++) await filter.learn(mail('ham', n), 'ham')
    expect(await filter.learn(mail('ham', 0), 'spam')).toBe('relearned')
    for (let n = 10; n < 15; n++) await filter.learn(mail('ham', n), 'ham')
    expect(await filter.learn(mail('ham', 0), 'spam')).toBe('known')
  })
})

it('messages without anything are messages too', async () => {
  const { filter } = await newFilter()
  expect(await filter.learn(octetsOf(''), 'ham')).toBe('learned')
  expect(await filter.learn(octetsOf('', ''), 'ham')).toBe('known')
  expect(await filter.learn(octetsOf('', 'text'), 'ham')).toBe('learned')
  expect(await filter.unlearn(octetsOf(''))).toBe('unlearned')
})
