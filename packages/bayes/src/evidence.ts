import { readContent } from './content/index.ts'
import { bodyFacts } from './features/body-facts.ts'
import { foldText, hashOf, salts, spread } from './features/hash.ts'
import { headerFacts } from './features/header-facts.ts'
import { isMark } from './features/header-fields.ts'
import { LINKS, RAW_OCTETS, WORD_CHARACTERS } from './features/limits.ts'
import {
  eachFieldWord,
  fieldSalt,
  linkPieces,
  type MailFeatures,
  mainText,
  pairHash,
} from './features/mail-features.ts'
import { rawStart } from './features/raw-start.ts'
import { eachWord } from './features/words.ts'
import type { Model, Opinion } from './model/model.ts'
import type { Evidence } from './score.ts'

const MOST_TEXT = 60
/** Less than this changes a probability by less than a tenth of a percent point. */
const LEAST_WEIGHT = 0.004

/**
 * What in the message weighed most, strongest first. Read again from the message, since features are numbers: it takes about as
 * long as scoring.
 */
export function evidenceOf(
  message: Uint8Array,
  {
    model,
    features,
    opinion,
    most,
  }: { model: Model; features: MailFeatures; opinion: Opinion; most: number },
): Evidence[] {
  const content = readContent(message)
  const found = new Map<
    string,
    { kind: Evidence['kind']; text: string; weight: number; hashes: Set<number> }
  >()
  const note = (kind: Evidence['kind'], text: string, hash: number, weight: number) => {
    if (weight === 0) return
    const shown = printable(text)
    const id = `${kind} ${shown}`
    const before = found.get(id)
    if (before?.hashes.has(hash)) return
    if (before === undefined) found.set(id, { kind, text: shown, weight, hashes: new Set([hash]) })
    else {
      before.weight += weight
      before.hashes.add(hash)
    }
  }
  const token = (hash: number) => model.tokenPart(hash, features.tokens.length)
  const fact = (hash: number) => model.factPart(hash, features.views.facts.length, opinion.familiarity)

  for (const { name, value } of content.fields) {
    if (isMark(name)) continue
    eachFieldWord(value, fieldSalt(name), (start, end, hash) =>
      note('header', `${titled(name)}: ${value.slice(start, end)}`, hash, token(hash) + fact(hash)),
    )
  }
  const text = mainText(content).slice(0, WORD_CHARACTERS)
  let before: { text: string; lower: number } | undefined
  eachWord(text, salts.word, (start, end, cased, lower) => {
    const word = text.slice(start, end)
    const asWritten = spread(cased ^ salts.cased)
    note('word', word.toLowerCase(), spread(lower), token(spread(lower)))
    note('word', word, asWritten, fact(asWritten))
    if (before !== undefined) {
      const pair = pairHash(before.lower, lower)
      note('phrase', `${before.text} ${word}`.toLowerCase(), pair, token(pair))
    }
    before = { text: word, lower }
  })
  for (const { url } of content.links.slice(0, LINKS))
    for (const piece of linkPieces(url)) {
      const hash = hashOf(salts.link, piece)
      if (piece.length > 2) note('link', piece, hash, fact(hash))
    }
  const raw = rawStart(message, RAW_OCTETS)
  for (const name of [...headerFacts(content.fields, raw.names), ...bodyFacts(content)]) {
    const hash = spread(foldText(salts.fact, name))
    note(name.startsWith('attached:') ? 'attachment' : 'structure', name, hash, fact(hash))
  }
  return [...found.values()]
    .filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most)
    .map(({ kind, text: shown, weight }) => ({ kind, text: shown, weight }))
}

const titled = (name: string): string => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())

/** On one line and without what a terminal would obey; hostile mail chose it. */
const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, MOST_TEXT)
    // Half a character, the cut's or the message's own.
    .replace(/\p{Cs}/gu, '')
