// How good the answers were. Ties count against the filter wherever a threshold is moved, and half in the area under the curve.

import type { Outcome } from './subject.ts'

export interface Verdicts {
  readonly ham: number
  readonly spam: number
  readonly hamAsSpam: number
  readonly spamAsHam: number
  readonly unsureHam: number
  readonly unsureSpam: number
}

/** What came of the filter's own thresholds. */
export function countVerdicts(outcomes: readonly Outcome[]): Verdicts {
  const count = (mailClass: string, verdict?: string) =>
    outcomes.filter((o) => o.class === mailClass && (verdict === undefined || o.verdict === verdict)).length
  return {
    ham: count('ham'),
    spam: count('spam'),
    hamAsSpam: count('ham', 'spam'),
    spamAsHam: count('spam', 'ham'),
    unsureHam: count('ham', 'unsure'),
    unsureSpam: count('spam', 'unsure'),
  }
}

interface Scores {
  /** Each from the least to the greatest. */
  readonly ham: Float64Array
  readonly spam: Float64Array
}

function scoresOf(outcomes: readonly Outcome[]): Scores {
  const of = (mailClass: string) =>
    Float64Array.from(outcomes.filter((o) => o.class === mailClass).map((o) => o.score)).sort()
  return { ham: of('ham'), spam: of('spam') }
}

/** How many of the sorted scores are below the value, or, with `orEqual`, not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** (1 - area under the ROC curve) in percent: of all pairs of a ham and a spam, those the wrong way round; undefined without pairs. */
export function rocaPercent(outcomes: readonly Outcome[]): number | undefined {
  const { ham, spam } = scoresOf(outcomes)
  if (ham.length === 0 || spam.length === 0) return undefined
  let wrong = 0
  for (const score of spam) {
    const notAbove = countBelow(ham, score, true)
    wrong += ham.length - notAbove + (notAbove - countBelow(ham, score, false)) / 2
  }
  return (100 * wrong) / ham.length / spam.length
}

/** Spam not caught with the lowest threshold that loses at most so many ham. */
export function spamMissedAt(outcomes: readonly Outcome[], hamLost: number): number {
  const { ham, spam } = scoresOf(outcomes)
  const threshold = ham[ham.length - 1 - hamLost]
  return threshold === undefined ? 0 : countBelow(spam, threshold, true)
}

/** The same, with the ham to lose as a share of all ham, rounded down. */
export function spamMissedAtShare(outcomes: readonly Outcome[], hamShare: number): number {
  return spamMissedAt(outcomes, share(outcomes, 'ham', hamShare))
}

/** Ham lost with the highest threshold that misses at most so much of the spam (a share, rounded down to messages). */
export function hamLostAtShare(outcomes: readonly Outcome[], spamShare: number): number {
  const { ham, spam } = scoresOf(outcomes)
  const threshold = spam[share(outcomes, 'spam', spamShare)]
  return threshold === undefined ? 0 : ham.length - countBelow(ham, threshold, false)
}

function share(outcomes: readonly Outcome[], mailClass: string, part: number): number {
  // A hair more, since 0.005 * 200 and the like may come out below the whole number.
  return Math.floor(outcomes.filter((o) => o.class === mailClass).length * part + 1e-9)
}

export interface CalibrationBin {
  /** Scores from `from`, and up to but without `to`; the last bin has 1 too. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** The mean of the scores told. */
  readonly told: number
  /** The share of them that was spam. */
  readonly found: number
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[]
  /** Expected calibration error: how far told and found are apart, over all messages. */
  readonly error: number
  /** Mean of the squared distance from 0 (ham) or 1 (spam). */
  readonly brier: number
}

// Most scores are near an end, so the bins are finer there.
const EDGES = [0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 1]

export function calibrate(outcomes: readonly Outcome[]): Calibration {
  const bins = EDGES.slice(0, -1).map((from, i) => {
    const to = EDGES[i + 1]!
    const within = outcomes.filter(({ score }) => score >= from && (score < to || (to === 1 && score === 1)))
    const mean = (value: (outcome: Outcome) => number) =>
      within.reduce((sum, outcome) => sum + value(outcome), 0) / within.length
    return { from, to, count: within.length, told: mean((o) => o.score), found: mean(isSpam) }
  })
  const filled = bins.filter(({ count }) => count > 0)
  const apart = filled.reduce((sum, { count, told, found }) => sum + count * Math.abs(told - found), 0)
  const squares = outcomes.reduce((sum, outcome) => sum + (outcome.score - isSpam(outcome)) ** 2, 0)
  return { bins: filled, error: apart / outcomes.length, brier: squares / outcomes.length }
}

const isSpam = (outcome: Outcome): number => (outcome.class === 'spam' ? 1 : 0)

export interface CurvePoint {
  /** The messages from `from`, and up to but without `to`. */
  readonly from: number
  readonly to: number
  readonly verdicts: Verdicts
  /** Of this window alone; undefined when one class is not in it. */
  readonly rocaPercent: number | undefined
  /** Of everything up to here. */
  readonly totalRocaPercent: number | undefined
}

/** The stream in so many windows of (nearly) the same length. */
export function learningCurve(outcomes: readonly Outcome[], windows: number): readonly CurvePoint[] {
  return Array.from({ length: windows }, (_, i) => {
    const from = Math.round((outcomes.length * i) / windows)
    const to = Math.round((outcomes.length * (i + 1)) / windows)
    const window = outcomes.slice(from, to)
    return {
      from,
      to,
      verdicts: countVerdicts(window),
      rocaPercent: rocaPercent(window),
      totalRocaPercent: rocaPercent(outcomes.slice(0, to)),
    }
  })
}

/** The value that so large a share of the (unsorted) values does not exceed: nearest rank. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(part * sorted.length - 1e-9) - 1)] ?? Number.NaN
}
