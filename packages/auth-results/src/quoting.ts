// Writes any text whatever as one element of a structured field (RFC 5322 §3.2, RFC 2045 §5.1, RFC 6532 §3.2), so that it
// can neither end the line nor the element. What cannot be carried is replaced: a control character but TAB (with CR, LF,
// NUL, DEL and C1) and a line separator of Unicode by `?`, half of a surrogate pair by U+FFFD. What is too long is cut, with
// `...` where it was cut.
import { ATOM, CLEAN, COMMENT, commonClasses, DOT, octetsOf, QUOTED, TOKEN } from './characters.ts'
import { COMMENT_OCTETS, KEYWORD_CHARACTERS, LEAST_COMMENT_OCTETS, VALUE_CHARACTERS } from './limits.ts'

/** Which part of a text matters: of an address its end, which is its domain; of a sentence its start. */
export type Kept = 'start' | 'end'

const MARK = '...'

/** At most `characters` UTF-16 units of the text, with a mark if any are missing. */
function cut(text: string, characters: number, kept: Kept): string {
  if (text.length <= characters) return text
  const rest = Math.max(0, characters - MARK.length)
  // Half of a pair at the cut goes with its other half.
  if (kept === 'start') return text.slice(0, rest).replace(/[\ud800-\udbff]$/, '') + MARK
  return MARK + text.slice(text.length - rest).replace(/^[\udc00-\udfff]/, '')
}

const clean = (text: string): string =>
  text.replace(/[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]/g, '?').replace(/\p{Surrogate}/gu, '\ufffd')

const enquote = (text: string, classes: number): string =>
  `"${classes & QUOTED ? text : text.replace(/["\\]/g, '\\$&')}"`

function isDotAtom(text: string, classes: number): boolean {
  if ((classes & ATOM) === 0 || text === '') return false
  return text.charCodeAt(0) !== DOT && text.charCodeAt(text.length - 1) !== DOT && !text.includes('..')
}

/** Writes a text in one way or another. */
export type Writer = (text: string, kept: Kept) => string

/** dot-atom / quoted-string: the values of Received-SPF, RFC 7208 §9.1. */
export function writeDotAtom(text: string, kept: Kept): string {
  let value = cut(text, VALUE_CHARACTERS, kept)
  const classes = commonClasses(value)
  if ((classes & CLEAN) === 0) value = clean(value)
  return isDotAtom(value, classes) ? value : enquote(value, classes)
}

/** value = token / quoted-string: RFC 8601 §2.2 by RFC 2045 §5.1. */
export function writeValue(text: string, kept: Kept): string {
  let value = cut(text, VALUE_CHARACTERS, kept)
  const classes = commonClasses(value)
  if ((classes & CLEAN) === 0) value = clean(value)
  return classes & TOKEN && value !== '' ? value : enquote(value, classes)
}

/** pvalue = value / [ [ local-part ] "@" ] domain-name: RFC 8601 §2.2. */
export function writePropertyValue(text: string, kept: Kept): string {
  let value = cut(text, VALUE_CHARACTERS, kept)
  const classes = commonClasses(value)
  if (classes & TOKEN && value !== '') return value
  if ((classes & CLEAN) === 0) value = clean(value)
  const at = value.lastIndexOf('@')
  // RFC 8601 §2.2: an address is written as an address, not as a quoted-string with an address in it.
  const bare = isDomainName(value.slice(at + 1)) && (at <= 0 || isLocalPart(value.slice(0, at)))
  return bare ? value : enquote(value, classes)
}

// domain-name of RFC 6376 §3.5 with the U-labels of RFC 6531 §3.3: two labels or more, no hyphen at their ends.
const LABEL = String.raw`[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?`
const DOMAIN_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`, 'u')

const isDomainName = (text: string): boolean => DOMAIN_NAME.test(text)

/** local-part of RFC 5322 §3.4.1 as the text of an address has it: with its quotes, if it needs some. */
const isLocalPart = (text: string): boolean =>
  isDotAtom(text, commonClasses(text)) || /^"(?:[^"\\]|\\.)*"$/s.test(text)

/** A comment with its parentheses in at most `octets` octets; nothing for the empty text, or where hardly any of it fits. */
export function writeComment(text: string, octets = COMMENT_OCTETS): string {
  if (text === '') return ''
  const room = Math.min(octets, COMMENT_OCTETS)
  return room < LEAST_COMMENT_OCTETS ? '' : writeWithin(text, room, { kept: 'start', write: encloseComment })
}

function encloseComment(text: string): string {
  const classes = commonClasses(text)
  const value = classes & CLEAN ? text : clean(text)
  return `(${classes & COMMENT ? value : value.replace(/[()\\]/g, '\\$&')})`
}

/** The text written in at most `octets` octets, and cut until it is. */
export function writeWithin(text: string, octets: number, how: { kept: Kept; write: Writer }): string {
  let characters = octets
  for (;;) {
    const written = how.write(cut(text, characters, how.kept), how.kept)
    if (written.length * 3 <= octets) return written
    const over = octetsOf(written) - octets
    if (over <= 0 || characters === 0) return written
    // No unit has more than three octets: this never takes away more than it must, and ends.
    characters = Math.max(0, Math.min(characters, text.length) - Math.max(1, Math.floor(over / 3)))
  }
}

const KEYWORD = /^[a-z0-9-]*[a-z0-9]$/

/**
 * A Keyword of RFC 5321 §4.1.2 in lower case: what it may not hold becomes `-`, hyphens at its end are dropped, and
 * nothing at all becomes `unknown`.
 */
export function writeKeyword(text: string): string {
  if (text.length <= KEYWORD_CHARACTERS && KEYWORD.test(text)) return text
  const cleaned = text
    .slice(0, KEYWORD_CHARACTERS)
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
  let end = cleaned.length
  while (end > 0 && cleaned[end - 1] === '-') end--
  return cleaned.slice(0, Math.min(end, KEYWORD_CHARACTERS)) || 'unknown'
}
