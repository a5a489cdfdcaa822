import { type ContentLimits, type MailContent, readContent } from '../content/index.ts'
import { bodyFacts } from './body-facts.ts'
import { DistinctHashes } from './distinct-hashes.ts'
import { addFourGrams, addInnerGrams, addRawGrams, addTrigrams } from './grams.ts'
import { fold, foldText, hashOf, salts, spread } from './hash.ts'
import { headerFacts } from './header-facts.ts'
import { isMark, isRouteField } from './header-fields.ts'
import {
  FIELD_WORDS,
  GRAM_CHARACTERS,
  HEADER_GRAM_CHARACTERS,
  LINKS,
  RAW_OCTETS,
  WORD_CHARACTERS,
} from './limits.ts'
import { rawStart } from './raw-start.ts'
import { eachWord } from './words.ts'

/** The linear model looks at a message in these ways; each view is weighed as a whole, however many features it has. */
export const views = ['trigrams', 'facts', 'raw', 'header'] as const
export type View = (typeof views)[number]

/** A message as numbers. Each array holds distinct 32-bit hashes. */
export interface MailFeatures {
  /** For the classical model: words, word pairs, inner grams, header words, header grams. */
  readonly tokens: Int32Array
  /** The first so many of `tokens` are words of the header: how many are known tells whether the sender's world is. */
  readonly headerTokens: number
  readonly views: Readonly<Record<View, Int32Array>>
  readonly truncatedAt?: number
}

const tokens = new DistinctHashes()
const sets: Readonly<Record<View, DistinctHashes>> = {
  trigrams: new DistinctHashes(),
  facts: new DistinctHashes(),
  raw: new DistinctHashes(),
  header: new DistinctHashes(),
}

/** The text that is read as the message's own: subject, what is visible, and its links. */
export function mainText(content: MailContent): string {
  let text = ''
  for (const field of content.fields) if (field.name === 'subject') text += `${field.value}\n`
  text += content.visible
  for (const link of content.links) text += `\n${link.url}`
  return text
}

/**
 * The features of a message, in memory that the next call uses again: `keptFeatures` copies what has to stay. At most 16,384 of
 * each kind.
 */
export function featuresOf(message: Uint8Array, limits?: Partial<ContentLimits>): MailFeatures {
  const content = readContent(message, limits)
  const raw = rawStart(message, RAW_OCTETS)
  const text = mainText(content)
  const headerText = headerTextOf(content)

  sets.trigrams.begin(Math.min(text.length, GRAM_CHARACTERS))
  addTrigrams(text, salts.trigram, GRAM_CHARACTERS, sets.trigrams)
  sets.raw.begin(raw.octets.length)
  addRawGrams(raw.octets, salts.rawGram, sets.raw)
  sets.header.begin(headerText.length)
  addFourGrams(headerText, salts.headerGram, HEADER_GRAM_CHARACTERS, sets.header)

  const headerSize = content.fields.reduce((sum, { value }) => sum + value.length, 0)
  const words = (Math.min(text.length, WORD_CHARACTERS) + headerSize) >> 1
  sets.facts.begin(words + 400)
  tokens.begin(2 * words + Math.min(text.length, GRAM_CHARACTERS) + headerText.length)
  addHeaderWords(content)
  const headerTokens = tokens.size
  for (const fact of headerFacts(content.fields, raw.names)) sets.facts.add(hashOf(salts.fact, fact))
  for (const fact of bodyFacts(content)) sets.facts.add(hashOf(salts.fact, fact))
  addWords(text.slice(0, WORD_CHARACTERS))
  addLinks(content)
  for (const hash of sets.header.end()) tokens.add(hash)
  addInnerGrams(text, salts.inner, GRAM_CHARACTERS, tokens)
  return {
    tokens: tokens.end(),
    headerTokens,
    views: {
      trigrams: sets.trigrams.end(),
      facts: sets.facts.end(),
      raw: sets.raw.end(),
      header: sets.header.end(),
    },
    ...(content.truncatedAt === undefined ? {} : { truncatedAt: content.truncatedAt }),
  }
}

/** A copy that stays. */
export function keptFeatures(features: MailFeatures): MailFeatures {
  const { trigrams, facts, raw, header } = features.views
  return {
    ...features,
    tokens: features.tokens.slice(),
    views: { trigrams: trigrams.slice(), facts: facts.slice(), raw: raw.slice(), header: header.slice() },
  }
}

function headerTextOf({ fields }: MailContent): string {
  let text = ''
  for (const { name, value } of fields) {
    if (!isRouteField(name) && !isMark(name)) text += `${name}: ${value}\n`
    if (text.length > HEADER_GRAM_CHARACTERS) break
  }
  return text
}

const fieldSalts = new Map<string, number>()

export function fieldSalt(name: string): number {
  let salt = fieldSalts.get(name)
  if (salt === undefined) {
    salt = foldText(salts.field, name)
    if (fieldSalts.size < 2000) fieldSalts.set(name, salt)
  }
  return salt
}

const isSeparator = new Uint8Array(128)
for (const mark of ' \t\r\n,;:<>()"@[]=') isSeparator[mark.charCodeAt(0)] = 1

/** Header words by field, as they stand: case and numbers are the program's handwriting. */
export function eachFieldWord(
  value: string,
  salt: number,
  visit: (start: number, end: number, hash: number) => void,
): void {
  let words = 0
  for (let index = 0; index < value.length && words < FIELD_WORDS; ) {
    const start = index
    let hash = salt
    for (; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code < 128 && isSeparator[code] === 1) break
      if (index - start < 60) hash = fold(hash, code)
    }
    if (index > start) {
      visit(start, index, spread(hash))
      words++
    }
    index++
  }
}

function addBoth(hash: number): void {
  tokens.add(hash)
  sets.facts.add(hash)
}

function addHeaderWords({ fields }: MailContent): void {
  for (const { name, value } of fields) {
    if (isMark(name)) continue
    eachFieldWord(value, fieldSalt(name), (_start, _end, hash) => addBoth(hash))
  }
}

function addWords(text: string): void {
  let before = 0
  let count = 0
  eachWord(text, salts.word, (_start, _end, cased, lower) => {
    sets.facts.add(spread(cased ^ salts.cased))
    tokens.add(spread(lower))
    if (count > 0) tokens.add(pairHash(before, lower))
    before = lower
    count++
  })
}

export const pairHash = (first: number, second: number): number =>
  spread(Math.imul(first, 31) ^ second ^ salts.pair)

function addLinks({ links }: MailContent): void {
  for (let index = 0; index < links.length && index < LINKS; index++) {
    for (const piece of linkPieces(links[index]?.url ?? '')) sets.facts.add(hashOf(salts.link, piece))
  }
}

export const linkPieces = (url: string): string[] =>
  url
    .slice(0, 500)
    .toLowerCase()
    .split(/[/?&=.:]+/)
