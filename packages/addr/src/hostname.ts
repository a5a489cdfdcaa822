// Host names: the syntax of RFC 1123 §2.1 and RFC 5321 §4.1.2 (Domain, sub-domain, Let-dig, Ldh-str), and their
// international form. Not here: what Postfix takes for a host name (@postern/helo), and who owns a name.
//
// Of IDNA this does: split at the four dots of RFC 3490 §3.1, put each label in lower case and NFC, refuse code points
// that no label may hold (controls, formats, separators, surrogates, private use, unassigned) and a leading combining
// mark, and encode with RFC 3492. It does not have the tables of IDNA2008 (RFC 5892: no symbol, context or Bidi rules)
// nor the mapping of UTS 46. So it may take a name that no registry would sell; it never confuses two A-labels.
import punycode from 'punycode/punycode.js'
import { HOSTNAME_OCTETS, LABEL_OCTETS } from './limits.ts'
import { type Parsed, parsed, parseError } from './parsed.ts'

/** A host name as `parseHostname` returns it: lower-case A-labels joined by dots, without a dot at the end. */
export type Hostname = string

export type HostnameErrorCode =
  | 'empty'
  | 'label-too-long'
  | 'too-long'
  | 'bad-character'
  | 'misplaced-dot'
  | 'misplaced-hyphen'
  | 'numeric'

export interface HostnameOptions {
  /** Take `_` for a letter. Default false: no host name has one, although names in the DNS do. */
  readonly underscore?: boolean
  /** Take (and drop) one dot at the end. Default false: RFC 5321 has none. */
  readonly trailingDot?: boolean
}

const DOT = 46
const HYPHEN = 45
const UNDERSCORE = 95

/**
 * Parses a host name of one label or more. `numeric` says that the last label is all digits: such a text is a broken
 * or abbreviated IPv4 address, never a name (RFC 1123 §2.1).
 */
export function parseHostname(
  text: string,
  options: HostnameOptions = {},
): Parsed<Hostname, HostnameErrorCode> {
  if (text === '') return parseError('empty', 0)
  if (!isAscii(text)) return parseInternational(text, options)
  const name = options.trailingDot && text.length > 1 && text.endsWith('.') ? text.slice(0, -1) : text
  const error = checkLetterDigitHyphen(name, options.underscore === true)
  return error ?? parsed(name.toLowerCase())
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

type HostnameFailure = {
  readonly ok: false
  readonly error: { readonly code: HostnameErrorCode; readonly at: number }
}

function checkLetterDigitHyphen(name: string, underscore: boolean): HostnameFailure | undefined {
  const length = name.length
  let start = 0
  let digits = true
  for (let at = 0; at <= length; at++) {
    const code = at === length ? DOT : name.charCodeAt(at)
    if (code === DOT) {
      if (at === start) return parseError('misplaced-dot', at === length ? at - 1 : at)
      if (name.charCodeAt(at - 1) === HYPHEN) return parseError('misplaced-hyphen', at - 1)
      if (at - start > LABEL_OCTETS) return parseError('label-too-long', start + LABEL_OCTETS)
      if (at === length) break
      start = at + 1
      digits = true
    } else if (code === HYPHEN) {
      if (at === start) return parseError('misplaced-hyphen', at)
      digits = false
    } else if (isLetter(code) || (underscore && code === UNDERSCORE)) digits = false
    else if (code < 48 || code > 57) return parseError('bad-character', at)
  }
  if (length > HOSTNAME_OCTETS) return parseError('too-long', HOSTNAME_OCTETS)
  return digits ? parseError('numeric', start) : undefined
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

// RFC 3490 §3.1: these separate labels wherever U-labels are typed.
const INTERNATIONAL_DOT = /[.\u3002\uff0e\uff61]/
// The general categories that RFC 5892 §2 leaves DISALLOWED or UNASSIGNED whatever the code point.
const NEVER_IN_LABEL = /[\p{C}\p{Z}]/u
// RFC 5891 §4.2.3.2: a label may not begin with a combining mark.
const LEADING_MARK = /^\p{M}/u

function parseInternational(text: string, options: HostnameOptions): Parsed<Hostname, HostnameErrorCode> {
  const labels = text.split(INTERNATIONAL_DOT)
  if (options.trailingDot && labels.length > 1 && labels.at(-1) === '') labels.pop()
  const encoded: string[] = []
  const starts: number[] = []
  let start = 0
  for (const label of labels) {
    const bad = label.search(NEVER_IN_LABEL)
    if (bad >= 0) return parseError('bad-character', start + bad)
    // RFC 5891 §4.2.3.1: what an A-label may not have at its ends a U-label may not either.
    if (label.startsWith('-')) return parseError('misplaced-hyphen', start)
    if (label.endsWith('-')) return parseError('misplaced-hyphen', start + label.length - 1)
    const ascii = isAscii(label) ? label : encodeLabel(label)
    if (ascii === undefined) return parseError('bad-character', start)
    const error = checkLetterDigitHyphen(ascii, options.underscore === true)
    // An error inside a label that had to be encoded is told at the label's start; `numeric` counts in the last only.
    if (ascii === '') return parseError('misplaced-dot', Math.min(start, text.length - 1))
    if (error !== undefined && error.error.code !== 'numeric')
      return parseError(error.error.code, start + (ascii === label ? error.error.at : 0))
    encoded.push(ascii)
    starts.push(start)
    start += label.length + 1
  }
  const name = encoded.join('.').toLowerCase()
  const error = checkLetterDigitHyphen(name, options.underscore === true)
  if (error === undefined) return parsed(name)
  return parseError(error.error.code, error.error.code === 'numeric' ? starts.at(-1)! : text.length)
}

/** The A-label of a U-label, or undefined where there is none. */
function encodeLabel(label: string): string | undefined {
  const folded = label.toLowerCase().normalize('NFC')
  if (LEADING_MARK.test(folded)) return undefined
  try {
    return punycode.toASCII(folded)
  } catch {
    return undefined
  }
}

/**
 * The name with its A-labels as Unicode, for people to read. A label that does not decode, or whose decoded form would
 * not encode to it again, stays as it is. Look-alike letters are not told apart.
 */
export function toUnicodeHostname(name: Hostname): string {
  if (!name.includes('xn--')) return name
  return name.split('.').map(decodeLabel).join('.')
}

function decodeLabel(label: string): string {
  if (!label.startsWith('xn--')) return label
  try {
    const decoded = punycode.toUnicode(label)
    const again = parseInternational(decoded, {})
    return again.ok && again.value === label ? decoded : label
  } catch {
    return label
  }
}

/** The labels from left to right: `['mx', 'example', 'org']`. */
export const labelsOf = (name: Hostname): string[] => name.split('.')

/** Whether the name has more than one label. Says nothing about its being in the DNS. */
export const isFullyQualified = (name: Hostname): boolean => name.includes('.')
