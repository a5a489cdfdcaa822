// Where a DNS server listens: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`, `fe80::1%eth0`.
import { type Parsed, parsed, parseError, parseIp } from '@postern/addr'
import { DNS_PORT } from './limits.ts'

export interface ServerAddress {
  readonly version: 4 | 6
  /** Canonical text; a link-local IPv6 address may carry its zone (`fe80::1%eth0`, RFC 4007 §11). */
  readonly address: string
  readonly port: number
}

export type ServerErrorCode = 'empty' | 'bad-address' | 'bad-port' | 'unclosed-bracket'

/** Parses the address of a DNS server. Without a port it is 53; with one, IPv6 needs brackets. */
export function parseServer(text: string): Parsed<ServerAddress, ServerErrorCode> {
  if (text === '') return parseError('empty', 0)
  if (text.startsWith('[')) {
    const close = text.indexOf(']')
    if (close < 0) return parseError('unclosed-bracket', 0)
    if (!text.slice(1, close).includes(':')) return parseError('bad-address', 1)
    return parseAt(text, { start: 1, end: close, portAt: close + 1 })
  }
  // One colon parts address and port; more than one belong to an IPv6 address.
  const colon = text.indexOf(':')
  const hasPort = colon >= 0 && text.indexOf(':', colon + 1) < 0
  const end = hasPort ? colon : text.length
  return parseAt(text, { start: 0, end, portAt: end })
}

interface Places {
  readonly start: number
  readonly end: number
  readonly portAt: number
}

function parseAt(text: string, { start, end, portAt }: Places): Parsed<ServerAddress, ServerErrorCode> {
  const address = parseAddress(text.slice(start, end))
  if (address === undefined) return parseError('bad-address', start)
  if (portAt === text.length) return parsed({ ...address, port: DNS_PORT })
  const digits = text.slice(portAt + 1)
  const port = Number(digits)
  if (text[portAt] !== ':' || !/^[0-9]{1,5}$/.test(digits) || port < 1 || port > 65_535)
    return parseError('bad-port', portAt)
  return parsed({ ...address, port })
}

function parseAddress(text: string): { version: 4 | 6; address: string } | undefined {
  const percent = text.indexOf('%')
  const ip = parseIp(percent < 0 ? text : text.slice(0, percent))
  if (!ip.ok) return undefined
  const zone = percent < 0 ? '' : text.slice(percent)
  if (zone !== '' && (ip.value.version === 4 || !/^%[0-9A-Za-z_.-]{1,15}$/.test(zone))) return undefined
  return { version: ip.value.version, address: ip.value.text + zone }
}

/** The text of a server's address, with its port; what parseServer reads. */
export function formatServer(server: ServerAddress): string {
  return server.version === 4 ? `${server.address}:${server.port}` : `[${server.address}]:${server.port}`
}
