// Questions that do not depend on each other are asked at once; nothing else about an evaluation may change by that.
import { type Answer, createCache, type RecordType, type RecordTypes, type Resolver } from '@postern/dns'
import type { Timer, Zone } from '@postern/dns/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHost, type SpfInput, type SpfPorts, type SpfResult } from '../src/index.ts'
import { QUESTIONS_AHEAD } from '../src/limits.ts'
import { asked, check, publishing, usual } from './check.ts'

/** A clock that jumps from one answer to the next when nothing else is left to do. */
class Rounds {
  nowMs = 0
  #due: { at: number; run: () => void }[] = []

  readonly timer: Timer = (ms, run) => {
    this.#due.push({ at: this.nowMs + ms, run })
  }

  async finish<T>(work: Promise<T> | T): Promise<T> {
    let isDone = false
    const done = Promise.resolve(work).finally(() => (isDone = true))
    while (!isDone) {
      // Let everything run that waits for nothing but its turn.
      await new Promise<void>((next) => setImmediate(next))
      if (isDone) break
      this.nowMs = Math.min(...this.#due.map(({ at }) => at))
      const now = this.#due.filter(({ at }) => at === this.nowMs)
      this.#due = this.#due.filter(({ at }) => at > this.nowMs)
      for (const { run } of now) run()
    }
    return done
  }
}

/** Each answer of the zone takes one millisecond. */
function inRounds(zone: Zone, rounds: Rounds): Resolver {
  return {
    resolve: (name, type) =>
      new Promise((done) => {
        const answer = zone.resolve(name, type)
        rounds.timer(1, () => done(answer))
      }),
  }
}

/** How many round trips a check takes, what it asks, and what comes out. */
async function timed(zone: Zone, input: Partial<SpfInput> = {}, ports: Partial<SpfPorts> = {}) {
  const rounds = new Rounds()
  const result = await rounds.finish(
    checkHost({ ...usual, ...input }, { resolver: inRounds(zone, rounds), ...ports }),
  )
  return { trips: rounds.nowMs, questions: asked(zone), result }
}

describe('round trips', () => {
  const lines = `
d.example   A   198.51.100.1
d.example   MX  1 mx1.example
d.example   MX  2 mx2.example
mx1.example A   198.51.100.2
mx2.example A   198.51.100.3
i1.example  TXT "v=spf1 include:j1.example include:j2.example ~all"
i2.example  TXT "v=spf1 include:j3.example a:mx1.example ~all"
j1.example  TXT "v=spf1 ip4:198.51.100.0/24 -all"
j2.example  TXT "v=spf1 ip4:192.0.2.0/28 -all"
j3.example  TXT "v=spf1 a:mx2.example -all"
one.example TXT "v=spf1 -all"
why.example TXT "because"
c1.example  TXT "v=spf1 include:c2.example -all"
c2.example  TXT "v=spf1 include:c3.example -all"
c3.example  TXT "v=spf1 ip4:192.0.2.1 -all"
1.2.0.192.in-addr.arpa PTR mx1.example
1.2.0.192.in-addr.arpa PTR mx2.example
`

  it.each<[record: string, trips: number, result: string]>([
    ['v=spf1 ip4:192.0.2.1', 1, 'pass'],
    ['v=spf1 a -all', 2, 'fail'],
    ['v=spf1 a a:mx1.example a:mx2.example exists:no.example -all', 2, 'fail'],
    ['v=spf1 a include:one.example exists:no.example -all', 2, 'fail'],
    ['v=spf1 mx -all', 3, 'fail'],
    ['v=spf1 a mx include:one.example ptr -all', 3, 'fail'],
    ['v=spf1 include:i1.example include:i2.example -all', 3, 'pass'],
    ['v=spf1 include:i2.example ~all', 4, 'softfail'],
    ['v=spf1 include:c1.example -all', 4, 'pass'],
    ['v=spf1 include:c1.example include:c2.example include:c3.example -all', 2, 'pass'],
    ['v=spf1 a redirect=one.example', 2, 'fail'],
    ['v=spf1 exists:%{p}.x.example -all', 4, 'fail'],
    ['v=spf1 -all exp=why.example', 2, 'fail'],
    ['v=spf1 a -all exp=why.example', 3, 'fail'],
  ])('%s: %i', async (record, trips, result) => {
    const found = await timed(publishing(record, lines))
    expect(found.trips).toBe(trips)
    expect(found.result.result).toBe(result)
    expect(new Set(found.questions).size).toBe(found.questions.length)
  })

  it('an include tree takes its depth, not the number of its records', async () => {
    const tree = (name: string, depth: number): string =>
      depth === 0
        ? `${name}.example TXT "v=spf1 ip4:198.51.100.1 -all"`
        : [
            `${name}.example TXT "v=spf1 include:${name}l.example include:${name}r.example -all"`,
            tree(`${name}l`, depth - 1),
            tree(`${name}r`, depth - 1),
          ].join('\n')
    for (const depth of [1, 2]) {
      const { trips, questions, result } = await timed(
        publishing('v=spf1 include:t.example ~all', tree('t', depth)),
      )
      expect(trips).toBe(depth + 2)
      expect(questions).toHaveLength(2 ** (depth + 1))
      expect(result).toMatchObject({ result: 'softfail', lookups: { terms: 2 ** (depth + 1) - 1 } })
    }
  })

  it('a check that is decided early does not wait for what was asked ahead', async () => {
    const zone = publishing('v=spf1 a:here.example include:slow.example -all', 'here.example A 192.0.2.1')
    const resolver: Resolver = {
      resolve: async (name, type) =>
        name === 'slow.example' ? new Promise<never>(() => {}) : zone.resolve(name, type),
    }
    expect(await checkHost(usual, { resolver })).toMatchObject({ result: 'pass', lookups: { terms: 1 } })
  })

  it('what matches at once is not looked beyond', async () => {
    const { questions } = await timed(publishing('v=spf1 a ip4:192.0.2.1 include:one.example -all', lines))
    expect(questions).toEqual(['TXT d.example', 'A d.example'])
  })

  it('a term whose name is not known yet is asked for when it is', async () => {
    const { questions } = await timed(publishing('v=spf1 exists:%{p}.x.example a:mx1.example -all', lines))
    expect(questions).toEqual([
      'TXT d.example',
      'PTR 1.2.0.192.in-addr.arpa',
      'A mx1.example',
      'A mx2.example',
      'A unknown.x.example',
    ])
  })

  it('answers that are there at once are not waited for', () => {
    const zone = publishing('v=spf1 include:i1.example include:i2.example -all', lines)
    expect(checkHost(usual, { resolver: zone })).not.toBeInstanceOf(Promise)
    const cache = createCache(zone, { now: () => 0 })
    expect(checkHost(usual, { resolver: cache })).not.toBeInstanceOf(Promise)
    expect(asked(zone).length).toBeGreaterThan(5)
    zone.queries.length = 0
    expect(checkHost(usual, { resolver: cache })).toMatchObject({ result: 'pass' })
    expect(asked(zone)).toEqual([])
  })
})

describe('questions ahead of their turn', () => {
  const hosts = (count: number, name: string) =>
    Array.from(
      { length: count },
      (_, i) => `${name} MX ${i} h${i}.${name}\nh${i}.${name} A 198.51.100.1`,
    ).join('\n')

  it('are bounded', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `m${i}.example`)
    const zone = publishing(
      `v=spf1 ${names.map((name) => `mx:${name}`).join(' ')} -all`,
      names.map((name) => hosts(10, name)).join('\n'),
    )
    let inFlight = 0
    let most = 0
    const rounds = new Rounds()
    const resolver: Resolver = {
      resolve: (name, type) =>
        new Promise((done) => {
          most = Math.max(most, ++inFlight)
          rounds.timer(1, () => {
            inFlight--
            done(zone.resolve(name, type))
          })
        }),
    }
    const result = await rounds.finish(checkHost(usual, { resolver }))
    expect(result).toMatchObject({ result: 'fail', lookups: { terms: 10 } })
    expect(zone.queries).toHaveLength(1 + 10 + 100)
    // Those of the term whose turn it is come on top.
    expect(most).toBeLessThanOrEqual(QUESTIONS_AHEAD + 10)
    expect(most).toBeGreaterThan(10)
  })

  it('are not asked beyond the limit of terms', async () => {
    const terms = Array.from({ length: 200 }, (_, i) => `a:h${i}.example`).join(' ')
    const { questions, result } = await timed(
      publishing(`v=spf1 ${terms} -all`),
      {},
      { limits: { voidTerms: 99 } },
    )
    expect(result).toMatchObject({ result: 'permerror', reason: { code: 'too-many-terms' } })
    expect(questions).toHaveLength(11)
  })

  it('are not asked when a third void lookup is certain', async () => {
    const { questions, result } = await timed(
      publishing('v=spf1 a:x.example a:y.example mx:z.example redirect=last.example'),
    )
    expect(result).toMatchObject({ result: 'permerror', reason: { code: 'too-many-void' } })
    expect(questions.slice(0, 4)).toEqual(['TXT d.example', 'A x.example', 'A y.example', 'MX z.example'])
    expect(questions.length).toBeLessThanOrEqual(5)
  })

  it('end with the verdict', async () => {
    const zone = publishing(
      'v=spf1 a:here.example include:x.example -all',
      'here.example A 192.0.2.1\nx.example TXT "v=spf1 mx -all"',
    )
    const held: (() => void)[] = []
    const resolver: Resolver = {
      resolve: async (name, type) => {
        const answer = await zone.resolve(name, type)
        if (name === 'x.example') await new Promise<void>((go) => held.push(go))
        return answer
      },
    }
    expect(await checkHost(usual, { resolver })).toMatchObject({ result: 'pass' })
    const before = asked(zone)
    expect(held).toHaveLength(1)
    for (const go of held) go()
    await new Promise((next) => setImmediate(next))
    expect(asked(zone)).toEqual(before)
  })
})

/** Small worlds in which records lead to each other, match, fail and break. */
const names = ['d.example', 'a.example', 'b.example', 'c.example', 'sub.a.example']
const world = (() => {
  const name = fc.constantFrom(
    ...names,
    'no.example',
    '%{d}',
    'x.%{d}',
    '%{p}.example',
    '%{l}.a.example',
    '%{h}',
  )
  const mechanism = fc.oneof(
    name.map((target) => `include:${target}`),
    name.map((target) => `a:${target}`),
    name.map((target) => `mx:${target}`),
    name.map((target) => `exists:${target}`),
    fc.constantFrom(
      'a',
      'mx',
      'ptr',
      'ptr:a.example',
      'a/8',
      'mx/8//8',
      'ip4:192.0.2.1',
      'ip6:2001:db8::1',
      'ip4:198.51.100.1',
      'foo',
      'all',
    ),
  )
  const directive = fc.tuple(fc.constantFrom('', '-', '~', '?'), mechanism).map((parts) => parts.join(''))
  const modifier = fc.oneof(
    name.map((target) => ` redirect=${target}`),
    name.map((target) => ` exp=${target} -all`),
    fc.constantFrom('', ' -all', ' ~all', ' +all'),
  )
  const record = fc
    .tuple(fc.array(directive, { maxLength: 4 }), modifier)
    .map(([terms, end]) => `v=spf1 ${terms.join(' ')}${end}`)
  const address = fc.constantFrom('A 192.0.2.1', 'A 198.51.100.1', 'AAAA 2001:db8::1', 'AAAA 2001:db8:1::1')
  const line = fc.oneof(
    fc.tuple(fc.constantFrom(...names), address).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map(([a, b]) => `${a} MX 1 ${b}`),
    fc.constantFrom(...names).map((a) => `1.2.0.192.in-addr.arpa PTR ${a}`),
    fc.tuple(fc.constantFrom(...names), record).map(([a, text]) => `${a} TXT "${text}"`),
    fc.constantFrom('x.a.example CNAME b.example', 'x.d.example CNAME no.example', 'b.example TXT "other"'),
  )
  const failure = fc.tuple(
    fc.constantFrom(...names, '1.2.0.192.in-addr.arpa'),
    fc.constantFrom('TXT', 'A', 'AAAA', 'MX', 'PTR'),
    fc.constantFrom('timeout', 'servfail', 'refused', 'network'),
  )
  return fc.record({
    record,
    lines: fc.array(line, { maxLength: 12 }).map((list) => list.join('\n')),
    failures: fc
      .array(failure, { maxLength: 2 })
      .map((list) => Object.fromEntries(list.map(([a, type, reason]) => [`${a} ${type}`, reason]))),
    ip: fc.constantFrom('192.0.2.1', '2001:db8::1'),
    seed: fc.nat(),
  })
})()

describe('the order in which answers come', () => {
  it('changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ record, lines, failures, ip, seed }) => {
        const input = { ip, helo: 'c.example' }
        const zone = () => publishing(record, lines, { failures })
        const ports = { receiver: 'mx.example.org', now: 7 }
        const expected = check(zone(), input, ports)
        const run = async (resolver: Resolver): Promise<SpfResult> =>
          checkHost({ ...usual, ...input }, { resolver, ...ports })

        const late = zone()
        expect(await run(latest(late, seed))).toEqual(expected)
        expect(new Set(asked(late)).size).toBe(late.queries.length)
        expect(late.queries.length).toBeLessThanOrEqual(1 + 11 + 100 + QUESTIONS_AHEAD)

        expect(await run(oneByOne(zone()))).toEqual(expected)
        expect(await run(sometimes(zone(), seed))).toEqual(expected)
        const cache = createCache(zone(), { now: () => 0 })
        expect(await run(cache)).toEqual(expected)
        expect(await run(cache)).toEqual(expected)
      }),
      { numRuns: 1500 },
    )
  })

  it('and what was asked one after the other is asked at once too', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ record, lines, failures, ip }) => {
        const first = publishing(record, lines, { failures })
        check(first, { ip })
        const late = publishing(record, lines, { failures })
        await checkHost({ ...usual, ip }, { resolver: latest(late, 0) })
        expect(asked(late)).toEqual(expect.arrayContaining(asked(first)))
      }),
      { numRuns: 500 },
    )
  })
})

/** Each answer takes a number of turns that depends on the seed, some many. */
function latest(zone: Zone, seed: number): Resolver {
  let state = seed
  return {
    async resolve<K extends RecordType>(name: string, type: K): Promise<Answer<RecordTypes[K]>> {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      for (let turn = state % 23; turn > 0; turn--) await undefined
      return zone.resolve(name, type)
    },
  }
}

/** No answer before the one to the question before it. */
function oneByOne(zone: Zone): Resolver {
  let last: Promise<unknown> = Promise.resolve()
  return {
    resolve(name, type) {
      const answer = last.then(() => zone.resolve(name, type))
      last = answer.then(() => undefined)
      return answer
    },
  }
}

/** Some answers are there at once. */
function sometimes(zone: Zone, seed: number): Resolver {
  const resolver = latest(zone, seed)
  return {
    resolve: (name, type) => ((name.length + seed) % 2 === 0 ? zone : resolver).resolve(name, type),
  }
}
