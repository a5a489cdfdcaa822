// Whose field it is: what a border MTA must know to remove forged ones. RFC 8601 §5.
import { parseHostname, toUnicodeHostname } from '@postern/addr'
import { BACKSLASH, CLOSE, EQUALS, isBlank, isControl, OPEN, QUOTE, SEMICOLON } from './characters.ts'
import { openField } from './cursor.ts'

/**
 * The authserv-id of an Authentication-Results field, however broken the rest is, or undefined if there is nothing that a
 * reader could take for one. Unlike the parser it follows comments to any depth, and takes control characters, line breaks
 * and an unclosed quote as a careless reader would. Of a field without an authserv-id it is the first method's name.
 */
export function authservIdOf(text: string): string | undefined {
  const { end, at } = openField(text, 'authentication-results')
  const start = skipToWord(text, at, end)
  if (start >= end) return undefined
  const id = text.charCodeAt(start) === QUOTE ? quotedId(text, start + 1, end) : bareId(text, start, end)
  return id === '' ? undefined : id
}

/** Past blanks, controls and comments. */
function skipToWord(text: string, from: number, end: number): number {
  let depth = 0
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN) depth++
    else if (code === CLOSE) depth = Math.max(0, depth - 1)
    else if (depth > 0) at += code === BACKSLASH ? 1 : 0
    else if (!isBlank(code) && !isControl(code)) return at
  }
  return end
}

function bareId(text: string, start: number, end: number): string {
  let at = start
  for (; at < end; at++) {
    const code = text.charCodeAt(at)
    if (isBlank(code) || code === SEMICOLON || code === EQUALS || code === OPEN || code === CLOSE) break
  }
  return withoutControls(text.slice(start, at))
}

function quotedId(text: string, start: number, end: number): string {
  let id = ''
  let from = start
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return withoutControls(id + text.slice(from, at))
    if (code !== BACKSLASH) continue
    id += text.slice(from, at)
    from = ++at
  }
  // Unclosed: what a reader that knows no quotes would see.
  return bareId(text, start, end)
}

const withoutControls = (text: string): string => text.replace(/[\0-\x08\n-\x1f\x7f]/g, '')

/**
 * Whether two authserv-ids are the same. RFC 8601 §5 wants A-labels and U-labels taken as one; case does not count, nor
 * does a dot at the end.
 */
export const isSameAuthservId = (one: string, other: string): boolean => canonical(one) === canonical(other)

function canonical(id: string): string {
  const name = parseHostname(id, { underscore: true, trailingDot: true })
  return name.ok ? toUnicodeHostname(name.value) : id.toLowerCase()
}
