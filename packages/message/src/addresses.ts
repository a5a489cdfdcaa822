// The addresses in a field such as From, RFC 5322 §3.4, read so that people's mail programs and we see the same ones as far as
// possible: whatever is not understood is left out, nothing is an error.
import type { ByteString } from './message-sink.ts'

/** One address, without comments and white space; the local part as written, quotes included. */
export interface FieldAddress {
  readonly localPart: ByteString
  readonly domain: ByteString
}

/** The addresses in the body of a field, in order, those of groups among them. */
export function fieldAddresses(body: ByteString): FieldAddress[] {
  const found: FieldAddress[] = []
  let plain = ''
  let angle: string | undefined
  let isInAngle = false
  const finish = () => {
    const text = angle ?? plain
    const at = lastAt(text)
    if (at > 0 && at < text.length - 1)
      found.push({ localPart: text.slice(0, at), domain: text.slice(at + 1) })
    plain = ''
    angle = undefined
    isInAngle = false
  }
  for (let at = 0; at < body.length; ) {
    const from = at
    const code = body.charCodeAt(at++)
    switch (code) {
      case OPENING:
        at = skipComment(body, from)
        continue
      case SPACE:
      case TAB:
      case CR:
      case LF:
        continue
      case LESS:
        angle = ''
        isInAngle = true
        continue
      case GREATER:
        isInAngle = false
        continue
      case COLON:
        // The name of a group, or a route (RFC 5322 §4.4): neither is part of an address.
        if (isInAngle) angle = ''
        else plain = ''
        continue
      case SEMICOLON:
        finish()
        continue
      case COMMA:
        if (isInAngle) break
        finish()
        continue
      case QUOTE:
      case BRACKET:
        at = closing(body, from)
        break
      default:
        while (at < body.length && !isSpecial(body.charCodeAt(at))) at++
    }
    if (isInAngle) angle += body.slice(from, at)
    else if (angle === undefined) plain += body.slice(from, at)
  }
  finish()
  return found
}

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const QUOTE = 34
const OPENING = 40
const COMMA = 44
const COLON = 58
const SEMICOLON = 59
const LESS = 60
const GREATER = 62
const BRACKET = 91

const specials = new Set([
  TAB,
  LF,
  CR,
  SPACE,
  QUOTE,
  OPENING,
  COMMA,
  COLON,
  SEMICOLON,
  LESS,
  GREATER,
  BRACKET,
])
const SPECIAL = Uint8Array.from({ length: 256 }, (_, code) => (specials.has(code) ? 1 : 0))
const isSpecial = (code: number): boolean => SPECIAL[code] === 1

/** The index behind the comment that begins at `from`. */
function skipComment(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at + 1
  }
  return text.length
}

/** The index behind the quoted string or the domain literal that begins at `from`. */
function closing(text: string, from: number): number {
  const end = text[from] === '"' ? '"' : ']'
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === end) return at + 1
  }
  return text.length
}

/** The @ between local part and domain: the last one that stands outside of quotes. */
function lastAt(text: string): number {
  let found = -1
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"' || text[at] === '[') at = closing(text, at) - 1
    else if (text[at] === '@') found = at
  }
  return found
}
