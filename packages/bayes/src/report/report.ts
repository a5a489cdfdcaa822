// What a person reads who asks why.

import type { Evidence, Score } from '../score.ts'
import { shownPoints } from './fields.ts'
import { requiredPoints } from './points.ts'
import { readableText, sidesOf } from './reasons.ts'
import { bayesSymbols } from './symbols.ts'

export interface ReportOptions {
  readonly spamThreshold: number
  /** Pieces of evidence to name for each side. Default 8. */
  readonly reasons?: number
}

const defaultReasons = 8

/** A block of lines, each ended by a line feed; in Unicode, without anything from the message that could act on a terminal. */
export function formatReport(
  score: Score,
  { spamThreshold, reasons = defaultReasons }: ReportOptions,
): string {
  const { verdict, probability, untrained, truncatedAt, evidence } = score
  const points = shownPoints(score, spamThreshold)
  const tests = bayesSymbols(score).join(' ') || 'none'
  const lines = [
    `Verdict: ${verdict} (${points} points, ${requiredPoints.toFixed(1)} required)`,
    `Probability of spam: ${probability.toFixed(4)} (${tests})`,
  ]
  if (untrained !== undefined) {
    const { spam, ham, needed } = untrained
    lines.push(`Not trained yet: ${spam} spam and ${ham} ham learned, ${needed} of each needed`)
  }
  if (truncatedAt !== undefined) lines.push(`Only the first ${truncatedAt} octets were looked at`)
  const sides = sidesOf(evidence, reasons)
  lines.push(...sideLines('Speaks for spam:', sides.spam), ...sideLines('Speaks for ham:', sides.ham))
  return `${lines.join('\n')}\n`
}

function sideLines(title: string, evidence: readonly Evidence[]): string[] {
  if (evidence.length === 0) return []
  return [title, ...evidence.map(({ kind, text, weight }) => lineOf(kind, readableText(text), weight))]
}

const lineOf = (kind: string, text: string, weight: number): string =>
  `  ${(weight > 0 ? '+' : '') + weight.toFixed(2)}`.padEnd(10) + kind.padEnd(12) + text
