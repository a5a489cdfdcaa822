// The header field Received-SPF: RFC 7208 §9.1.
import { type Parsed, parsed, parseError } from '@postern/addr'
import { DOT, EQUALS, octetsOf, SEMICOLON } from './characters.ts'
import { type Cursor, type LexicalErrorCode, openField, readKeyword, readValue, skipCfws } from './cursor.ts'
import { foldField } from './folding.ts'
import {
  FIELD_OCTETS,
  FOLDED_FIELD_OCTETS,
  KEYWORD_CHARACTERS,
  SHORT_VALUE_OCTETS,
  WORD_OCTETS,
} from './limits.ts'
import { type Kept, writeComment, writeDotAtom, writeKeyword, writeWithin } from './quoting.ts'

/** The identities that RFC 7208 §9.1 names; `identity` may hold others. */
export type SpfIdentity = 'mailfrom' | 'helo'

/** The seven results of RFC 7208 §2.6. */
export type SpfResultWord = (typeof RESULTS)[number]

const RESULTS = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'] as const

/**
 * One Received-SPF field. Every text may hold any characters; see the README for what can be carried as it is. Empty
 * values are written, an empty comment is not.
 */
export interface ReceivedSpf {
  readonly result: SpfResultWord
  /** For people: who says so about whom, as in `mx.example.org: domain of a@example.com designates 192.0.2.1 as permitted sender`. */
  readonly comment?: string
  /** The identity that was checked, mostly a {@link SpfIdentity}. */
  readonly identity?: string
  readonly clientIp?: string
  readonly envelopeFrom?: string
  readonly helo?: string
  /** The host name of the verifier. */
  readonly receiver?: string
  /** The mechanism that matched, or `default`. */
  readonly mechanism?: string
  /** Details of an error. */
  readonly problem?: string
  /** Other keys, in lower case and in the field's order. A key that is not a name of RFC 7208 §12, or has a meaning above, is written as `x-...`. */
  readonly extensions?: readonly { readonly key: string; readonly value: string }[]
}

export type ReceivedSpfErrorCode =
  | LexicalErrorCode
  | 'missing-result'
  | 'unknown-result'
  | 'missing-key'
  | 'missing-equals'

export interface FieldOptions {
  /** Fold at 78 columns with CRLF and a tab. Default false: one line, as Postfix's PREPEND takes it. */
  readonly fold?: boolean
}

type KeyField = Exclude<keyof ReceivedSpf, 'result' | 'comment' | 'extensions'>

interface Key {
  readonly key: string
  readonly field: KeyField
  readonly kept: Kept
  /** Octets that it keeps when the field is too long. */
  readonly octets: number
}

// In the order of their worth: RFC 7208 §9.1 wants at least the first four, so that the result can be verified.
const KEYS: readonly Key[] = [
  { key: 'identity', field: 'identity', kept: 'start', octets: WORD_OCTETS },
  { key: 'client-ip', field: 'clientIp', kept: 'start', octets: WORD_OCTETS },
  { key: 'envelope-from', field: 'envelopeFrom', kept: 'end', octets: SHORT_VALUE_OCTETS },
  { key: 'helo', field: 'helo', kept: 'end', octets: SHORT_VALUE_OCTETS },
  { key: 'receiver', field: 'receiver', kept: 'end', octets: SHORT_VALUE_OCTETS },
  { key: 'mechanism', field: 'mechanism', kept: 'start', octets: SHORT_VALUE_OCTETS },
  { key: 'problem', field: 'problem', kept: 'start', octets: SHORT_VALUE_OCTETS },
]

const FIELD_OF_KEY: ReadonlyMap<string, KeyField> = new Map(KEYS.map(({ key, field }) => [key, field]))

/**
 * The whole field with its name and without a CRLF at its end: one line of at most 998 octets, or folded. It can neither
 * end the line nor leave the grammar, whatever the texts hold: a control character is written as `?`, half of a surrogate
 * pair as U+FFFD, a value that is no dot-atom in quotes, parentheses in the comment behind a backslash. A value of more
 * than 256 characters is cut. A field that is too long loses, in this order, its comment's end, extensions, `problem`,
 * `mechanism` and `receiver`. Of an address the end is kept, which is its domain, and `...` stands for the rest.
 */
export function formatReceivedSpf(value: ReceivedSpf, options: FieldOptions = {}): string {
  const budget = options.fold ? FOLDED_FIELD_OCTETS : FIELD_OCTETS
  const head = `Received-SPF: ${writeKeyword(value.result)}`
  const comment = writeComment(value.comment ?? '')
  let pairs = writePairs(value)
  let line = joinField(head, comment, pairs)
  if (line.length * 3 > budget && octetsOf(line) > budget) {
    if (octetsOf(head) + octetsOf(pairs) > budget) pairs = writeFittingPairs(value, budget - head.length)
    const room = budget - head.length - octetsOf(pairs) - 1
    line = joinField(head, writeComment(value.comment ?? '', room), pairs)
  }
  return options.fold ? foldField(line) : line
}

// DEVIATION RFC 7208 §9.1: the ABNF wants a blank after the result also where nothing follows; a line does not end in one.
const joinField = (head: string, comment: string, pairs: string): string =>
  comment === '' ? head + pairs : `${head} ${comment}${pairs}`

/** key-value-list, with the blank before it. */
function writePairs(value: ReceivedSpf): string {
  let pairs = ''
  for (const { key, field, kept } of KEYS) {
    const text = value[field]
    if (text !== undefined) pairs += `${pairs === '' ? ' ' : '; '}${key}=${writeDotAtom(text, kept)}`
  }
  if (value.extensions === undefined) return pairs
  for (const { key, value: text } of value.extensions)
    pairs += `${pairs === '' ? ' ' : '; '}${writeName(key)}=${writeDotAtom(text, 'start')}`
  return pairs
}

/** As above, with shorter values, and only such as fit into so many octets. */
function writeFittingPairs(value: ReceivedSpf, octets: number): string {
  let pairs = ''
  let room = octets
  const add = (key: string, written: string): void => {
    const pair = `${pairs === '' ? ' ' : '; '}${key}=${written}`
    const pairOctets = octetsOf(pair)
    if (pairOctets > room) return
    pairs += pair
    room -= pairOctets
  }
  for (const { key, field, kept, octets } of KEYS) {
    const text = value[field]
    if (text !== undefined) add(key, writeWithin(text, octets, { kept, write: writeDotAtom }))
  }
  for (const { key, value: text } of value.extensions ?? []) add(writeName(key), writeDotAtom(text, 'start'))
  return pairs
}

/** name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), RFC 7208 §12; never one that has a meaning of its own. */
function writeName(key: string): string {
  const name = key
    .slice(0, KEYWORD_CHARACTERS)
    .toLowerCase()
    .replace(/[^a-z0-9_.-]/g, '-')
    .slice(0, KEYWORD_CHARACTERS)
  const isFree = /^[a-z]/.test(name) && !FIELD_OF_KEY.has(name)
  return isFree ? name : `x-${name}`.slice(0, KEYWORD_CHARACTERS)
}

type Draft = { -readonly [Field in keyof ReceivedSpf]: ReceivedSpf[Field] }

/**
 * Reads a field with or without its name, folded or not. Taken besides the grammar: blanks and comments everywhere, any
 * unquoted value without blanks, `;` or parentheses (`<UNKNOWN>`, `ip4:192.0.2.1`, `2001:db8::1`), pairs without a `;`
 * between them, and any case. Of a repeated key the first counts. Comments after the first key are dropped.
 */
export function parseReceivedSpf(text: string): Parsed<ReceivedSpf, ReceivedSpfErrorCode> {
  const cursor = openField(text, 'received-spf')
  if (!skipCfws(cursor)) return lexicalError(cursor)
  const start = cursor.at
  const word = readKeyword(cursor)
  if (word === '') return parseError('missing-result', start)
  const result = RESULTS.find((known) => known === word)
  if (result === undefined) return parseError('unknown-result', start)
  cursor.comments = ''
  if (!skipCfws(cursor)) return lexicalError(cursor)
  const draft: Draft = { result }
  if (cursor.comments !== '') draft.comment = cursor.comments
  const extensions: { key: string; value: string }[] = []
  while (cursor.at < cursor.end) {
    if (text.charCodeAt(cursor.at) === SEMICOLON) cursor.at++
    else {
      const error = readPair(cursor, draft, extensions)
      if (error !== undefined) return parseError(error, cursor.at)
    }
    if (cursor.error !== undefined || !skipCfws(cursor)) return lexicalError(cursor)
  }
  if (extensions.length > 0) draft.extensions = extensions
  return parsed(draft)
}

const lexicalError = ({ error }: Cursor) => parseError(error!.code, error!.at)

/** key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string ). A lexical error is left in the cursor. */
function readPair(
  cursor: Cursor,
  draft: Draft,
  extensions: { key: string; value: string }[],
): 'missing-key' | 'missing-equals' | undefined {
  const key = readName(cursor)
  if (key === '') return 'missing-key'
  if (!skipCfws(cursor)) return undefined
  if (cursor.text.charCodeAt(cursor.at) !== EQUALS || cursor.at >= cursor.end) return 'missing-equals'
  cursor.at++
  if (!skipCfws(cursor)) return undefined
  const value = readValue(cursor)
  if (value === undefined) return undefined
  const field = FIELD_OF_KEY.get(key)
  if (field === undefined) extensions.push({ key, value })
  else draft[field] ??= value
  return undefined
}

function readName(cursor: Cursor): string {
  let name = readKeyword(cursor)
  while (cursor.at < cursor.end && cursor.text.charCodeAt(cursor.at) === DOT) {
    cursor.at++
    name += `.${readKeyword(cursor)}`
  }
  return name
}
