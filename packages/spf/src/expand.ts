// Macro expansion, RFC 7208 §7.3 and §7.4.
import type { Ip } from '@postern/addr'
import { NAME_CHARACTERS } from './limits.ts'
import type { Macro, MacroLetter, MacroString } from './macro.ts'

/** The value of a macro letter before transformers; undefined while it is not known yet. */
export type MacroValues = (letter: MacroLetter) => string | undefined

/** The text that a macro string stands for; undefined while a value is not known yet. */
export function expandMacroString(
  { parts, literal }: MacroString,
  macroValueOf: MacroValues,
): string | undefined {
  if (literal !== undefined) return literal
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const value = macroValueOf(part.letter)
    if (value === undefined) return undefined
    text += transform(value, part)
  }
  return text
}

/** RFC 7208 §7.3: split, reversed, cut to the parts at the right, joined by dots, escaped: in this order. */
function transform(value: string, { keep, isReversed, delimiters, isEscaped }: Macro): string {
  let text = value
  if (keep !== undefined || isReversed || delimiters !== '') {
    const ends = delimiters === '' ? '.' : delimiters
    text = isReversed ? joinReversed(value, ends, keep) : joinLast(value, ends, keep)
  }
  return isEscaped ? escapeForUrl(text) : text
}

/** The last `keep` parts of a value, joined by dots. */
function joinLast(value: string, delimiters: string, keep = Number.POSITIVE_INFINITY): string {
  let text = ''
  let end = value.length
  let kept = 0
  for (let at = end - 1; at >= -1 && kept < keep; at--) {
    if (at >= 0 && !delimiters.includes(value[at]!)) continue
    text = kept === 0 ? value.slice(at + 1, end) : `${value.slice(at + 1, end)}.${text}`
    end = at
    kept++
  }
  return text
}

/** All parts in reverse order, then the last `keep` of those, which are the first ones of the value. */
function joinReversed(value: string, delimiters: string, keep = Number.POSITIVE_INFINITY): string {
  let text = ''
  let start = 0
  let kept = 0
  for (let at = 0; at <= value.length && kept < keep; at++) {
    if (at < value.length && !delimiters.includes(value[at]!)) continue
    text = kept === 0 ? value.slice(start, at) : `${value.slice(start, at)}.${text}`
    start = at + 1
    kept++
  }
  return text
}

/** RFC 7208 §7.3: all but the unreserved characters of RFC 3986. */
function escapeForUrl(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9\-._~]/gu, (character) => {
    const escaped = encodeSafely(character)
    // encodeURIComponent leaves five marks as they are.
    return escaped === character ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : escaped
  })
}

/** A lone surrogate has no bytes: a question mark, as encoders of UTF-8 put it. */
function encodeSafely(character: string): string {
  return /^[\ud800-\udfff]$/.test(character) ? '%3F' : encodeURIComponent(character)
}

/** %{i}: dotted octets, or for IPv6 dotted hexadecimal digits, in capitals as the published suite has them in explanations. */
export function dottedIp(ip: Ip): string {
  if (ip.version === 4) return ip.text
  let text = ''
  for (const byte of ip.bytes) text += `.${(byte >> 4).toString(16)}.${(byte & 15).toString(16)}`
  return text.slice(1).toUpperCase()
}

/** A domain-spec after expansion as it is asked for: RFC 7208 §7.3 has a long name lose labels from the left. */
export function asQueryName(expanded: string): string {
  const name = expanded.endsWith('.') ? expanded.slice(0, -1) : expanded
  if (name.length <= NAME_CHARACTERS) return name.toLowerCase()
  const dot = name.indexOf('.', name.length - NAME_CHARACTERS - 1)
  return name.slice((dot < 0 ? name.lastIndexOf('.') : dot) + 1).toLowerCase()
}
