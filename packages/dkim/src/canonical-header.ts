// Header fields as they are hashed: RFC 6376 §3.4.1, §3.4.2.
import type { ByteString } from '@postern/message'
import type { CanonicalizationName } from './signature.ts'

/** The field in this canonicalization, without the CRLF at its end. */
export const canonicalizeField = (raw: ByteString, name: CanonicalizationName): ByteString =>
  name === 'simple' ? raw : relax(raw)

// What the relaxed algorithm changes in a value: tabs, runs of white space, folds, white space at the end.
const UNEVEN = /[\t\r]| {2}| $/
const FOLD = /\r\n/g
const WHITE_SPACE = /[ \t]+/g
const ENDS = /^ | $/g

function relax(raw: ByteString): ByteString {
  const colon = raw.indexOf(':')
  const name = raw.slice(0, colon).replace(/[ \t]+$/, '')
  const first = raw.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1
  const value = raw.slice(first)
  const even = UNEVEN.test(value) || value.charCodeAt(0) === 32
  return `${name.toLowerCase()}:${even ? relaxValue(value) : value}`
}

// A CR or LF that is no part of a fold is data: RFC 6376 §3.4.2 names nothing but CRLF, space and tab.
const relaxValue = (value: ByteString): ByteString =>
  value.replace(FOLD, '').replace(WHITE_SPACE, ' ').replace(ENDS, '')
