import { describe, expect, it } from 'vitest'
import {
  type BayesSettings,
  createBayesFilter,
  createMemoryStore,
  defaultBayesSettings,
} from '../../src/index.ts'
import { mail, octetsOf, train } from '../mail.ts'

const newFilter = (more: Partial<BayesSettings> = {}, store = createMemoryStore()) =>
  createBayesFilter({ store, settings: { slotBits: 16, ...more } })

describe('a filter that has learned too little', () => {
  it('says so, and what it lacks', async () => {
    const filter = await newFilter({ minLearned: 3 })
    expect(await filter.score(mail('spam', 1), { evidence: 5 })).toEqual({
      probability: 0.5,
      verdict: 'unsure',
      evidence: [],
      untrained: { ham: 0, spam: 0, needed: 3 },
    })
    for (let n = 0; n < 5; n++) await filter.learn(mail('spam', n), 'spam')
    for (let n = 0; n < 2; n++) {
      expect(await filter.score(mail('spam', 1))).toMatchObject({
        verdict: 'unsure',
        untrained: { ham: n, spam: 5, needed: 3 },
      })
      await filter.learn(mail('ham', n), 'ham')
    }
    await filter.learn(mail('ham', 2), 'ham')
    expect(await filter.score(mail('spam', 1))).not.toHaveProperty('untrained')
  })
  it('needs 10 of each by default', () => {
    expect(defaultBayesSettings.minLearned).toBe(10)
  })
})

describe('the verdict', () => {
  it('is spam from its threshold on, ham up to its own, unsure in between', async () => {
    const store = createMemoryStore()
    const filter = await newFilter({}, store)
    await train(filter)
    const mixed = octetsOf('From: carl@example.com', 'Subject: minutes of the lottery', '', 'casino meeting')
    const { probability } = await filter.score(mixed)
    expect(probability).toBeGreaterThan(0)
    expect(probability).toBeLessThan(1)
    const verdictWith = async (more: Partial<BayesSettings>) =>
      (await (await newFilter(more, store)).score(mixed)).verdict
    expect(await verdictWith({ spamThreshold: probability, hamThreshold: 0 })).toBe('spam')
    expect(await verdictWith({ spamThreshold: probability + 1e-9, hamThreshold: 0 })).toBe('unsure')
    expect(await verdictWith({ spamThreshold: 1.1, hamThreshold: probability })).toBe('ham')
    expect(await verdictWith({ spamThreshold: 1.1, hamThreshold: probability - 1e-9 })).toBe('unsure')
  })
  it('tells the classes apart', async () => {
    const filter = await newFilter()
    await train(filter, 60)
    for (let n = 200; n < 220; n++) {
      expect((await filter.score(mail('spam', n))).probability).toBeGreaterThan(0.9)
      expect((await filter.score(mail('ham', n))).probability).toBeLessThan(0.1)
    }
  })
  it('does not depend on what filters wrote into the message, nor on its line ends', async () => {
    const filter = await newFilter()
    await train(filter)
    const plain = await filter.score(mail('ham', 300))
    const marked = mail('ham', 300, { header: ['X-Spam-Status: Yes, score=99 viagra', 'X-Spam-Flag: YES'] })
    expect(await filter.score(marked)).toEqual(plain)
    expect(
      await filter.score(Buffer.from(marked.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')),
    ).toEqual(plain)
  })
  it('says how far a long message was read', async () => {
    const filter = await newFilter()
    const long = mail('ham', 1, { body: 'word '.repeat(200_000) })
    expect(await filter.score(long)).toMatchObject({ truncatedAt: 524_288 })
  })
})

describe('the rule of training', () => {
  async function trainedFilter(more: Partial<BayesSettings> = {}) {
    const filter = await newFilter(more)
    await train(filter, 60)
    return filter
  }
  it('all: everything is learned', async () => {
    const filter = await trainedFilter()
    expect(await filter.learn(mail('spam', 300), 'spam')).toBe('learned')
  })
  it.each(['error', 'near-error'] as const)('%s: what is told right and surely is not', async (rule) => {
    const filter = await trainedFilter({ spamThreshold: 0.9, hamThreshold: 0.1 })
    // A copy of what was learned but for its Message-ID: there is nothing surer.
    const known = Buffer.from(mail('spam', 7).toString().replace('<spam7@', '<another@'))
    for (let n = 0; n < 5; n++)
      await filter.learn(Buffer.from(known.toString().replace('another', `more${n}`)), 'spam')
    expect((await filter.score(known)).probability).toBeGreaterThan(0.99)
    expect(await filter.learn(known, 'spam', { rule })).toBe('unneeded')
    expect(await filter.learn(known, 'ham', { rule })).toBe('learned')
    expect(await filter.stats()).toMatchObject({ ham: 61, spam: 65 })
  })
  it('near-error: what is told right but not surely is learned, with error it is not', async () => {
    const filter = await trainedFilter({ spamThreshold: 0.05, hamThreshold: 0.01 })
    const words = ['meeting', 'kernel', 'review', 'agenda', 'lottery', 'casino', 'pills', 'viagra']
    const messages = words.flatMap((_, n) =>
      [2, 3, 4, 5, 6].map((many) =>
        octetsOf('From: carl@example.com', `Subject: ${n}`, '', words.slice(n, n + many).join(' ')),
      ),
    )
    const scores = await Promise.all(messages.map((message) => filter.score(message)))
    // Right by the threshold, and with an error between a tenth and a half.
    const at = scores.findIndex(({ probability }) => probability > 0.6 && probability < 0.9)
    const unsure = messages[at] as Buffer
    expect(await filter.learn(unsure, 'spam', { rule: 'error' })).toBe('unneeded')
    expect(await filter.learn(unsure, 'spam', { rule: 'near-error' })).toBe('learned')
  })
  it("is the filter's when none is given, and all until there is enough of both classes", async () => {
    const filter = await newFilter({ rule: 'error' })
    const results = []
    for (let n = 0; n < 40; n++) {
      const as = n % 2 === 0 ? ('spam' as const) : ('ham' as const)
      results.push(await filter.learn(mail(as, n), as))
    }
    expect(results.slice(0, 20).every((result) => result === 'learned')).toBe(true)
    expect(results.slice(20)).toContain('unneeded')
  })
  it('does not keep a message from being learned as the other class', async () => {
    const filter = await trainedFilter({ rule: 'error' })
    await filter.learn(mail('spam', 300), 'ham')
    expect(await filter.learn(mail('spam', 300), 'spam')).toBe('relearned')
  })
})

describe('the balance of classes', () => {
  it('lets one outweigh the other so far only', async () => {
    const filter = await newFilter({ balance: 2, minLearned: 10 })
    await train(filter, 10)
    for (let n = 10; n < 60; n++) await filter.learn(mail('spam', n), 'spam')
    const { ham, spam } = await filter.stats()
    expect(ham).toBe(10)
    expect(spam).toBeLessThan(30)
    const another = Buffer.from(mail('spam', 1).toString().replace('<spam1@', '<another@'))
    expect(await filter.learn(another, 'spam')).toBe('unbalanced')
    expect(await filter.learn(mail('ham', 100), 'ham')).toBe('learned')
  })
  it('still learns what was told wrong', async () => {
    const filter = await newFilter({ balance: 1, minLearned: 5 })
    for (let n = 0; n < 10; n++) await filter.learn(mail('ham', n), 'ham', { rule: 'all' })
    for (let n = 0; n < 12; n++) await filter.learn(mail('spam', n), 'spam', { rule: 'all' })
    expect(await filter.learn(mail('ham', 50), 'spam')).toBe('learned')
  })
  it('caps nothing while the other class has not been taught, as folder by folder one comes first', async () => {
    const filter = await newFilter({ balance: 2, minLearned: 5 })
    for (let n = 0; n < 20; n++) expect(await filter.learn(mail('spam', n), 'spam')).toBe('learned')
    for (let n = 0; n < 20; n++) expect(await filter.learn(mail('ham', n), 'ham')).toBe('learned')
  })
  it('is not looked at by default', async () => {
    const filter = await newFilter()
    await train(filter, 5)
    for (let n = 10; n < 60; n++) expect(await filter.learn(mail('spam', n), 'spam')).toBe('learned')
  })
})
