import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defaultRules,
  type Entry,
  type GreylistRules,
  type GreylistState,
  isExpired,
  postgreyRules,
  transition,
} from '../src/index.ts'

const rules = postgreyRules
const entry = (first: number, last = first, count = 0): Entry => ({ first, last, count })
const t0 = 1_700_000_000

describe('transition', () => {
  const rows: [name: string, state: GreylistState, now: number, decision: object, change?: object][] = [
    [
      'a new triplet waits',
      {},
      t0,
      { result: 'defer', reason: 'new', missingSeconds: 300 },
      { triplet: entry(t0) },
    ],
    [
      'an early retry waits for the rest',
      { triplet: entry(t0) },
      t0 + 299,
      { result: 'defer', reason: 'early-retry', missingSeconds: 1 },
      { triplet: entry(t0, t0 + 299) },
    ],
    [
      'a retry in the same second',
      { triplet: entry(t0) },
      t0,
      { result: 'defer', reason: 'early-retry', missingSeconds: 300 },
    ],
    [
      'passes when the delay is over, to the second',
      { triplet: entry(t0) },
      t0 + 300,
      { result: 'pass', reason: 'waited', waitedSeconds: 300, autoAllowed: false },
      { triplet: entry(t0, t0 + 300, 1), client: entry(t0 + 300, t0 + 300, 1) },
    ],
    [
      'passes at the end of the retry window',
      { triplet: entry(t0) },
      t0 + 172_800,
      { result: 'pass', reason: 'waited', waitedSeconds: 172_800, autoAllowed: false },
      { triplet: entry(t0, t0 + 172_800, 1), client: entry(t0 + 172_800, t0 + 172_800, 1) },
    ],
    [
      'starts again after it',
      { triplet: entry(t0) },
      t0 + 172_801,
      { result: 'defer', reason: 'too-late', missingSeconds: 300 },
      { triplet: entry(t0 + 172_801) },
    ],
    [
      'a first attempt in the future starts now',
      { triplet: entry(t0 + 500) },
      t0,
      { result: 'defer', reason: 'early-retry', missingSeconds: 300 },
      { triplet: entry(t0) },
    ],
    [
      'passed before, however long ago',
      { triplet: entry(t0, t0 + 300, 1) },
      t0 + 9_000_000,
      { result: 'pass', reason: 'passed-before' },
      { triplet: entry(t0, t0 + 9_000_000, 1) },
    ],
    [
      'a pass within the hour of the last one does not count',
      { triplet: entry(t0), client: entry(t0, t0 + 1, 3) },
      t0 + 3600,
      { result: 'pass', reason: 'waited', waitedSeconds: 3600, autoAllowed: false },
      { triplet: entry(t0, t0 + 3600, 1) },
    ],
    [
      'the fifth counted pass says so',
      { triplet: entry(t0), client: entry(t0 - 9999, t0, 4) },
      t0 + 3600,
      { result: 'pass', reason: 'waited', waitedSeconds: 3600, autoAllowed: true },
      { triplet: entry(t0, t0 + 3600, 1), client: entry(t0 - 9999, t0 + 3600, 5) },
    ],
    [
      'a client with five passes is not delayed',
      { client: entry(t0, t0, 5) },
      t0 + 10,
      { result: 'pass', reason: 'client-passes' },
    ],
    [
      'and is seen again once an hour',
      { client: entry(t0, t0, 5) },
      t0 + 3600,
      { result: 'pass', reason: 'client-passes' },
      { client: entry(t0, t0 + 3600, 6) },
    ],
    ['a pause lets pass', { pause: entry(t0, t0 + 600) }, t0 + 599, { result: 'pass', reason: 'paused' }],
    [
      'and ends',
      { pause: entry(t0, t0 + 600) },
      t0 + 600,
      { result: 'defer', reason: 'new', missingSeconds: 300 },
      { triplet: entry(t0 + 600) },
    ],
    ['a known sender passes', { known: entry(t0) }, t0 + 5, { result: 'pass', reason: 'known-sender' }],
    [
      'an allowed client passes for good',
      { allow: entry(t0, 0) },
      t0 + 5,
      { result: 'pass', reason: 'allowed' },
    ],
    [
      'or until its end',
      { allow: entry(t0, t0 + 5) },
      t0 + 5,
      { result: 'defer', reason: 'new', missingSeconds: 300 },
      { triplet: entry(t0 + 5) },
    ],
  ]
  it.each(rows)('%s', (_, state, now, decision, change) => {
    expect(transition(state, now, rules)).toEqual(change ? { decision, change } : { decision })
  })

  it('writes the last sight of a passed triplet once an hour under our own rules', () => {
    const state = { triplet: entry(t0, t0, 1) }
    expect(transition(state, t0 + 3599, defaultRules).change).toBeUndefined()
    expect(transition(state, t0 + 3600, defaultRules).change).toEqual({ triplet: entry(t0, t0 + 3600, 1) })
  })

  it('writes nothing for an early retry within the hour under our own rules', () => {
    const long = { ...defaultRules, delaySeconds: 7200 }
    expect(transition({ triplet: entry(t0) }, t0 + 3599, long).change).toBeUndefined()
    expect(transition({ triplet: entry(t0) }, t0 + 3600, long).change).toEqual({
      triplet: entry(t0, t0 + 3600),
    })
  })

  it('counts no passes when that is turned off', () => {
    const off = { ...rules, autoAllowPasses: 0 }
    const state = { triplet: entry(t0), client: entry(t0, t0, 99) }
    expect(transition(state, t0 + 300, off).change).toEqual({ triplet: entry(t0, t0 + 300, 1) })
  })
})

describe('isExpired', () => {
  const day = 86_400
  const rows: [kind: string, entry: Entry, age: number, expired: boolean][] = [
    ['triplet', entry(t0), 2 * day, false],
    ['triplet', entry(t0), 2 * day + 1, true],
    ['triplet', entry(t0, t0, 1), 35 * day, false],
    ['triplet', entry(t0, t0, 1), 35 * day + 1, true],
    ['client', entry(t0, t0, 9), 35 * day, false],
    ['client', entry(t0, t0, 9), 35 * day + 1, true],
    ['known', entry(t0), 35 * day + 1, true],
    ['pause', entry(t0, t0 + 600), 599, false],
    ['pause', entry(t0, t0 + 600), 600, true],
    ['allow', entry(t0, 0), 1000 * day, false],
    ['allow', entry(t0, t0 + 5), 5, true],
    ['sweep', entry(0, t0), 1000 * day, false],
  ]
  it.each(rows)('%s %j at +%i s: %s', (kind, record, age, expired) => {
    expect(isExpired(kind, record, { now: t0 + age, rules })).toBe(expired)
  })
})

describe('properties', () => {
  const anyRules = fc.record({
    delaySeconds: fc.integer({ min: 0, max: 1000 }),
    retryWindowSeconds: fc.integer({ min: 1000, max: 5000 }),
    touchSeconds: fc.constantFrom(0, 60, 3600),
  })
  const steps = fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 60 })

  it('never passes before the delay, always after it, by a tiny oracle of one triplet', () => {
    fc.assert(
      fc.property(anyRules, steps, (some, gaps) => {
        const own: GreylistRules = { ...postgreyRules, autoAllowPasses: 0, ...some }
        let now = t0
        let state: GreylistState = {}
        let waitingSince: number | undefined
        let hasPassed = false
        for (const gap of gaps) {
          now += gap
          const { decision, change } = transition(state, now, own)
          if (waitingSince === undefined || now - waitingSince > own.retryWindowSeconds) waitingSince = now
          hasPassed ||= now - waitingSince >= own.delaySeconds
          expect(decision.result).toBe(hasPassed ? 'pass' : 'defer')
          if (decision.result === 'defer')
            expect(decision.missingSeconds).toBe(own.delaySeconds - (now - waitingSince))
          state = { ...state, ...change }
        }
      }),
    )
  })

  it('decides the same when nothing but expired waiting records is dropped in between', () => {
    fc.assert(
      fc.property(anyRules, steps, (some, gaps) => {
        const own: GreylistRules = { ...postgreyRules, ...some }
        let now = t0
        let kept: GreylistState = {}
        let swept: GreylistState = {}
        for (const gap of gaps) {
          now += gap
          if (
            swept.triplet &&
            swept.triplet.count === 0 &&
            isExpired('triplet', swept.triplet, { now, rules: own })
          )
            swept = { client: swept.client }
          const a = transition(kept, now, own)
          const b = transition(swept, now, own)
          expect(b.decision.result).toBe(a.decision.result)
          kept = { ...kept, ...a.change }
          swept = { ...swept, ...b.change }
        }
      }),
    )
  })
})
