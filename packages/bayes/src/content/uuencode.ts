// Files in plain text, of the time before MIME: `begin 644 name`, lines, `end`. POSIX uuencode.
import type { Draft } from './draft.ts'
import { fieldText } from './encoded-word.ts'

const BEGIN = /^begin(?:-base64)? [0-7]{3,4} (.*)$/
/** A full line: 45 octets as 60 characters. Text that only speaks of `begin 644` has none behind it. */
const FULL_LINE = /^(?:M[ -`]{59,62}|[A-Za-z0-9+/]{60,76})$/

/** The text without them; they are attachments. */
export function withoutUuencoded(text: string, draft: Draft): string {
  let at = text.startsWith('begin') ? 0 : text.indexOf('\nbegin') + 1
  if (at === 0 && !text.startsWith('begin')) return text
  let result = ''
  let from = 0
  while (draft.attachments.length < draft.limits.parts) {
    const end = encodedEnd(text, at, draft)
    if (end > 0) {
      result += text.slice(from, at)
      from = end
    }
    const next = text.indexOf('\nbegin', Math.max(end - 1, at))
    if (next < 0) break
    at = next + 1
  }
  return result + text.slice(from)
}

/** Behind the `end` of the file that begins at `at`; 0 when none does. */
function encodedEnd(text: string, at: number, draft: Draft): number {
  const lineEnd = text.indexOf('\n', at)
  if (lineEnd < 0 || lineEnd > at + 300) return 0
  const begin = BEGIN.exec(text.slice(at, lineEnd))
  if (begin === null || !isEncoded(text, lineEnd + 1)) return 0
  const stop = text.indexOf('\nend', lineEnd)
  const end = stop < 0 ? text.length : Math.min(stop + 5, text.length)
  draft.fact('encoding:uuencode')
  draft.attach(fieldText(begin[1] as string), 'application/octet-stream', end - at)
  return end
}

function isEncoded(text: string, at: number): boolean {
  const end = text.indexOf('\n', at)
  const line = text.slice(at, end < 0 ? Math.min(text.length, at + 80) : Math.min(end, at + 80))
  // A file of one short line: its first character is the length.
  return (
    FULL_LINE.test(line) ||
    (line.length < 60 && text.startsWith('\n`\nend', end)) ||
    text.startsWith('\n \nend', end)
  )
}
