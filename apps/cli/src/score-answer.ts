// What the filter says of a message, for people and for programs.

import type { Score } from '@postern/bayes'
import { formatCount } from './learn/learn-progress.ts'
import { formatTable, printable } from './text-table.ts'

/** One line: `spam    0.9987  message.eml`. */
export const formatScore = ({ verdict, probability }: Score, place: string): string =>
  `${verdict.padEnd(6)}  ${formatProbability(probability)}  ${printable(place)}\n`

/** Never rounded up to certainty: 0.99996 is not 1. */
function formatProbability(probability: number): string {
  const places = Math.ceil(-Math.log10(Math.min(probability, 1 - probability))) + 1
  return probability.toFixed(places <= 12 ? Math.max(4, places) : 4)
}

/** The line, and what speaks for spam and for ham below it. */
export function formatExplanation(score: Score, place: string): string {
  const { evidence, truncatedAt } = score
  const rows = evidence.map(({ kind, text, weight }) => [
    `  ${weight > 0 ? 'spam' : 'ham'}`,
    Math.abs(weight).toFixed(3).padStart(6),
    kind,
    printable(text),
  ])
  return [
    formatScore(score, place),
    score.untrained === undefined && rows.length === 0 ? '  nothing in it speaks for spam or for ham\n' : '',
    rows.length === 0 ? '' : formatTable([['  for', 'weight', 'what', ''], ...rows]),
    truncatedAt === undefined ? '' : `  only its first ${formatCount(truncatedAt)} octets were looked at\n`,
  ].join('')
}

/** Why all mail is unsure. */
export function formatUntrained({ ham, spam, needed }: NonNullable<Score['untrained']>): string {
  const learned = `it has learned ${formatCount(spam)} spam and ${formatCount(ham)} ham`
  return `the filter does not score yet: ${learned}, and needs ${formatCount(needed)} of each (postern learn)`
}

/** The score for programs. */
export const jsonOfScore = (score: Score, place: string): Record<string, unknown> => ({
  place,
  verdict: score.verdict,
  probability: score.probability,
  evidence: score.evidence,
  untrained: score.untrained ?? null,
  truncatedAt: score.truncatedAt ?? null,
})
