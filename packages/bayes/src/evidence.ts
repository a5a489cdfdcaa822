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
  const found = new Strongest(most)
  const share = model.tokenShare(features.tokens.length)
  const token = (hash: number) => share * model.tokenOdds(hash)
  const fact = (hash: number) => model.factPart(hash, features.views.facts.length, opinion.viewShare)

  for (const { name, value } of content.fields) {
    if (isMark(name)) continue
    eachFieldWord(value, fieldSalt(name), (start, end, hash) => {
      const weight = found.isNew(hash) ? token(hash) + fact(hash) : 0
      if (found.isStrong(weight)) found.add('header', `${titled(name)}: ${value.slice(start, end)}`, weight)
    })
  }
  const text = mainText(content).slice(0, WORD_CHARACTERS)
  let beforeStart = -1
  let beforeEnd = 0
  let beforeLower = 0
  eachWord(text, salts.word, (start, end, cased, lower) => {
    const small = spread(lower)
    const asWritten = spread(cased ^ salts.cased)
    // A word counts in lower case and as written; it is told once, with both.
    const weight = (found.isNew(small) ? token(small) : 0) + (found.isNew(asWritten) ? fact(asWritten) : 0)
    if (found.isStrong(weight)) found.add('word', text.slice(start, end), weight)
    if (beforeStart !== -1) {
      const pair = pairHash(beforeLower, lower)
      const odds = found.isNew(pair) ? token(pair) : 0
      if (found.isStrong(odds))
        found.add(
          'phrase',
          `${text.slice(beforeStart, beforeEnd)} ${text.slice(start, end)}`.toLowerCase(),
          odds,
        )
    }
    beforeStart = start
    beforeEnd = end
    beforeLower = lower
  })
  for (const { url } of content.links.slice(0, LINKS))
    for (const piece of linkPieces(url)) {
      const hash = hashOf(salts.link, piece)
      const weight = piece.length > 2 && found.isNew(hash) ? fact(hash) : 0
      if (found.isStrong(weight)) found.add('link', piece, weight)
    }
  const raw = rawStart(message, RAW_OCTETS)
  for (const name of [...headerFacts(content.fields, raw.names), ...bodyFacts(content)]) {
    const hash = spread(foldText(salts.fact, name))
    const weight = found.isNew(hash) ? fact(hash) : 0
    if (found.isStrong(weight))
      found.add(name.startsWith('attached:') ? 'attachment' : 'structure', name, weight)
  }
  return found.told()
}

/** The strongest pieces so far. Nothing is named that is too weak to be told. */
class Strongest {
  readonly #most: number
  readonly #seen = new Set<number>()
  readonly #room: number
  #found: Evidence[] = []
  #least = LEAST_WEIGHT

  constructor(most: number) {
    this.#most = most
    // The same word in other letters is told once, so more are kept than will be told.
    this.#room = 4 * most + 32
  }

  isNew(hash: number): boolean {
    if (this.#seen.has(hash)) return false
    this.#seen.add(hash)
    return true
  }

  isStrong(weight: number): boolean {
    return Math.abs(weight) >= this.#least
  }

  add(kind: Evidence['kind'], text: string, weight: number): void {
    this.#found.push({ kind, text: printable(text), weight })
    if (this.#found.length < 2 * this.#room) return
    this.#found = strongestFirst(this.#found).slice(0, this.#room)
    this.#least = Math.abs((this.#found.at(-1) as Evidence).weight)
  }

  told(): Evidence[] {
    const merged = new Map<string, Evidence>()
    for (const { kind, text, weight } of this.#found) {
      const id = `${kind} ${text}`
      merged.set(id, { kind, text, weight: weight + (merged.get(id)?.weight ?? 0) })
    }
    return strongestFirst([...merged.values()]).slice(0, this.#most)
  }
}

const strongestFirst = (evidence: readonly Evidence[]): Evidence[] =>
  [...evidence].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))

const titled = (name: string): string => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())

/** On one line and without what a terminal would obey; hostile mail chose it. */
const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, MOST_TEXT)
    // Half a character, the cut's or the message's own.
    .replace(/\p{Cs}/gu, '')
