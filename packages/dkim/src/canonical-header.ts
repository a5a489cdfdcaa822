// Header fields as they are hashed: RFC 6376 §3.4.1, §3.4.2.
import type { ByteString } from '@postern/message'
import type { CanonicalizationName } from './signature.ts'

/** The field in this canonicalization, without the CRLF at its end. */
export const canonicalizeField = (raw: ByteString, name: CanonicalizationName): ByteString =>
  name === 'simple' ? raw : relax(raw)

// What the relaxed algorithm changes in a value: tabs, runs of white space, folds, white space at the end.
const UNEVEN = /[\t\r]| {2}| $/
const GAPS = /[ \t]{2,}|\t/g

const relax = (raw: ByteString): ByteString => `${lowerName(raw)}:${relaxedBody(raw)}`

/** What stands before the colon, in lower case and without white space behind it; nothing when there is no colon. */
export function lowerName(raw: ByteString): string {
  let end = Math.max(0, raw.indexOf(':'))
  while (end > 0 && isBlank(raw.charCodeAt(end - 1))) end--
  return raw.slice(0, end).toLowerCase()
}

/** What stands behind the colon of a raw field, relaxed. */
export function relaxedBody(raw: ByteString): ByteString {
  const colon = raw.indexOf(':')
  const first = raw.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1
  const value = raw.slice(first)
  const isEven = value.charCodeAt(0) !== 32 && !UNEVEN.test(value)
  return isEven ? value : relaxValue(value)
}

const isBlank = (code: number): boolean => code === 32 || code === 9

// A CR or LF that is no part of a CRLF is data: RFC 6376 §3.4.2 names nothing but CRLF, space and tab.
function relaxValue(value: ByteString): ByteString {
  const single = value.replaceAll('\r\n', '').replace(GAPS, ' ')
  const from = single.charCodeAt(0) === 32 ? 1 : 0
  const to = single.charCodeAt(single.length - 1) === 32 ? single.length - 1 : single.length
  return single.slice(from, Math.max(from, to))
}
