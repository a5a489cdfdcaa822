// Domain names as this system writes them: lower-case ASCII, labels joined by dots, no trailing dot, the root ''.
// Not here: which names are host names (@postern/addr).
import { LABEL_BYTES, NAME_CHARACTERS } from './limits.ts'

/** The part of an address that reverseName needs; `Ip` of @postern/addr fits. */
export interface IpBytes {
  readonly version: 4 | 6
  /** Network order: 4 or 16 bytes. */
  readonly bytes: Uint8Array
}

const NOT_ASCII = /[^\0-\x7f]/

/**
 * Lower-cases A to Z and takes one trailing dot away. Nothing else changes: RFC 4343 §3 folds ASCII only, and Unicode
 * folding would turn foreign letters into ASCII ones (KELVIN SIGN into k).
 */
export function normalizeName(text: string): string {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  return NOT_ASCII.test(name) ? name.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : name.toLowerCase()
}

/**
 * Whether a name can be put into a question: labels of 1 to 63 bytes, 253 characters at most (RFC 1035 §2.3.4), printable
 * ASCII or blanks. Wider than host names, as labels may hold any byte (RFC 2181 §11).
 */
export function isQueryName(name: string): boolean {
  if (name === '') return true
  if (name.length > NAME_CHARACTERS) return false
  let label = 0
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code === 46) {
      if (label === 0) return false
      label = 0
    } else {
      if (code < 32 || code > 126) return false
      label += 1
      if (label > LABEL_BYTES) return false
    }
  }
  return label > 0
}

/** The name whose PTR records tell the host of an address: RFC 1035 §3.5 (in-addr.arpa), RFC 3596 §2.5 (ip6.arpa). */
export function reverseName(ip: IpBytes): string {
  let name = ''
  for (let i = ip.bytes.length - 1; i >= 0; i--) {
    const byte = ip.bytes[i]!
    name += ip.version === 4 ? `${byte}.` : `${(byte & 15).toString(16)}.${(byte >> 4).toString(16)}.`
  }
  return name + (ip.version === 4 ? 'in-addr.arpa' : 'ip6.arpa')
}
