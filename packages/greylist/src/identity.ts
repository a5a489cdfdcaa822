// Who is sending: the part of a greylist key that stands for the client. An address network as in postgrey, or, so that
// a pool of many addresses is one sender, the host name group or the domain that SPF has confirmed.

import { type Ip, networkOf } from '@postern/addr'

export interface ClientFacts {
  readonly address: Ip
  /** The client's name, only where its forward lookup gives the address again (Postfix's client_name, not `unknown`). */
  readonly confirmedName?: string | undefined
  /** The domain for which SPF gave pass, where that says something about the client. */
  readonly authenticatedDomain?: string | undefined
}

export interface IdentityRules {
  /** `network`: postgrey's key. `name`: the best confirmed identity there is, else the network. */
  readonly identity: 'network' | 'name'
  /** 0…32; 24 is postgrey's. */
  readonly ipv4Prefix: number
  /** 0…128; 64 is postgrey's. */
  readonly ipv6Prefix: number
}

export const defaultIdentityRules: IdentityRules = { identity: 'name', ipv4Prefix: 24, ipv6Prefix: 64 }
export const postgreyIdentityRules: IdentityRules = { identity: 'network', ipv4Prefix: 24, ipv6Prefix: 64 }

export interface Identity {
  readonly kind: 'network' | 'host-group' | 'domain'
  /** Key of triplets, lower case. */
  readonly text: string
  /** Key of the passes that a client has gathered: the whole address for `network`, as in postgrey. */
  readonly clientText: string
}

/** The identity to greylist by. */
export function identify(client: ClientFacts, rules: IdentityRules): Identity {
  if (rules.identity === 'name') {
    const name = client.authenticatedDomain
      ? { kind: 'domain' as const, text: '@' + client.authenticatedDomain.toLowerCase() }
      : hostGroup(client)
    if (name) return { ...name, clientText: name.text }
  }
  const { address } = client
  const prefix = address.version === 4 ? rules.ipv4Prefix : rules.ipv6Prefix
  return { kind: 'network', text: networkOf(address, prefix).text, clientText: address.text }
}

function hostGroup(client: ClientFacts): { kind: 'host-group'; text: string } | undefined {
  const name = client.confirmedName?.toLowerCase()
  if (name === undefined || carriesAddress(name, client.address)) return undefined
  const group = hostGroupOf(name)
  return group === undefined ? undefined : { kind: 'host-group', text: '.' + group }
}

/**
 * The group of a host name: the name without its first label, as pools number their hosts there. A name too short to
 * lose a label without naming a registry (`example.org`, `mx.co.uk`) is its own group; undefined for a single label.
 */
export function hostGroupOf(name: string): string | undefined {
  const dot = name.indexOf('.')
  if (dot < 0) return undefined
  const rest = name.slice(dot + 1)
  const restDot = rest.indexOf('.')
  if (restDot < 0) return name
  // Without a public suffix list: two labels under a country code, the first of them short (co.uk, com.br), are a registry's.
  const isTwoLabels = rest.indexOf('.', restDot + 1) < 0
  return isTwoLabels && restDot <= 3 && rest.length - restDot === 3 ? name : rest
}

/** Dynamic lines carry their address in their name: such names stand for an access provider, not for a sender. */
function carriesAddress(name: string, { version, bytes }: Ip): boolean {
  if (version !== 4) return false
  // Nearly every name is done with here: it does not hold the numbers at all.
  if (!bytes.every((byte) => name.includes(decimal[byte]!))) return name.includes(hexadecimalOf(bytes))
  const [a, b, c, d] = bytes
  const numbers = name.match(/\d+/g)?.map(Number) ?? []
  const holds = (...wanted: (number | undefined)[]) =>
    numbers.some((_, i) => wanted.every((n, k) => numbers[i + k] === n))
  if (holds(a, b, c, d) || holds(d, c, b, a) || (holds(c, d) && holds(a, b))) return true
  const padded = [...bytes].map((byte) => String(byte).padStart(3, '0')).join('')
  return name.includes(padded) || name.includes(hexadecimalOf(bytes))
}

const decimal = Array.from({ length: 256 }, (_, byte) => String(byte))
const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexadecimalOf(bytes: Uint8Array): string {
  return hexadecimal[bytes[0]!]! + hexadecimal[bytes[1]!] + hexadecimal[bytes[2]!] + hexadecimal[bytes[3]!]
}
