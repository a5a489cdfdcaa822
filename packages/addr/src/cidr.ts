// Networks in CIDR notation, RFC 4632 §3.1 and RFC 4291 §2.3: an address and how many of its leading bits count.
import { type Ip, type IpErrorCode, ipFromBytes, parseIp } from './ip.ts'
import { type Parsed, parsed, parseError } from './parsed.ts'

/** A network. `network` has zeros in all bits after the first `prefixLength`. */
export interface Cidr {
  readonly network: Ip
  readonly prefixLength: number
}

export type CidrErrorCode = IpErrorCode | 'bad-prefix-length' | 'host-bits-set'

export interface CidrOptions {
  /** What `192.0.2.1/24` is: the network 192.0.2.0/24 (`mask`, the default), or an error. */
  readonly hostBits?: 'mask' | 'error'
}

/** Parses `192.0.2.0/24`, `2001:db8::/32`, or a bare address, which is a network of one. */
export function parseCidr(text: string, options: CidrOptions = {}): Parsed<Cidr, CidrErrorCode> {
  const slash = text.indexOf('/')
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (!ip.ok) return ip
  const bits = ip.value.version === 4 ? 32 : 128
  if (slash < 0) return parsed({ network: ip.value, prefixLength: bits })
  const digits = text.slice(slash + 1)
  const prefixLength = Number(digits)
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits) || prefixLength > bits)
    return parseError('bad-prefix-length', slash + 1)
  const network = networkOf(ip.value, prefixLength)
  if (options.hostBits === 'error' && network.text !== ip.value.text) return parseError('host-bits-set', 0)
  return parsed({ network, prefixLength })
}

/** `parseCidr` of this gives the same network again. */
export const formatCidr = (cidr: Cidr): string => `${cidr.network.text}/${cidr.prefixLength}`

/**
 * The address with all bits after the first `prefixLength` cleared. A length beyond the address's own (32 or 128)
 * keeps it all, so that one setting may serve both families.
 */
export function networkOf(ip: Ip, prefixLength: number): Ip {
  const size = ip.bytes.length
  if (prefixLength >= size * 8) return ip
  const whole = Math.max(0, prefixLength) >> 3
  const bytes = new Uint8Array(size)
  for (let i = 0; i < whole; i++) bytes[i] = ip.bytes[i]!
  const rest = prefixLength & 7
  if (prefixLength > 0 && rest > 0) bytes[whole] = ip.bytes[whole]! & (0xff00 >> rest)
  return ipFromBytes(bytes)
}

/**
 * Whether the address lies in the network. Families do not mix: an IPv4-mapped address is in no IPv4 network, so
 * `unmapIp` addresses that come from outside first.
 */
export function cidrContains(cidr: Cidr, ip: Ip): boolean {
  if (cidr.network.version !== ip.version) return false
  const a = cidr.network.bytes
  const b = ip.bytes
  const whole = cidr.prefixLength >> 3
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false
  const rest = cidr.prefixLength & 7
  return rest === 0 || ((a[whole]! ^ b[whole]!) & (0xff00 >> rest) & 0xff) === 0
}
