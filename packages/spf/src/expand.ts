// Macro expansion, RFC 7208 §7.3 and §7.4.
import type { Ip } from '@postern/addr'
import { normalizeName } from '@postern/dns'
import { EXPLANATION_CHARACTERS, NAME_CHARACTERS } from './limits.ts'
import type { DomainSpec, Macro, MacroLetter, MacroString } from './macro.ts'

/** The value of a macro letter before transformers; undefined while it is not known yet. */
export type MacroValues = (letter: MacroLetter) => string | undefined

/** Characters at the end of an expanded name that can matter: it loses labels from the left, a label that is too long at once. */
const NAME_END = 2 * (NAME_CHARACTERS + 2)

/**
 * The name that a domain-spec stands for, as it is asked for; undefined while a value is not known. What is cut away from it
 * is not built first: a record may have thousands of macros, and a sender thousands of characters.
 */
export function expandName({ parts, name }: DomainSpec, macroValueOf: MacroValues): string | undefined {
  if (name !== undefined) return name
  let text = ''
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i]!
    // All values are wanted: any may be unknown.
    const value = typeof part === 'string' ? part : macroValueOf(part.letter)
    if (value === undefined) return undefined
    if (text.length < NAME_END)
      text = (typeof part === 'string' ? part : transform(value, part, NAME_END)) + text
  }
  return asQueryName(text)
}

/** The text that an explain-string stands for, no more of it than is kept; undefined while a value is not known. */
export function expandExplanation({ parts }: MacroString, macroValueOf: MacroValues): string | undefined {
  let text = ''
  for (const part of parts) {
    if (text.length >= EXPLANATION_CHARACTERS) break
    const value = typeof part === 'string' ? part : macroValueOf(part.letter)
    if (value === undefined) return undefined
    text += typeof part === 'string' ? value : transform(value, part, Number.POSITIVE_INFINITY)
  }
  return text.slice(0, EXPLANATION_CHARACTERS)
}

/**
 * RFC 7208 §7.3: split, reversed, cut to the parts at the right, joined by dots, escaped: in this order. What is left of the
 * last `needed` characters may be missing.
 */
function transform(value: string, macro: Macro, needed: number): string {
  const { keep, isReversed, delimiters, isEscaped } = macro
  let text = value
  if (keep !== undefined || isReversed || delimiters !== '')
    text = isReversed ? joinReversed(value, macro, needed) : joinLast(value, macro, needed)
  if (!isEscaped) return text
  return escapeForUrl(text.length > needed ? text.slice(-needed) : text)
}

/** The last `keep` parts of a value, joined by dots. */
function joinLast(value: string, macro: Macro, needed: number): string {
  const { keep = Number.POSITIVE_INFINITY } = macro
  const delimiters = macro.delimiters || '.'
  let text = ''
  let end = value.length
  let kept = 0
  for (let at = end - 1; at >= -1 && kept < keep && text.length < needed; at--) {
    if (at >= 0 && !delimiters.includes(value[at]!)) continue
    text = kept === 0 ? value.slice(at + 1, end) : `${value.slice(at + 1, end)}.${text}`
    end = at
    kept++
  }
  return text
}

/** All parts in reverse order, then the last `keep` of those, which are the first ones of the value. */
function joinReversed(value: string, macro: Macro, needed: number): string {
  const { keep = Number.POSITIVE_INFINITY } = macro
  const delimiters = macro.delimiters || '.'
  let text = ''
  let start = 0
  let kept = 0
  for (let at = 0; at <= value.length && kept < keep && text.length < needed; at++) {
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
  const lower = expanded.toLowerCase()
  // Most names are in lower case already.
  const name = lower === expanded && !expanded.endsWith('.') ? expanded : normalizeName(expanded)
  if (name.length <= NAME_CHARACTERS) return name
  const dot = name.indexOf('.', name.length - NAME_CHARACTERS - 1)
  return name.slice((dot < 0 ? name.lastIndexOf('.') : dot) + 1)
}
