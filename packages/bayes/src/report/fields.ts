// The header fields that tell readers and their filters of the verdict. Names and forms are SpamAssassin's and bogofilter's, so that
// rules written for them go on working.

import type { Evidence, Score, Verdict } from '../score.ts'
import { requiredPoints, spamPoints } from './points.ts'
import { headerWords, sidesOf } from './reasons.ts'
import { bayesSymbols } from './symbols.ts'

export interface FieldOptions {
  /** The probability from which the verdict is spam. */
  readonly spamThreshold: number
  /** Ours, as it stands in X-Spam-Checker-Version: `Postern 0.1.0`. */
  readonly program: string
  /** Who says so. */
  readonly hostName: string
  /** Add X-Bogosity, as bogofilter does. Default false. */
  readonly bogosity?: boolean
  /** Pieces of evidence to name for each side. Default 5. */
  readonly reasons?: number
}

/** A field; the value is ASCII, folded with a line feed and a tab. */
export interface SpamField {
  readonly name: string
  readonly value: string
}

const lineLength = 78
const defaultReasons = 5

/** The fields for a message, in the order they go on top of it. Earlier ones of these names should be removed: see `isSpamField`. */
export function spamFields(score: Score, options: FieldOptions): SpamField[] {
  const { program, hostName, spamThreshold, bogosity = false } = options
  const isSpam = score.verdict === 'spam'
  const points = shownPoints(score, spamThreshold)
  const stars = Math.min(50, Math.floor(Number(points)))
  const fields: SpamField[] = [{ name: 'X-Spam-Checker-Version', value: `${program} on ${hostName}` }]
  if (isSpam) fields.push({ name: 'X-Spam-Flag', value: 'YES' })
  fields.push({ name: 'X-Spam-Score', value: points })
  if (stars > 0) fields.push({ name: 'X-Spam-Level', value: '*'.repeat(stars) })
  fields.push({ name: 'X-Spam-Status', value: statusOf(score, points, options) })
  if (bogosity) fields.push({ name: 'X-Bogosity', value: bogosityOf(score, program) })
  return fields
}

/** Whether a field of this name says what only we may say: others' go before ours come. */
export const isSpamField = (name: string): boolean => /^x-spam-(?!prev-)|^x-bogosity$/i.test(name)

/** With one decimal; what is not spam has fewer points than it takes. */
export function shownPoints(score: Score, spamThreshold: number): string {
  const points = spamPoints(score, spamThreshold)
  const isShort = score.verdict !== 'spam' && points > requiredPoints - 0.1
  const text = (isShort ? requiredPoints - 0.1 : points).toFixed(1)
  return text === '-0.0' ? '0.0' : text
}

function statusOf(score: Score, points: string, options: FieldOptions): string {
  const { verdict, probability, untrained, truncatedAt, evidence } = score
  const tests = bayesSymbols(score).join(',') || 'none'
  const words = [
    verdict === 'spam' ? 'Yes,' : 'No,',
    `score=${points}`,
    `required=${requiredPoints.toFixed(1)}`,
    `tests=${tests}`,
    `verdict=${verdict}`,
    `probability=${probability.toFixed(4)}`,
  ]
  if (untrained !== undefined)
    words.push(`untrained=${untrained.spam}-spam,${untrained.ham}-ham,${untrained.needed}-needed`)
  if (truncatedAt !== undefined) words.push(`scored-octets=${truncatedAt}`)
  words.push(`version=${options.program.replaceAll(/[^!-~]+/g, '-')}`)
  const { spam, ham } = sidesOf(evidence, options.reasons ?? defaultReasons)
  words.push(...reasonWords('for-spam:', spam), ...reasonWords('for-ham:', ham))
  return fold('X-Spam-Status', words)
}

function reasonWords(label: string, evidence: readonly Evidence[]): string[] {
  const words = evidence.flatMap(({ text }) => headerWords(text) ?? [])
  return words.length === 0 ? [] : [label, ...words]
}

const bogosityWords: Readonly<Record<Verdict, string>> = { spam: 'Spam', ham: 'Ham', unsure: 'Unsure' }

const bogosityOf = ({ verdict, probability }: Score, program: string): string =>
  `${bogosityWords[verdict]}, tests=bogofilter, spamicity=${probability.toFixed(6)}, version=${program.replaceAll(' ', '-')}`

/** Words on lines that are not longer than they should be (RFC 5322 §2.1.1). */
function fold(name: string, words: readonly string[]): string {
  let text = ''
  let length = name.length + 1
  for (const word of words) {
    const isNewLine = text !== '' && length + 1 + word.length > lineLength
    text += isNewLine ? `\n\t${word}` : `${text === '' ? '' : ' '}${word}`
    // A tab counts as eight.
    length = isNewLine ? 8 + word.length : length + 1 + word.length
  }
  return text
}
