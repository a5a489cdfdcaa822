// Lists of tag=value: the text of a DKIM-Signature field and of a key record. RFC 6376 §3.2. Not here: what the tags mean.
import { type Parsed, parsed, parseError } from '@postern/addr'
import type { ByteString } from '@postern/message'
import { TAGS } from './limits.ts'

/** One tag. All positions are indexes into the text that was parsed. */
export interface Tag {
  /** Without the white space around it; what is inside stands as it was written, folds included. */
  readonly value: ByteString
  /** Where the name begins. */
  readonly at: number
  /** Just behind the `=`. */
  readonly start: number
  /** Where the `;` stands that ends the tag, or the end of the text. */
  readonly end: number
}

/** The tags by name, in the order they were written. Names are case-sensitive. */
export type TagList = ReadonlyMap<string, Tag>

export type TagListErrorCode =
  /** Nothing stands between two semicolons, or in the whole text. */
  | 'empty-tag'
  | 'missing-equals'
  | 'bad-tag-name'
  /** RFC 6376 §3.2: a name that comes twice makes the whole list invalid. */
  | 'duplicate-tag'
  /** A control character that is no white space. */
  | 'bad-character'
  /** See limits.ts. */
  | 'too-many-tags'

// Octets above 127 are let through, as RFC 6376 §3.2 advises and RFC 8616 §4 needs.
// What may stand is named, as that is searched faster than what may not (measured).
const CONTROL = /[^\t\n\r -~\x80-\xff]/
const SEMICOLON = 59

/** Parses a `tag-list`: tag-spec *( ";" tag-spec ) [ ";" ]. CR and LF count as white space wherever they stand. */
export function parseTagList(text: ByteString): Parsed<TagList, TagListErrorCode> {
  const bad = text.search(CONTROL)
  if (bad >= 0) return parseError('bad-character', bad)
  const tags = new Map<string, Tag>()
  const stop = trimEnd(text, 0, text.length)
  const last = text.charCodeAt(stop - 1) === SEMICOLON ? stop - 1 : stop
  for (let from = 0; from <= last; ) {
    const semicolon = text.indexOf(';', from)
    const end = semicolon < 0 || semicolon > last ? last : semicolon
    const at = trimStart(text, from, end)
    if (at === end) return parseError('empty-tag', at)
    const equals = text.indexOf('=', at)
    if (equals < 0 || equals > end) return parseError('missing-equals', at)
    const nameEnd = trimEnd(text, at, equals)
    if (!isTagName(text, at, nameEnd)) return parseError('bad-tag-name', at)
    const name = text.slice(at, nameEnd)
    const before = tags.size
    const start = equals + 1
    const valueAt = trimStart(text, start, end)
    const value = text.slice(valueAt, trimEnd(text, valueAt, end))
    // What surrounds the last value is its own when no semicolon follows.
    tags.set(name, {
      value,
      at,
      start,
      end: semicolon < 0 ? text.length : end,
    })
    if (tags.size === before) return parseError('duplicate-tag', at)
    if (before === TAGS) return parseError('too-many-tags', at)
    from = end + 1
  }
  return parsed(tags)
}

// tag-name: ALPHA *ALNUMPUNC
function isTagName(text: string, from: number, end: number): boolean {
  if (from === end) return false
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122
    const isOther = (code >= 48 && code <= 57) || code === 95
    if (!isLetter && !(isOther && at > from)) return false
  }
  return true
}

const isWhiteSpace = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10

function trimStart(text: string, from: number, end: number): number {
  let at = from
  while (at < end && isWhiteSpace(text.charCodeAt(at))) at++
  return at
}

function trimEnd(text: string, from: number, end: number): number {
  let at = end
  while (at > from && isWhiteSpace(text.charCodeAt(at - 1))) at--
  return at
}

const WHITE_SPACE = /[ \t\r\n]+/g

/** The text without any white space: for values like b= and p=, in which it means nothing. */
export const withoutWhiteSpace = (text: ByteString): ByteString => text.replace(WHITE_SPACE, '')
