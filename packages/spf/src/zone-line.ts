// A record as a line of a zone file: RFC 1035 §5.1, in strings of 255 octets at most (§3.3).
import { STRING_OCTETS } from './limits.ts'

/** `example.org. IN TXT "v=spf1 mx -all"`. A long record is split behind blanks; joined, the strings are the record again. */
export function formatZoneLine(name: string, record: string): string {
  const strings = splitRecord(record).map((string) => `"${string.replaceAll(/["\\]/g, '\\$&')}"`)
  const owner = name.endsWith('.') ? name : `${name}.`
  return `${owner} IN TXT ${strings.join(' ')}`
}

/** The strings of a TXT record for this text: one, if it fits. */
export function splitRecord(record: string): readonly string[] {
  const strings: string[] = []
  let rest = record
  while (rest.length > STRING_OCTETS) {
    const blank = rest.lastIndexOf(' ', STRING_OCTETS - 1)
    const end = blank > 0 ? blank + 1 : STRING_OCTETS
    strings.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...strings, rest]
}
