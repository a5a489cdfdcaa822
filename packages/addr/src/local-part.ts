// The part of a mailbox before the `@`: Dot-string or Quoted-string, RFC 5321 §4.1.2, with UTF-8 as in RFC 6531 §3.3.
import { type Parsed, parsed, parseError } from './parsed.ts'

export type LocalPartErrorCode =
  | 'empty-local-part'
  | 'bad-local-part'
  | 'local-part-too-long'
  | 'misplaced-dot'
  | 'unclosed-quote'
  | 'bad-character'

/** The value of a local part and where in the text it ended. */
interface LocalPart {
  readonly value: string
  readonly end: number
}

const AT = 64
const QUOTE = 34
const BACKSLASH = 92
const DOT = 46

/** Reads a Dot-string or Quoted-string as the grammar has it. */
export function readLocalPart(text: string, from: number, to: number): Parsed<LocalPart, LocalPartErrorCode> {
  return text.charCodeAt(from) === QUOTE ? readQuoted(text, from, to) : readDotString(text, from, to)
}

/** Reads a local part that may have lost its quotes: a well-formed Quoted-string, else all before the last `@`. */
export function readRawLocalPart(
  text: string,
  from: number,
  to: number,
): Parsed<LocalPart, LocalPartErrorCode> {
  if (text.charCodeAt(from) === QUOTE) {
    const quoted = readQuoted(text, from, to)
    if (quoted.ok && text.charCodeAt(quoted.value.end) === AT) return quoted
  }
  const last = text.lastIndexOf('@', to - 1)
  const end = last < from ? to : last
  if (end === from) return parseError('empty-local-part', from)
  for (let at = from; at < end; at++) if (!isContent(text, at)) return parseError('bad-character', at)
  return parsed({ value: text.slice(from, end), end })
}

function readQuoted(text: string, from: number, to: number): Parsed<LocalPart, LocalPartErrorCode> {
  let value = ''
  for (let at = from + 1; at < to; at++) {
    let code = text.charCodeAt(at)
    if (code === QUOTE) return parsed({ value, end: at + 1 })
    // quoted-pairSMTP = "\" %d32-126
    if (code === BACKSLASH) {
      code = text.charCodeAt(++at)
      if (at >= to) break
      if (code > 126) return parseError('bad-character', at)
    }
    if (!isContent(text, at)) return parseError('bad-character', at)
    value += text[at]
  }
  return parseError('unclosed-quote', to)
}

function readDotString(text: string, from: number, to: number): Parsed<LocalPart, LocalPartErrorCode> {
  let at = from
  let afterDot = true
  for (; at < to && text.charCodeAt(at) !== AT; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (afterDot) return parseError('misplaced-dot', at)
      afterDot = true
    } else if (isAtomCharacter(code) || (code > 127 && isContent(text, at))) afterDot = false
    else return parseError('bad-character', at)
  }
  if (at === from) return parseError('empty-local-part', at)
  return afterDot ? parseError('misplaced-dot', at - 1) : parsed({ value: text.slice(from, at), end: at })
}

/** Printable ASCII, a blank, or a whole character beyond ASCII other than the C1 controls. */
function isContent(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 127) return code >= 32
  if (code < 0xa0) return false
  if (code < 0xd800 || code > 0xdfff) return true
  // RFC 3629 §3: UTF-8 has no lone surrogates.
  const other = text.charCodeAt(code < 0xdc00 ? at + 1 : at - 1)
  return code < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other < 0xdc00
}

// RFC 5322 §3.2.3 atext: the printable ASCII characters other than ()<>[]:;@\,." and the blank.
const ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~"

function isAtomCharacter(code: number): boolean {
  if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)) return true
  return code < 128 && ATOM_SPECIALS.includes(String.fromCharCode(code))
}

/** The local part as SMTP writes it: bare where it is a Dot-string, else quoted. */
export function formatLocalPart(value: string): string {
  const bare = readDotString(value, 0, value.length)
  return bare.ok && bare.value.end === value.length ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
