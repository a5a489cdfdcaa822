// The header of a message or part, as raw fields. RFC 5322 §2.2.
import type { ByteString } from './mail-content.ts'

export interface RawField {
  /** In lower case. */
  readonly name: string
  /** Behind the colon, folds and all, without the last line end. */
  readonly raw: ByteString
}

export interface Header {
  readonly fields: readonly RawField[]
  /** Where the body starts. */
  readonly end: number
  readonly isBroken: boolean
}

/** `end`: where the message or part ends. */
export interface HeaderRange {
  readonly start: number
  readonly end: number
  readonly fieldCount: number
  readonly octets: number
}

const LF = 10
const CR = 13

/**
 * Reads fields up to the empty line. A line that is none is skipped; when another such line follows, or nothing was read before
 * it, the body starts there: Postfix, too, ends a header at the first line that is no field.
 */
export function readHeader(text: ByteString, range: HeaderRange): Header {
  const fields: RawField[] = []
  const last = Math.min(range.end, range.start + range.octets)
  let at = range.start
  let brokenAt = -1
  let isBroken = false
  while (at < last) {
    const lineEnd = endOfLine(text, at, last)
    if (isEmpty(text, at, lineEnd)) return { fields, end: Math.min(lineEnd + 1, range.end), isBroken }
    const colon = colonOf(text, at, lineEnd)
    const next = endOfField(text, lineEnd, last)
    if (colon < 0) {
      if (at === range.start && isMailboxLine(text, at)) {
        at = next
        continue
      }
      isBroken = true
      if (fields.length === 0 || brokenAt >= 0) return { fields, end: brokenAt < 0 ? at : brokenAt, isBroken }
      brokenAt = at
    } else {
      brokenAt = -1
      if (fields.length < range.fieldCount) fields.push(fieldOf(text, at, colon, next))
    }
    at = next
  }
  return { fields, end: Math.min(at, range.end), isBroken: isBroken || last < range.end }
}

function fieldOf(text: ByteString, start: number, colon: number, next: number): RawField {
  let nameEnd = colon
  while (isBlank(text.charCodeAt(nameEnd - 1))) nameEnd--
  let end = next
  if (text.charCodeAt(end - 1) === LF) end--
  if (end > colon && text.charCodeAt(end - 1) === CR) end--
  return { name: text.slice(start, nameEnd).toLowerCase(), raw: text.slice(colon + 1, end) }
}

/** Where the colon is behind a field name (RFC 5322 §3.6.8; §4.5: blanks may stand before it), or -1. */
function colonOf(text: ByteString, start: number, end: number): number {
  let at = start
  for (; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === 58) return at > start ? at : -1
    if (code <= 32 || code >= 127) break
  }
  if (at === start) return -1
  while (at < end && isBlank(text.charCodeAt(at))) at++
  return at < end && text.charCodeAt(at) === 58 ? at : -1
}

/** Where the line that begins at `at` ends: at its LF, or at `last`. */
function endOfLine(text: ByteString, at: number, last: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 || end > last ? last : end
}

/** Behind all the folded lines: RFC 5322 §2.2.3. */
function endOfField(text: ByteString, lineEnd: number, last: number): number {
  let end = lineEnd
  while (end + 1 < last && isBlank(text.charCodeAt(end + 1))) {
    const next = endOfLine(text, end + 1, last)
    // A fold of nothing but blanks is most likely meant as the empty line, but is read as a fold: RFC 5322 §4.2.
    end = next
  }
  return Math.min(end + 1, last)
}

const isEmpty = (text: ByteString, at: number, lineEnd: number): boolean =>
  at === lineEnd || (at + 1 === lineEnd && text.charCodeAt(at) === CR)

const isBlank = (code: number): boolean => code === 32 || code === 9

const isMailboxLine = (text: ByteString, at: number): boolean =>
  text.startsWith('From ', at) || text.startsWith('>From ', at)
