// The character classes of RFC 5322 §3.2.3, RFC 2045 §5.1 and RFC 5321 §4.1.2, each a bit, so that one walk over a text
// tells all the ways in which it may be written. Beyond ASCII: RFC 6532 §3.2.

/** atext and the dot. RFC 5322 §3.2.3. */
export const ATOM = 1
/** A character of a token. RFC 2045 §5.1; ASCII only. */
export const TOKEN = 2
/** May stand in a quoted-string as it is: qtext and WSP. RFC 5322 §3.2.4. */
export const QUOTED = 4
/** May stand in a comment as it is: ctext and WSP. RFC 5322 §3.2.2. */
export const COMMENT = 8
/** Can be carried at all: neither a control other than TAB, nor a line separator, nor half of a surrogate pair. */
export const CLEAN = 16
/** Letters, digits, `-` and `_`: what the parsers take for a keyword or a key. */
export const KEY = 32
/** What the parsers take for part of a value without quotes: all but blanks, controls and `;()"`. */
export const WORD = 64

const NON_ASCII = ATOM | QUOTED | COMMENT | CLEAN | WORD

export const TAB = 9
export const LF = 10
export const CR = 13
export const SPACE = 32
export const QUOTE = 34
export const OPEN = 40
export const CLOSE = 41
export const DOT = 46
export const SLASH = 47
export const SEMICOLON = 59
export const EQUALS = 61
export const AT = 64
export const BACKSLASH = 92

const TABLE = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  const visible = code > SPACE && code < 127
  const plain = visible || code === SPACE || code === TAB
  let classes = plain ? CLEAN : 0
  if (visible && !'()<>[]:;@\\,"'.includes(character)) classes |= ATOM
  if (visible && !'()<>@,;:\\"/[]?='.includes(character)) classes |= TOKEN
  if (plain && !'"\\'.includes(character)) classes |= QUOTED
  if (plain && !'()\\'.includes(character)) classes |= COMMENT
  if (/[A-Za-z0-9_-]/.test(character)) classes |= KEY
  if (visible && !';()"'.includes(character)) classes |= WORD
  return classes
})

// Blanks and marks of direction are text, but no atom: some readers split at them.
const PUNCTUATION = NON_ASCII & ~ATOM

/** The classes of one UTF-16 unit. Half of a surrogate pair has all of a letter's but CLEAN, since its other half may be missing. */
export function classesOf(code: number): number {
  if (code < 128) return TABLE[code]!
  // C1 controls: UTF-8 can carry them, but nothing that is meant to be read has them.
  if (code < 0xa0) return WORD
  if (code >= 0xd800 && code <= 0xdfff) return NON_ASCII & ~CLEAN
  // Some readers end a line at these two, although no mail does.
  if (code === 0x2028 || code === 0x2029) return WORD
  if ((code >= 0x2000 && code <= 0x206f) || code === 0xa0) return PUNCTUATION
  return code === 0x1680 || code === 0x3000 || code === 0xfeff ? PUNCTUATION : NON_ASCII
}

/** The classes that all characters of the text have in common; all of them for the empty text. */
export function commonClasses(text: string): number {
  let classes = 0xff
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    classes &= code < 128 ? TABLE[code]! : classesOf(code)
  }
  return classes
}

/** Whether `code`, which may be NaN past the end, is a blank or part of a line break. */
export const isBlank = (code: number): boolean => code === SPACE || code === TAB || code === CR || code === LF

/** Whether `code` is a control character that no text of a field may hold: C0 but for TAB, and DEL. */
export const isControl = (code: number): boolean => (code < SPACE && code !== TAB) || code === 127

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Octets of the text in UTF-8; half of a surrogate pair counts as U+FFFD, which is written for it. */
export function octetsOf(text: string): number {
  let octets = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128) continue
    if (code < 0x800) octets++
    else if (code < 0xd800 || code > 0xdfff) octets += 2
    else {
      const pair = code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
      // A pair is two units and four octets, a half three octets.
      octets += 2
      if (pair) at++
    }
  }
  return octets
}
