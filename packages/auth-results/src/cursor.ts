// Reads the elements of structured fields: CFWS, quoted-strings, words (RFC 5322 §3.2). It takes what the obsolete grammar
// and careless writers have, and refuses what could be read in two ways: control characters, bare line breaks, what is not
// closed. It never throws, uses no stack for comments in comments, and looks at no character more than a few times.
import {
  BACKSLASH,
  CLOSE,
  CR,
  classesOf,
  isBlank,
  isControl,
  KEY,
  LF,
  OPEN,
  QUOTE,
  SPACE,
  TAB,
  WORD,
} from './characters.ts'
import { COMMENT_DEPTH } from './limits.ts'

/** What may be wrong with any structured field. */
export type LexicalErrorCode =
  | 'bad-character'
  | 'bad-line-break'
  | 'unclosed-comment'
  | 'unclosed-quote'
  | 'comment-too-deep'

/** A place in a text, and what has been met on the way there. */
export interface Cursor {
  readonly text: string
  /** Where the text ends, line breaks and blanks at its end not counted. */
  readonly end: number
  at: number
  /** The comments met since it was last emptied, with a blank between them. */
  comments: string
  /** Set by the function that came across it, which then returns false or undefined. */
  error: { readonly code: LexicalErrorCode; readonly at: number } | undefined
}

/** A cursor at the start of the field's body; `name` is the field's name in lower case, which the text may begin with. */
export function openField(text: string, name: string): Cursor {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  const cursor: Cursor = { text, end, at: 0, comments: '', error: undefined }
  let at = 0
  while (at < end && isBlank(text.charCodeAt(at))) at++
  if (text.slice(at, at + name.length).toLowerCase() !== name) return cursor
  at += name.length
  // RFC 5322 §4.5: blanks before the colon are obsolete, but exist.
  while (at < end && isBlank(text.charCodeAt(at))) at++
  if (text[at] === ':') cursor.at = at + 1
  return cursor
}

function fail(cursor: Cursor, code: LexicalErrorCode, at: number): false {
  cursor.error ??= { code, at }
  return false
}

/** Where the blank after a line break is; -1 if the line break does not fold. A bare LF folds too, as files have it. */
function foldAt(cursor: Cursor, at: number): number {
  const { text, end } = cursor
  const next = text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? at + 2 : at + 1
  const blank = text.charCodeAt(next)
  const breaks = text.charCodeAt(next - 1) === LF
  return breaks && next < end && (blank === SPACE || blank === TAB) ? next : -1
}

/** [CFWS]: skips blanks, folds and comments, adding the comments to `comments`. */
export function skipCfws(cursor: Cursor): boolean {
  const { text, end } = cursor
  while (cursor.at < end) {
    const code = text.charCodeAt(cursor.at)
    if (code === SPACE || code === TAB) cursor.at++
    else if (code === CR || code === LF) {
      const next = foldAt(cursor, cursor.at)
      if (next < 0) return fail(cursor, 'bad-line-break', cursor.at)
      cursor.at = next
    } else if (code === OPEN) {
      if (!readComment(cursor)) return false
    } else return isControl(code) ? fail(cursor, 'bad-character', cursor.at) : true
  }
  return true
}

/** comment = "(" *([FWS] ccontent) [FWS] ")", with the quotes of quoted-pairs gone and each fold made one blank. */
function readComment(cursor: Cursor): boolean {
  const { text, end, at: open } = cursor
  let value = ''
  let depth = 1
  let at = open + 1
  let from = at
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === CLOSE) {
      if (--depth === 0) {
        addComment(cursor, value + text.slice(from, at))
        cursor.at = at + 1
        return true
      }
    } else if (code === OPEN) {
      if (++depth > COMMENT_DEPTH) return fail(cursor, 'comment-too-deep', at)
    } else if (code === BACKSLASH) {
      value += text.slice(from, at)
      from = ++at
      if (at < end && isControl(text.charCodeAt(at))) return fail(cursor, 'bad-character', at)
    } else if (code === CR || code === LF) {
      const next = foldAt(cursor, at)
      if (next < 0) return fail(cursor, 'bad-line-break', at)
      value += `${trimEnd(text.slice(from, at))} `
      from = next
      while (text.charCodeAt(from) === SPACE || text.charCodeAt(from) === TAB) from++
      at = from
      continue
    } else if (isControl(code)) return fail(cursor, 'bad-character', at)
    at++
  }
  return fail(cursor, 'unclosed-comment', open)
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

function addComment(cursor: Cursor, text: string): void {
  let start = 0
  while (start < text.length && isBlank(text.charCodeAt(start))) start++
  const comment = trimEnd(text.slice(start))
  if (comment !== '') cursor.comments += cursor.comments === '' ? comment : ` ${comment}`
}

/** quoted-string without its CFWS; undefined if it is broken. RFC 5322 §3.2.4: of a fold only the blanks are kept. */
export function readQuotedString(cursor: Cursor): string | undefined {
  const { text, end, at: open } = cursor
  let value = ''
  let at = open + 1
  let from = at
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      cursor.at = at + 1
      return value + text.slice(from, at)
    }
    if (code === BACKSLASH) {
      value += text.slice(from, at)
      from = ++at
      if (at < end && isControl(text.charCodeAt(at))) fail(cursor, 'bad-character', at)
    } else if (code === CR || code === LF) {
      const next = foldAt(cursor, at)
      if (next < 0) fail(cursor, 'bad-line-break', at)
      value += text.slice(from, at)
      from = next
      at = next - 1
    } else if (isControl(code)) fail(cursor, 'bad-character', at)
    if (cursor.error) return undefined
    at++
  }
  fail(cursor, 'unclosed-quote', open)
  return undefined
}

/**
 * A value as it is found: a quoted-string, or else all up to a blank, a semicolon, a parenthesis or `stop`, which may be
 * empty. A quoted-string with more behind it, as in `"a b"@example.org`, is part of an address and keeps its quotes.
 */
export function readValue(cursor: Cursor, stop = -1): string | undefined {
  const { text, at: start } = cursor
  if (start < cursor.end && text.charCodeAt(start) === QUOTE) {
    const value = readQuotedString(cursor)
    if (value === undefined || !goesOn(cursor, stop)) return value
  }
  while (goesOn(cursor, stop)) {
    if (text.charCodeAt(cursor.at) !== QUOTE) cursor.at++
    else if (readQuotedString(cursor) === undefined) return undefined
  }
  return rawText(cursor, start)
}

function goesOn(cursor: Cursor, stop: number): boolean {
  if (cursor.at >= cursor.end) return false
  const code = cursor.text.charCodeAt(cursor.at)
  return code !== stop && (code === QUOTE || (classesOf(code) & WORD) !== 0)
}

/** What stands between `start` and here, unfolded. RFC 5322 §2.2.3: line breaks go, blanks stay. */
export const rawText = (cursor: Cursor, start: number): string =>
  cursor.text.slice(start, cursor.at).replace(/\r?\n/g, '')

/** Letters, digits, `-` and `_` in lower case; empty if there are none. */
export function readKeyword(cursor: Cursor): string {
  const { text, end, at: start } = cursor
  while (cursor.at < end && classesOf(text.charCodeAt(cursor.at)) & KEY) cursor.at++
  return text.slice(start, cursor.at).toLowerCase()
}
