// Content-Type and Content-Disposition: a value with parameters. RFC 2045 §5.1, RFC 2183, RFC 2231.
import { charsetLabel, decodeText } from './charset.ts'
import { fieldText } from './encoded-word.ts'
import { NAME_LENGTH } from './limits.ts'
import type { ByteString } from './mail-content.ts'
import { decodePercent } from './percent.ts'

export interface Parameters {
  /** In lower case, without blanks. */
  readonly value: string
  /** Raw, by name in lower case; the first one of a name counts. */
  readonly parameters: ReadonlyMap<string, ByteString>
}

/** RFC 5322 §3.2.2, those that are not nested. */
export const withoutComments = (raw: ByteString): ByteString =>
  raw.includes('(') ? raw.replace(/\([^()]*\)/g, '') : raw

const NONE: ReadonlyMap<string, ByteString> = new Map()
const MAX_PARAMETERS = 50

export function parseParameters(raw: ByteString): Parameters {
  const semicolon = raw.indexOf(';')
  const value = withoutComments(semicolon < 0 ? raw : raw.slice(0, semicolon))
    .trim()
    .toLowerCase()
  return { value, parameters: semicolon < 0 ? NONE : readParameters(raw, semicolon + 1) }
}

function readParameters(raw: ByteString, from: number): Map<string, ByteString> {
  const parameters = new Map<string, ByteString>()
  let at = from
  while (at < raw.length && parameters.size < MAX_PARAMETERS) {
    const equals = raw.indexOf('=', at)
    if (equals < 0) break
    const semicolon = raw.indexOf(';', at)
    if (semicolon >= 0 && semicolon < equals) {
      at = raw.lastIndexOf(';', equals) + 1
      continue
    }
    const name = raw.slice(at, equals).trim().toLowerCase()
    let start = equals + 1
    while (isBlank(raw.charCodeAt(start))) start++
    const isQuoted = raw.charCodeAt(start) === 34
    const end = isQuoted ? quoteEnd(raw, start + 1) : valueEnd(raw, start)
    const text = isQuoted ? unquoted(raw.slice(start + 1, end)) : raw.slice(start, end).trim()
    if (!parameters.has(name)) parameters.set(name, text)
    const next = raw.indexOf(';', end)
    if (next < 0) break
    at = next + 1
  }
  return parameters
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13

function valueEnd(raw: ByteString, start: number): number {
  const semicolon = raw.indexOf(';', start)
  return semicolon < 0 ? raw.length : semicolon
}

function quoteEnd(raw: ByteString, start: number): number {
  for (let at = start; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code === 92) at++
    else if (code === 34) return at
  }
  return raw.length
}

const unquoted = (text: string): string => (text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text)

/** The parameter for people: in one piece or several (RFC 2231 §3), with a charset (§4), or with encoded words (which all do). */
export function parameterText(of: Parameters, name: string): string {
  const plain = of.parameters.get(name)
  if (plain !== undefined) return fieldText(plain).slice(0, NAME_LENGTH)
  if (of.parameters.size === 0) return ''
  const whole = of.parameters.get(`${name}*`)
  if (whole !== undefined) return extendedText([{ text: whole, isEncoded: true }])
  const pieces: Piece[] = []
  for (let i = 0; i < MAX_PARAMETERS; i++) {
    const encoded = of.parameters.get(`${name}*${i}*`)
    const text = encoded ?? of.parameters.get(`${name}*${i}`)
    if (text === undefined) break
    pieces.push({ text, isEncoded: encoded !== undefined })
  }
  return extendedText(pieces)
}

interface Piece {
  readonly text: ByteString
  readonly isEncoded: boolean
}

function extendedText(pieces: readonly Piece[]): string {
  const first = pieces[0]
  if (first === undefined) return ''
  const mark = first.isEncoded ? /^([^']*)'[^']*'/.exec(first.text) : null
  const charset = charsetLabel(mark?.[1] ?? '')
  const bytes = pieces.map(({ text, isEncoded }, index) => {
    const own = index === 0 && mark !== null ? text.slice(mark[0].length) : text
    return isEncoded ? decodePercent(own) : Buffer.from(own, 'latin1')
  })
  return decodeText(Buffer.concat(bytes), charset).slice(0, NAME_LENGTH)
}
