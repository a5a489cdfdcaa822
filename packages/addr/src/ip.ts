// IPv4 and IPv6 addresses. Dotted decimal, the common case of a mail server, is scanned here; IPv6 text is left to the
// ip-address library. Not here: networks (cidr.ts) and the bracketed form of SMTP (address-literal.ts).
import { Address6 } from 'ip-address'
import { IPV6_CHARACTERS } from './limits.ts'
import { type Parsed, parsed, parseError } from './parsed.ts'

/** An IP address. `text` is canonical: equal addresses have equal texts. */
export interface Ip {
  readonly version: 4 | 6
  /** Network order: 4 bytes for IPv4, 16 for IPv6. Not to be changed. */
  readonly bytes: Uint8Array
  /** IPv4: dotted decimal. IPv6: RFC 5952, IPv4-mapped addresses in mixed notation (its §5). */
  readonly text: string
}

export type IpErrorCode =
  | 'empty'
  | 'not-an-address'
  | 'octet-out-of-range'
  | 'leading-zero'
  | 'too-few-octets'
  | 'too-many-octets'
  | 'bad-ipv6'
  | 'zone-id'

const DOT = 46
const COLON = 58
const ZERO = 48

/**
 * Parses an IPv4 address in dotted decimal or an IPv6 address. Exactly four octets without leading zeros, as `010` is
 * eight to some readers and ten to others; no IPv6 zone, no prefix length, no surrounding blanks.
 */
export function parseIp(text: string): Parsed<Ip, IpErrorCode> {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Parsed<Ip, IpErrorCode> {
  const bytes = new Uint8Array(4)
  const length = text.length
  let index = 0
  let octet = 0
  let start = 0
  for (let at = 0; at <= length; at++) {
    const code = at === length ? DOT : text.charCodeAt(at)
    if (code === DOT) {
      if (at === start) return emptyOctet(at, length, index)
      if (at - start > 1 && text.charCodeAt(start) === ZERO) return parseError('leading-zero', start)
      if (octet > 255) return parseError('octet-out-of-range', start)
      if (index === 4) return parseError('too-many-octets', start)
      bytes[index++] = octet
      octet = 0
      start = at + 1
    } else if (code >= ZERO && code <= 57) {
      octet = octet > 255 ? octet : octet * 10 + code - ZERO
    } else return parseError('not-an-address', at)
  }
  // Octets without leading zeros are their own canonical form.
  return index === 4 ? parsed({ version: 4, bytes, text }) : parseError('too-few-octets', length)
}

function emptyOctet(at: number, length: number, index: number): Parsed<Ip, IpErrorCode> {
  if (length === 0) return parseError('empty', 0)
  // A dot too many at the end of four octets, or one before or within them.
  return at === length && index < 4 ? parseError('too-few-octets', at) : parseError('not-an-address', at)
}

function parseIpv6(text: string): Parsed<Ip, IpErrorCode> {
  if (text.length > IPV6_CHARACTERS + 1 && !text.includes('%')) return parseError('bad-ipv6', IPV6_CHARACTERS)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // RFC 4007 §11: a zone is the business of one host; it means nothing in mail.
    if (code === 37) return parseError('zone-id', at)
    if (!isHexDigit(code) && code !== COLON && code !== DOT) return parseError('not-an-address', at)
  }
  let groups: readonly string[]
  try {
    groups = new Address6(text).parsedAddress
  } catch {
    return parseError('bad-ipv6', 0)
  }
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 8; i++) {
    const group = Number.parseInt(groups[i] ?? '', 16)
    bytes[2 * i] = group >> 8
    bytes[2 * i + 1] = group & 255
  }
  return parsed(ipFromBytes(bytes))
}

const isHexDigit = (code: number): boolean =>
  (code >= ZERO && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

/** The address of 4 or 16 bytes in network order. Throws a RangeError on any other length, as that is a caller's bug. */
export function ipFromBytes(bytes: Uint8Array): Ip {
  if (bytes.length === 4) return { version: 4, bytes, text: dottedDecimal(bytes, 0) }
  if (bytes.length === 16) return { version: 6, bytes, text: formatIpv6(bytes) }
  throw new RangeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`)
}

/** The canonical text of an address. */
export const formatIp = (ip: Ip): string => ip.text

/** Whether two addresses are the same. An IPv4-mapped IPv6 address differs from its IPv4 address: see `unmapIp`. */
export const isSameIp = (a: Ip, b: Ip): boolean => a.text === b.text

/** The IPv4 address inside an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`); any other address as it is. RFC 4291 §2.5.5.2. */
export function unmapIp(ip: Ip): Ip {
  return ip.version === 6 && isMapped(ip.bytes) ? ipFromBytes(ip.bytes.slice(12)) : ip
}

function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false
  return bytes[10] === 255 && bytes[11] === 255
}

const dottedDecimal = (bytes: Uint8Array, from: number): string =>
  `${bytes[from]}.${bytes[from + 1]}.${bytes[from + 2]}.${bytes[from + 3]}`

function formatIpv6(bytes: Uint8Array): string {
  if (isMapped(bytes)) return `::ffff:${dottedDecimal(bytes, 12)}`
  const { start, length } = longestZeroRun(bytes)
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === start) {
      text += '::'
      i += length - 1
      continue
    }
    if (text !== '' && !text.endsWith(':')) text += ':'
    text += groupAt(bytes, i).toString(16)
  }
  return text
}

const groupAt = (bytes: Uint8Array, group: number): number => (bytes[2 * group]! << 8) | bytes[2 * group + 1]!

// RFC 5952 §4.2: the longest run of zero groups, the first of equal ones, never a run of one.
function longestZeroRun(bytes: Uint8Array): { start: number; length: number } {
  let start = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groupAt(bytes, end) === 0) end++
    if (end - i > length) {
      start = i
      length = end - i
    }
    if (end > i) i = end
  }
  return { start, length }
}
