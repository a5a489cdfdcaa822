// Address literals, the bracketed addresses of SMTP. RFC 5321 §4.1.3.
import { type Ip, parseIp } from './ip.ts'
import { type Parsed, parsed, parseError } from './parsed.ts'

export type AddressLiteralErrorCode = 'not-bracketed' | 'empty' | 'bad-ipv4' | 'bad-ipv6' | 'unknown-tag'

const IPV6_TAG = 'ipv6:'

/**
 * Parses `[192.0.2.1]` or `[IPv6:2001:db8::1]`. The tag's case does not matter; IPv6 without its tag, and every other
 * tag, is an error.
 */
export function parseAddressLiteral(text: string): Parsed<Ip, AddressLiteralErrorCode> {
  if (!text.startsWith('[')) return parseError('not-bracketed', 0)
  if (!text.endsWith(']')) return parseError('not-bracketed', text.length)
  const content = text.slice(1, -1)
  if (content === '') return parseError('empty', 1)
  if (content.slice(0, IPV6_TAG.length).toLowerCase() === IPV6_TAG) {
    const from = IPV6_TAG.length
    const ip = parseIp(content.slice(from))
    if (ip.ok && ip.value.version === 6) return ip
    return parseError('bad-ipv6', 1 + from + (ip.ok ? 0 : ip.error.at))
  }
  const ip = parseIp(content)
  if (ip.ok) return ip.value.version === 4 ? parsed(ip.value) : parseError('bad-ipv6', 1)
  // RFC 5321 §4.1.3 General-address-literal: a tag, a colon, and something that only its specification explains.
  if (/^[A-Za-z0-9-]*[A-Za-z0-9]:/.test(content) && !/^[0-9A-Fa-f]{1,4}:/.test(content))
    return parseError('unknown-tag', 1)
  return content.includes(':') ? parseError('bad-ipv6', 1) : parseError('bad-ipv4', 1 + ip.error.at)
}

/** The literal of an address. `parseAddressLiteral` of this gives the same address again. */
export const formatAddressLiteral = (ip: Ip): string =>
  ip.version === 4 ? `[${ip.text}]` : `[IPv6:${ip.text}]`
