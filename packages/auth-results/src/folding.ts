// Folds a field that stands on one line. RFC 5322 §2.2.3 and §3.2.2.
import { BACKSLASH, CLOSE, isBlank, OPEN, QUOTE, SPACE } from './characters.ts'
import { LINE_COLUMNS } from './limits.ts'

const TAB_COLUMNS = 8

/**
 * Breaks the line at blanks outside quoted-strings, CRLF and a tab in the blank's place, so that no line is wider than
 * LINE_COLUMNS where there is a blank. In a comment only a blank that stands alone is taken, as a reader makes one blank
 * of the fold again. RFC 5322 §3.2.2: no line consists of blanks only. `after`: a character behind which a new line begins in
 * any case, so that people see the parts of a long field.
 */
export function foldField(line: string, after?: number): string {
  if (line.length <= LINE_COLUMNS) return line
  let folded = ''
  let start = 0
  let room = LINE_COLUMNS
  let breakAt = -1
  let inQuotes = false
  let inComment = false
  for (let at = 0; at <= line.length; at++) {
    const code = at < line.length ? line.charCodeAt(at) : SPACE
    if (code === BACKSLASH) at++
    else if (code === QUOTE) inQuotes = !inQuotes && !inComment
    else if (code === OPEN) inComment = inComment || !inQuotes
    else if (code === CLOSE) inComment = inComment && inQuotes
    else if (code === SPACE && !inQuotes) {
      if (at - start > room && breakAt >= 0) {
        folded += `${line.slice(start, breakAt)}\r\n\t`
        start = breakAt + 1
        room = LINE_COLUMNS - TAB_COLUMNS
        breakAt = -1
      }
      if (!inComment && at < line.length && line.charCodeAt(at - 1) === after) {
        folded += `${line.slice(start, at)}\r\n\t`
        start = at + 1
        room = LINE_COLUMNS - TAB_COLUMNS
        breakAt = -1
      } else if (!inComment || standsAlone(line, at)) breakAt = at
    }
  }
  return folded + line.slice(start)
}

const standsAlone = (line: string, at: number): boolean =>
  !isBlank(line.charCodeAt(at - 1)) && !isBlank(line.charCodeAt(at + 1))
