import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  type Budget,
  type CacheOptions,
  createBudget,
  createCache,
  type MaybeAsync,
  type QueryOptions,
  type Resolver,
} from '../src/index.ts'
import { createZone } from '../src/testing.ts'

const ZONE = `
  a.test  10   A  192.0.2.1
  b.test  10   A  192.0.2.2
  c.test  10   A  192.0.2.3
  day.test 999999 A 192.0.2.4
  zero.test 0  A  192.0.2.5
`

function setUp(options: Partial<CacheOptions> = {}, isAsync = false) {
  const clock = { ms: 1_000_000 }
  const zone = createZone(ZONE, {
    async: isAsync,
    failures: { 'bad.test': 'servfail' },
    negativeTtl: 100_000,
  })
  const cache = createCache(zone, { now: () => clock.ms, ...options })
  const asked = () => zone.queries.map((query) => query.name)
  return { clock, zone, cache, asked }
}

const record = (address: string, ttl: number) => ({
  kind: 'records',
  records: [address],
  ttl,
  authentic: false,
})

/** A resolver that answers when told to; the answer is always the same, the asker's own. */
function createSlowResolver() {
  const asked: { name: string; budget: Budget | undefined; answer(answer: Answer<string>): void }[] = []
  const resolve = (name: string, _type: string, options?: QueryOptions) => {
    const budget = options?.budget
    if (budget !== undefined && !budget.take()) return { kind: 'temperror', reason: 'timeout' }
    return new Promise((answer) => asked.push({ name, budget, answer }))
  }
  return { asked, resolver: { resolve } as Resolver }
}

const FOUND: Answer<string> = { kind: 'records', records: ['192.0.2.1'], ttl: 60, authentic: false }
const TIMEOUT: Answer<string> = { kind: 'temperror', reason: 'timeout' }

describe('a cached answer', () => {
  it('comes at once, with the time that remains', async () => {
    const { cache, clock, asked } = setUp({}, true)
    const first = cache.resolve('a.test', 'A')
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toEqual(record('192.0.2.1', 10))
    const table: [number, number][] = [
      [0, 10],
      [1, 9],
      [1000, 9],
      [1001, 8],
      [9999, 0],
    ]
    const start = clock.ms
    for (const [after, ttl] of table) {
      clock.ms = start + after
      expect(cache.resolve('a.test', 'A')).toEqual(record('192.0.2.1', ttl))
    }
    expect(asked()).toEqual(['a.test'])
    clock.ms = start + 10_000
    expect(await cache.resolve('a.test', 'A')).toEqual(record('192.0.2.1', 10))
    expect(asked()).toEqual(['a.test', 'a.test'])
    expect(cache.stats()).toMatchObject({ hits: 5, misses: 2, expired: 1, entries: 1 })
  })

  it('is kept by name and type', () => {
    const { cache } = setUp()
    expect(cache.resolve('a.test', 'A')).toMatchObject({ kind: 'records' })
    expect(cache.resolve('a.test', 'MX')).toMatchObject({ kind: 'nodata' })
    expect(cache.resolve('a.test', 'A')).toMatchObject({ kind: 'records' })
    expect(cache.resolve('a.test', 'MX')).toMatchObject({ kind: 'nodata' })
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 2, entries: 2 })
  })

  it('does not live longer because the clock went back', () => {
    const { cache, clock, asked } = setUp()
    cache.resolve('a.test', 'A')
    clock.ms -= 60_000
    cache.resolve('a.test', 'A')
    expect(asked()).toEqual(['a.test', 'a.test'])
  })

  it('is gone after clear', () => {
    const { cache, asked } = setUp()
    cache.resolve('a.test', 'A')
    cache.clear()
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 })
    cache.resolve('a.test', 'A')
    expect(asked()).toHaveLength(2)
  })

  it('costs a budget nothing', () => {
    const { cache, clock } = setUp()
    const budget = createBudget({ deadlineMs: clock.ms + 1, now: () => clock.ms, maxQueries: 1 })
    expect(cache.resolve('a.test', 'A', { budget })).toMatchObject({ kind: 'records' })
    clock.ms += 5
    expect(cache.resolve('a.test', 'A', { budget })).toMatchObject({ kind: 'records' })
    expect(budget.queries).toBe(1)
  })
})

describe('how long an answer is kept', () => {
  const lifeOf = (options: Partial<CacheOptions>, name: string) => {
    const { cache, clock, asked } = setUp(options)
    const answer = cache.resolve(name, 'A') as Answer<string>
    const start = clock.ms
    let life = 0
    for (const ms of [0, 999, 1000, 9999, 10_000, 59_999, 60_000, 899_999, 900_000, 86_399_999, 86_400_000]) {
      clock.ms = start + ms
      cache.resolve(name, 'A')
      if (asked().length > 1) break
      life = ms
    }
    return { life, ttl: answer.kind === 'temperror' ? undefined : answer.ttl }
  }

  it.each<[string, Partial<CacheOptions>, string, { life: number; ttl: number | undefined }]>([
    ['its ttl', {}, 'a.test', { life: 9999, ttl: 10 }],
    ['minTtl', { minTtl: 60 }, 'a.test', { life: 59_999, ttl: 60 }],
    ['minTtl, ttl 0', { minTtl: 60 }, 'zero.test', { life: 59_999, ttl: 60 }],
    ['a day at most', {}, 'day.test', { life: 86_399_999, ttl: 86_400 }],
    ['maxTtl', { maxTtl: 1 }, 'a.test', { life: 999, ttl: 1 }],
    ['ttl 0: not at all', {}, 'zero.test', { life: 0, ttl: 0 }],
    ['nxdomain: 900 s at most', {}, 'none.test', { life: 899_999, ttl: 900 }],
    ['maxNegativeTtl', { maxNegativeTtl: 10, minTtl: 60 }, 'none.test', { life: 9999, ttl: 10 }],
    ['temperror: a second', {}, 'bad.test', { life: 999, ttl: undefined }],
    ['temperrorMs', { temperrorMs: 60_000 }, 'bad.test', { life: 59_999, ttl: undefined }],
    ['temperrorMs 0: not at all', { temperrorMs: 0 }, 'bad.test', { life: 0, ttl: undefined }],
  ])('%s', (_title, options, name, expected) => {
    expect(lifeOf(options, name)).toEqual(expected)
  })
})

describe('bounds', () => {
  it('drop the answer that was used longest ago', () => {
    const { cache, asked } = setUp({ maxEntries: 2 })
    for (const name of ['a.test', 'b.test', 'a.test', 'c.test']) cache.resolve(name, 'A')
    expect(cache.stats()).toMatchObject({ entries: 2, evicted: 1 })
    cache.resolve('a.test', 'A')
    expect(asked()).toEqual(['a.test', 'b.test', 'c.test'])
    cache.resolve('b.test', 'A')
    expect(asked()).toEqual(['a.test', 'b.test', 'c.test', 'b.test'])
  })

  it.each([{ maxEntries: 0 }, { maxBytes: 0 }, { maxBytes: 100 }])('%j keeps nothing', (options) => {
    const { cache } = setUp(options)
    expect(cache.resolve('a.test', 'A')).toMatchObject({ kind: 'records' })
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 })
  })

  it('do not let one huge answer push out the rest', () => {
    const big = createZone([
      { name: 'big.test', type: 'TXT', ttl: 60, data: Array(100).fill('x'.repeat(255)) },
    ])
    const cache = createCache(big, { now: () => 0, maxBytes: 10_000 })
    cache.resolve('none.test', 'A')
    cache.resolve('big.test', 'TXT')
    expect(cache.stats()).toMatchObject({ entries: 1, evicted: 0 })
  })
})

describe('equal questions in flight', () => {
  it('are asked once', async () => {
    const { asked, resolver } = createSlowResolver()
    const cache = createCache(resolver, { now: () => 0 })
    const answers = Array.from({ length: 100 }, () => cache.resolve('a.test', 'A'))
    expect(asked).toHaveLength(1)
    asked[0]!.answer(FOUND)
    expect(await Promise.all(answers)).toEqual(Array(100).fill(FOUND))
    expect(cache.stats()).toMatchObject({ misses: 100, coalesced: 99 })
    expect(cache.resolve('a.test', 'A')).toEqual(FOUND)
  })

  it('are asked again when the leader ran out of time and the follower did not', async () => {
    const { asked, resolver } = createSlowResolver()
    const clock = { ms: 0 }
    const now = () => clock.ms
    const cache = createCache(resolver, { now })
    const leader = cache.resolve('a.test', 'A', { budget: createBudget({ deadlineMs: 10, now }) })
    const follower = cache.resolve('a.test', 'A', { budget: createBudget({ deadlineMs: 99, now }) })
    const patient = cache.resolve('a.test', 'A')
    expect(asked).toHaveLength(1)
    clock.ms = 10
    asked[0]!.answer(TIMEOUT)
    expect(await leader).toEqual(TIMEOUT)
    expect(asked).toHaveLength(2)
    asked[1]!.answer(FOUND)
    expect(await follower).toEqual(FOUND)
    expect(await patient).toEqual(FOUND)
  })

  it('are not joined by one that may not wait as long', async () => {
    const { asked, resolver } = createSlowResolver()
    const cache = createCache(resolver, { now: () => 0 })
    const patient = cache.resolve('a.test', 'A')
    const budget = createBudget({ deadlineMs: 10, now: () => 0 })
    const hasty = cache.resolve('a.test', 'A', { budget })
    expect(asked.map((query) => query.budget)).toEqual([undefined, budget])
    asked[1]!.answer(FOUND)
    expect(await hasty).toEqual(FOUND)
    asked[0]!.answer(FOUND)
    expect(await patient).toEqual(FOUND)
  })

  it('take from each budget', async () => {
    const { asked, resolver } = createSlowResolver()
    const cache = createCache(resolver, { now: () => 0 })
    const budgets = Array.from({ length: 2 }, () =>
      createBudget({ deadlineMs: 9, now: () => 0, maxQueries: 1 }),
    )
    const answers = budgets.map((budget) => cache.resolve('a.test', 'A', { budget }))
    expect(cache.resolve('a.test', 'A', { budget: budgets[1] })).toEqual(TIMEOUT)
    asked[0]!.answer(FOUND)
    await Promise.all(answers)
    expect(budgets.map((budget) => budget.queries)).toEqual([1, 1])
  })
})

describe('a timeout', () => {
  it('of a spent budget is not kept: it says nothing about the name', async () => {
    const { asked, resolver } = createSlowResolver()
    const clock = { ms: 0 }
    const now = () => clock.ms
    const cache = createCache(resolver, { now })
    const budget = createBudget({ deadlineMs: 10, now })
    const hasty = cache.resolve('a.test', 'A', { budget })
    clock.ms = 10
    asked[0]!.answer(TIMEOUT)
    expect(await hasty).toEqual(TIMEOUT)
    expect(cache.stats().entries).toBe(0)
    expect(cache.resolve('b.test', 'A', { budget })).toEqual(TIMEOUT)
    expect(cache.stats().entries).toBe(0)
  })

  it('with time left in the budget is kept, so that a dead domain is asked for once a second', async () => {
    const { asked, resolver } = createSlowResolver()
    const cache = createCache(resolver, { now: () => 5 })
    const budget = createBudget({ deadlineMs: 10, now: () => 5 })
    const answer = cache.resolve('a.test', 'A', { budget })
    asked[0]!.answer(TIMEOUT)
    await answer
    expect(cache.resolve('a.test', 'A')).toEqual(TIMEOUT)
  })
})

describe('a resolver that breaks its promise', () => {
  const network = { kind: 'temperror', reason: 'network' }
  it.each<[string, () => MaybeAsync<never>]>([
    [
      'by throwing',
      () => {
        throw new Error('broken')
      },
    ],
    ['by rejecting', () => Promise.reject(new Error('broken'))],
  ])('%s is a temperror, and asked again later', async (_title, resolve) => {
    const clock = { ms: 0 }
    const cache = createCache({ resolve }, { now: () => clock.ms })
    expect(await cache.resolve('a.test', 'A')).toEqual(network)
    expect(cache.resolve('a.test', 'A')).toEqual(network)
    clock.ms = 2000
    expect(await cache.resolve('a.test', 'A')).toEqual(network)
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2, coalesced: 0 })
  })
})

describe('whatever happens', () => {
  // A world in which every answer says when it was given and how long it holds.
  const step = fc.record({
    name: fc.integer({ min: 0, max: 12 }),
    elapsed: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: -5000, max: 90_000 })),
    answer: fc.constantFrom('records', 'nodata', 'nxdomain', 'temperror', 'throw', 'reject'),
    ttl: fc.constantFrom(0, 1, 2, 30, 1e9),
    isAsync: fc.boolean(),
    size: fc.integer({ min: 0, max: 40 }),
  })

  it('no answer is given out after its time, bounds hold, and nothing is thrown', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 6000 }),
      async (steps, maxEntries, maxBytes) => {
        const clock = { ms: 0 }
        let next = steps[0]
        const resolve = () => {
          if (next!.answer === 'throw') throw new Error('broken')
          if (next!.answer === 'reject') return Promise.reject(new Error('broken'))
          const until = String(clock.ms + next!.ttl * 1000)
          const answer = {
            kind: next!.answer,
            records: Array(next!.size + 1).fill(until),
            ttl: next!.ttl,
            reason: 'timeout',
            authentic: false,
          }
          return next!.isAsync ? Promise.resolve(answer) : answer
        }
        const cache = createCache({ resolve } as Resolver, { now: () => clock.ms, maxEntries, maxBytes })
        for (next of steps) {
          clock.ms += next.elapsed
          const answer = await cache.resolve(`n${next.name}.test`, 'A')
          if (answer.kind === 'records') {
            const until = Number(answer.records[0])
            expect(clock.ms).toBeLessThanOrEqual(until)
            expect(clock.ms + answer.ttl * 1000).toBeLessThanOrEqual(until)
          }
          const stats = cache.stats()
          expect(stats.entries).toBeLessThanOrEqual(maxEntries)
          expect(stats.bytes).toBeLessThanOrEqual(maxBytes)
          expect(stats.bytes > 0).toBe(stats.entries > 0)
        }
        cache.clear()
        expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 })
      },
    )
    await fc.assert(property, { numRuns: 300 })
  })
})
