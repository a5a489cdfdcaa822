// The delimiter lines between the parts of a multipart: RFC 2046 §5.1.1.
import type { ByteString } from './mail-content.ts'

export interface Delimiter {
  /** Where the part before it ends: the line end before a delimiter belongs to the delimiter. */
  readonly at: number
  /** Behind its line. */
  readonly next: number
  readonly isClose: boolean
}

const LF = 10
const CR = 13
const DASH = 45

/** The next one from `from`, a start of a line, and before `end`. */
export function nextDelimiter(
  text: ByteString,
  boundary: string,
  from: number,
  end: number,
): Delimiter | undefined {
  if (boundary === '') return undefined
  let at = text.startsWith('--', from) ? from : lineOfDashes(text, from)
  for (; at >= 0 && at < end; at = lineOfDashes(text, at))
    if (text.startsWith(boundary, at + 2)) {
      const delimiter = delimiterAt(text, at, at + 2 + boundary.length, { from, end })
      if (delimiter !== undefined) return delimiter
    }
  return undefined
}

/** Where the header does not tell it: what the first line of the body that begins with two dashes goes on with, or ''. */
export function likelyBoundary(text: ByteString, from: number, end: number): string {
  const at = text.startsWith('--', from) ? from : lineOfDashes(text, from)
  if (at < 0 || at >= end) return ''
  return /^[!-~][ -~]{5,69}/.exec(text.slice(at + 2, Math.min(end, at + 72)))?.[0].trimEnd() ?? ''
}

/** Where the next line that begins with two dashes begins, or -1. */
function lineOfDashes(text: ByteString, from: number): number {
  const lineEnd = text.indexOf('\n--', from)
  return lineEnd < 0 ? -1 : lineEnd + 1
}

/**
 * `behind`: behind the boundary. RFC 2046 §5.1.1: whatever follows on the line does not matter. Still it has to begin with a
 * blank or `--`, since boundaries of parts inside often begin with the outer one.
 */
function delimiterAt(text: ByteString, at: number, behind: number, range: { from: number; end: number }) {
  const { from, end } = range
  const next = text.charCodeAt(behind)
  const isClose = next === DASH && text.charCodeAt(behind + 1) === DASH
  if (behind < end && !isClose && next !== LF && next !== CR && next !== 32 && next !== 9) return undefined
  const found = text.indexOf('\n', behind)
  const lineEnd = found < 0 || found > end ? end : found
  let before = at
  if (before > from && text.charCodeAt(before - 1) === LF) before--
  if (before > from && text.charCodeAt(before - 1) === CR) before--
  return { at: before, next: Math.min(lineEnd + 1, end), isClose }
}
