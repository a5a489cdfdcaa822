import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  calibrate,
  countVerdicts,
  hamLostAtShare,
  learningCurve,
  quantile,
  rocaPercent,
  spamMissedAt,
  spamMissedAtShare,
} from '../../bench/metrics.ts'
import type { Outcome } from '../../bench/subject.ts'

const outcome = (mailClass: 'ham' | 'spam', score: number, verdict = 'unsure'): Outcome =>
  ({ id: `${mailClass} ${score}`, class: mailClass, score, verdict }) as Outcome

const outcomesOf = (ham: readonly number[], spam: readonly number[]): Outcome[] => [
  ...ham.map((score) => outcome('ham', score)),
  ...spam.map((score) => outcome('spam', score)),
]

// Few values, so that there are ties.
const scores = fc.array(
  fc.integer({ min: 0, max: 12 }).map((n) => n / 12),
  { minLength: 1, maxLength: 40 },
)
const thresholds = [-1, ...Array.from({ length: 25 }, (_, i) => (i - 0.5) / 24), 2]

describe('area above the ROC curve', () => {
  it.each([
    ['all apart', [0, 0.1], [0.2, 1], 0],
    ['all the wrong way round', [0.9], [0.1, 0.2], 100],
    ['one pair of four wrong', [0.1, 0.5], [0.4, 0.9], 25],
    ['a tie counts half', [0.5], [0.5], 50],
  ])('%s', (_, ham, spam, percent) => {
    expect(rocaPercent(outcomesOf(ham, spam))).toBe(percent)
  })

  it('has no value without pairs', () => {
    expect(rocaPercent(outcomesOf([], [1]))).toBeUndefined()
    expect(rocaPercent(outcomesOf([1], []))).toBeUndefined()
  })

  it('is the share of pairs the wrong way round', () => {
    fc.assert(
      fc.property(scores, scores, (ham, spam) => {
        let wrong = 0
        for (const h of ham) for (const s of spam) wrong += s < h ? 1 : s === h ? 0.5 : 0
        expect(rocaPercent(outcomesOf(ham, spam))).toBeCloseTo((100 * wrong) / ham.length / spam.length, 9)
      }),
    )
  })
})

describe('a moved threshold', () => {
  // Spam is what is above the threshold; every one that makes a difference is tried.
  const lost = (ham: readonly number[], threshold: number) => ham.filter((s) => s > threshold).length
  const missed = (spam: readonly number[], threshold: number) => spam.filter((s) => s <= threshold).length

  it('misses the least spam with so many ham lost', () => {
    fc.assert(
      fc.property(scores, scores, fc.nat(12), (ham, spam, hamLost) => {
        const allowed = thresholds.filter((threshold) => lost(ham, threshold) <= hamLost)
        const least = Math.min(...allowed.map((threshold) => missed(spam, threshold)))
        expect(spamMissedAt(outcomesOf(ham, spam), hamLost)).toBe(least)
      }),
    )
  })

  it('loses the least ham with such a share of spam missed', () => {
    fc.assert(
      fc.property(scores, scores, fc.integer({ min: 0, max: 100 }), (ham, spam, percent) => {
        const most = Math.floor((spam.length * percent) / 100)
        const allowed = thresholds.filter((threshold) => missed(spam, threshold) <= most)
        const least = Math.min(...allowed.map((threshold) => lost(ham, threshold)))
        expect(hamLostAtShare(outcomesOf(ham, spam), percent / 100)).toBe(least)
      }),
    )
  })

  it('takes shares of ham as whole messages, rounded down', () => {
    const ham = Array.from({ length: 200 }, (_, i) => i / 1000)
    const outcomes = outcomesOf(ham, [0.1985, 0.1975])
    expect(spamMissedAtShare(outcomes, 0.005)).toBe(1)
    expect(spamMissedAtShare(outcomes, 0.0049)).toBe(2)
  })

  it('may lose all', () => {
    expect(spamMissedAt(outcomesOf([1], [0]), 1)).toBe(0)
    expect(hamLostAtShare(outcomesOf([1], [0]), 1)).toBe(0)
  })
})

it('verdicts are counted by class', () => {
  const outcomes = [
    outcome('ham', 0, 'ham'),
    outcome('ham', 1, 'spam'),
    outcome('ham', 0.5, 'unsure'),
    outcome('ham', 0.5, 'unsure'),
    outcome('spam', 0, 'ham'),
    outcome('spam', 0, 'ham'),
    outcome('spam', 0, 'ham'),
    outcome('spam', 1, 'spam'),
    outcome('spam', 0.5, 'unsure'),
  ]
  expect(countVerdicts(outcomes)).toEqual({
    ham: 4,
    spam: 5,
    hamAsSpam: 1,
    spamAsHam: 3,
    unsureHam: 2,
    unsureSpam: 1,
  })
})

describe('calibration', () => {
  it('sets what was told beside what was found', () => {
    const told = [
      ...Array.from({ length: 9 }, () => outcome('spam', 0.92)),
      outcome('ham', 0.92),
      outcome('ham', 0),
      outcome('spam', 1),
    ]
    const { bins, error, brier } = calibrate(told)
    expect(bins.map(({ from, to, count, found }) => [from, to, count, found])).toEqual([
      [0, 0.01, 1, 0],
      [0.9, 0.95, 10, 0.9],
      [0.99, 1, 1, 1],
    ])
    expect(bins[1]!.told).toBeCloseTo(0.92, 12)
    expect(error).toBeCloseTo((10 * 0.02) / 12, 12)
    expect(brier).toBeCloseTo((9 * 0.08 ** 2 + 0.92 ** 2) / 12, 12)
  })

  it('puts every message in one bin', () => {
    fc.assert(
      fc.property(scores, scores, (ham, spam) => {
        const { bins } = calibrate(outcomesOf(ham, spam))
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(ham.length + spam.length)
      }),
    )
  })
})

it('a learning curve has every message in one window', () => {
  const outcomes = outcomesOf([0.1, 0.2, 0.9], [0.8, 0.95, 0.3, 0.99]).reverse()
  const curve = learningCurve(outcomes, 3)
  expect(curve.map(({ from, to }) => [from, to])).toEqual([
    [0, 2],
    [2, 5],
    [5, 7],
  ])
  expect(curve.map(({ rocaPercent }) => rocaPercent)).toEqual([undefined, 50, undefined])
  expect(curve.at(-1)!.totalRocaPercent).toBe(rocaPercent(outcomes))
  expect(curve.reduce((sum, { verdicts }) => sum + verdicts.unsureHam, 0)).toBe(3)
})

it.each([
  [0.5, 2],
  [0.51, 3],
  [0.99, 4],
  [1, 4],
  [0, 1],
])('quantile %d of four values', (part, value) => {
  expect(quantile([4, 2, 3, 1], part)).toBe(value)
})
