// A raw header field: its name and its body. RFC 5322 §2.2.
import type { ByteString } from './message-sink.ts'

// ftext: printable ASCII but the colon. RFC 5322 §3.6.8.
const FIELD_NAME = /^[!-9;-~]+$/

/**
 * The name as it was written; undefined when the text is no field: no colon, nothing before it, or what a name cannot hold.
 * RFC 5322 §4.5.8: white space before the colon, of old, is no part of it.
 */
export function fieldName(raw: ByteString): string | undefined {
  const colon = raw.indexOf(':')
  if (colon <= 0) return undefined
  let end = colon
  while (end > 0 && isBlank(raw.charCodeAt(end - 1))) end--
  const name = raw.slice(0, end)
  return FIELD_NAME.test(name) ? name : undefined
}

const isBlank = (code: number): boolean => code === 32 || code === 9

/** What stands behind the colon, untouched; the whole text when there is none. */
export const fieldBody = (raw: ByteString): ByteString => raw.slice(raw.indexOf(':') + 1)
