// A key record as text for a zone file: RFC 1035 §5.1, in strings of 255 octets at most (§3.3).
import type { ByteString } from '@postern/message'
import { STRING_OCTETS } from './limits.ts'

/** `mail._domainkey.example.org. IN TXT "v=DKIM1; …"`; a record of several strings goes over several lines, in parentheses. */
export function formatKeyZoneLine(name: string, record: ByteString): string {
  const owner = name.endsWith('.') ? name : `${name}.`
  const [first = '""', ...others] = splitKeyRecord(record).map(quote)
  if (others.length === 0) return `${owner} IN TXT ${first}`
  return [`${owner} IN TXT (`, ...[first, ...others].map((string) => `    ${string}`), ')'].join('\n')
}

/** The strings of a TXT record for this text: one, if it fits. Joined without anything between they are the text again. */
export function splitKeyRecord(record: ByteString): readonly ByteString[] {
  const strings: ByteString[] = []
  for (let at = 0; at < record.length; at += STRING_OCTETS) strings.push(record.slice(at, at + STRING_OCTETS))
  return strings
}

const quote = (string: ByteString): string =>
  `"${string
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/[^ -~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`)}"`
