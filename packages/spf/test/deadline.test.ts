// One deadline for a whole evaluation: temperror when it is over, whatever the resolver does. RFC 7208 §4.6.4.
import { createBudget, type Resolver } from '@postern/dns'
import type { Zone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { type AbortSignalLike, checkHost, type SpfPorts } from '../src/index.ts'
import { asked, publishing, usual } from './check.ts'

const never = new Promise<never>(() => {})
const run = (resolver: Resolver, ports: Partial<SpfPorts>) => checkHost(usual, { resolver, ...ports })
const timeout = { result: 'temperror', reason: 'timeout' }

/** A zone whose answers about some names never come. */
const stuckAt = (zone: Zone, ...stuck: string[]): Resolver => ({
  resolve: async (name, type) => (stuck.includes(name) ? never : zone.resolve(name, type)),
})

const turn = () => new Promise<void>((next) => setImmediate(next))

describe('a signal', () => {
  it.each([
    ['v=spf1 +all', 'd.example', 'TXT', ['d.example']],
    ['v=spf1 a:x.example +all', 'x.example', 'A', ['d.example']],
    ['v=spf1 include:x.example +all', 'x.example', 'TXT', ['d.example', 'x.example']],
    ['v=spf1 mx:m.example +all', 'x.example', 'A', ['d.example']],
    ['v=spf1 redirect=x.example', 'x.example', 'TXT', ['d.example', 'x.example']],
  ])('ends %s, stuck at %s', async (record, name, type, path) => {
    const controller = new AbortController()
    const resolver = stuckAt(publishing(record, 'm.example MX 1 x.example'), name)
    const result = run(resolver, { signal: controller.signal })
    await turn()
    controller.abort()
    expect(await result).toMatchObject({ ...timeout, lookup: { name, type }, path })
  })

  it('that has fired already ends what would have to wait', async () => {
    const signal = AbortSignal.abort()
    expect(await run({ resolve: () => never }, { signal })).toMatchObject(timeout)
    const zone = publishing('v=spf1 a:x.example +all')
    expect(await run(stuckAt(zone, 'x.example'), { signal })).toMatchObject(timeout)
  })

  it('that has fired already does not matter to answers that are there', () => {
    expect(run(publishing('v=spf1 +all'), { signal: AbortSignal.abort() })).toMatchObject({ result: 'pass' })
  })

  it('leaves what is known, and nothing more is asked', async () => {
    const zone = publishing(
      'v=spf1 a:x.example a:y.example include:z.example ip4:192.0.2.1',
      'y.example A 192.0.2.1',
    )
    const controller = new AbortController()
    const result = run(stuckAt(zone, 'x.example'), { signal: controller.signal })
    await turn()
    const before = asked(zone)
    controller.abort()
    expect(await result).toMatchObject({
      ...timeout,
      lookup: { name: 'x.example', type: 'A' },
      lookups: { terms: 1, void: 0 },
    })
    await turn()
    expect(asked(zone)).toEqual(before)
  })

  it('does not undo what is certain, and only exp= may be missing', async () => {
    const signal = AbortSignal.abort()
    const first = publishing('v=spf1 include:no.example a:x.example -all')
    expect(
      await run(
        { resolve: (name, type) => (name === 'x.example' ? never : first.resolve(name, type)) },
        { signal },
      ),
    ).toMatchObject({
      result: 'permerror',
    })
    const second = publishing('v=spf1 a:y.example -all exp=x.example', 'y.example A 198.51.100.1')
    const stuck: Resolver = {
      resolve: (name, type) => (name === 'x.example' ? never : second.resolve(name, type)),
    }
    expect(await run(stuck, { signal })).toMatchObject({ result: 'fail', explanation: undefined })
  })

  it('that fires as the verdict comes keeps it from asking for the explanation', async () => {
    const zone = publishing('v=spf1 -all exp=x.example', 'x.example TXT "too late"')
    const controller = new AbortController()
    const result = run(stuckAt(zone), { signal: controller.signal })
    controller.abort()
    expect(await result).toMatchObject({ result: 'fail', explanation: undefined })
    expect(asked(zone)).toEqual(['TXT d.example'])
  })

  it('is heeded where trouble alone would be no match', async () => {
    for (const record of ['v=spf1 ptr -all', 'v=spf1 exists:%{p}.x.example -all']) {
      const zone = publishing(record)
      const stuck: Resolver = {
        resolve: (name, type) => (type === 'PTR' ? never : zone.resolve(name, type)),
      }
      expect(await run(stuck, { signal: AbortSignal.abort() })).toMatchObject({
        ...timeout,
        lookup: { type: 'PTR' },
      })
      const budget = createBudget({ deadlineMs: 1000, now: () => 0, maxQueries: 1 })
      expect(run(zone, { budget })).toMatchObject({ ...timeout, lookup: { type: 'PTR' } })
    }
  })

  it('is listened to while something is on its way, and let go', async () => {
    const listeners = new Set<() => void>()
    const signal: AbortSignalLike = {
      aborted: false,
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    }
    const zone = publishing('v=spf1 mx -all', 'd.example MX 1 a.example\na.example A 192.0.2.1')
    expect(run(zone, { signal })).toMatchObject({ result: 'pass' })
    expect(listeners.size).toBe(0)
    const result = run(stuckAt(zone), { signal })
    expect(listeners.size).toBe(1)
    expect(await result).toMatchObject({ result: 'pass' })
    expect(listeners.size).toBe(0)
  })

  it('of the standard ends it in time', async () => {
    const began = performance.now()
    expect(await run({ resolve: () => never }, { signal: AbortSignal.timeout(30) })).toMatchObject(timeout)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('does not hold up others', async () => {
    const stuck = run({ resolve: () => never }, { signal: AbortSignal.timeout(30) })
    expect(await run(stuckAt(publishing('v=spf1 +all')), {})).toMatchObject({ result: 'pass' })
    expect(await stuck).toMatchObject(timeout)
  })
})

describe('a budget', () => {
  const lines =
    'a.example TXT "v=spf1 include:b.example ~all"\nb.example TXT "v=spf1 include:c.example ~all"\nc.example TXT "v=spf1 +all"'

  it('is handed to the resolver with every question', async () => {
    const budget = createBudget({ deadlineMs: 1000, now: () => 0 })
    expect(run(publishing('v=spf1 include:a.example ptr -all', lines), { budget })).toMatchObject({
      result: 'pass',
    })
    expect(budget.queries).toBe(4)
  })

  it('of queries that is used up is trouble in the DNS', () => {
    const budget = createBudget({ deadlineMs: 1000, now: () => 0, maxQueries: 3 })
    expect(run(publishing('v=spf1 include:a.example -all', lines), { budget })).toMatchObject({
      ...timeout,
      lookup: { name: 'c.example' },
      path: ['d.example', 'a.example', 'b.example', 'c.example'],
    })
  })

  it('of time ends a chain of slow answers at the deadline', async () => {
    let nowMs = 0
    const pending: { at: number; run: () => void }[] = []
    const delays = Object.fromEntries(['d', 'a', 'b', 'c'].map((name) => [`${name}.example`, 8000]))
    const zone = publishing('v=spf1 include:a.example -all', lines, {
      delays,
      timer: (ms, run) => pending.push({ at: nowMs + ms, run }),
    })
    const budget = createBudget({ deadlineMs: 20_000, now: () => nowMs })
    const result = run(zone, { budget })
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      nowMs = next.at
      next.run()
      await turn()
    }
    expect(await result).toMatchObject({ ...timeout, lookup: { name: 'b.example', type: 'TXT' } })
    expect(nowMs).toBe(20_000)
  })
})
