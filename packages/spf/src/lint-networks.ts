// Networks in a record that hold too many hosts, or hosts that cannot send.
import { type Cidr, cidrContains, formatCidr, type Ip, networkOf, parseCidr } from '@postern/addr'
import type { AddressPurpose, SpfSeverity } from './lint-report.ts'

/** RFC 6890 and the registries it began; narrower ones first. */
const special: readonly (readonly [Cidr, AddressPurpose])[] = (
  [
    ['10.0.0.0/8', 'private'],
    ['172.16.0.0/12', 'private'],
    ['192.168.0.0/16', 'private'],
    ['100.64.0.0/10', 'shared'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['192.0.2.0/24', 'documentation'],
    ['198.51.100.0/24', 'documentation'],
    ['203.0.113.0/24', 'documentation'],
    ['198.18.0.0/15', 'benchmarking'],
    ['0.0.0.0/8', 'unspecified'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    ['::1/128', 'loopback'],
    ['::/128', 'unspecified'],
    ['::ffff:0:0/96', 'ipv4-mapped'],
    ['2001:db8::/32', 'documentation'],
    ['3fff::/20', 'documentation'],
    ['fe80::/10', 'link-local'],
    ['fc00::/7', 'private'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([text, purpose]) => {
  const parsed = parseCidr(text)
  if (!parsed.ok) throw new TypeError(text)
  return [parsed.value, purpose]
})

/** What all addresses of a network are set aside for; undefined when any of them may be on the Internet. */
export function purposeOf({ network, prefixLength }: Cidr): AddressPurpose | undefined {
  return special.find(([range]) => range.prefixLength <= prefixLength && cidrContains(range, network))?.[1]
}

/** Whether an address may be seen on the Internet. */
export const isPublicAddress = (ip: Ip): boolean =>
  purposeOf({ network: ip, prefixLength: ip.bytes.length * 8 }) === undefined

/** Below these lengths a network is wider than any one organization's mail. Ours. */
const widths = { 4: { warning: 16, error: 9 }, 6: { warning: 32, error: 17 } } as const

export function widthSeverity(version: 4 | 6, prefixLength: number): SpfSeverity | undefined {
  const { warning, error } = widths[version]
  if (prefixLength < error) return 'error'
  return prefixLength < warning ? 'warning' : undefined
}

/** Finds which of many networks another one lies in; quick for thousands. */
export class NetworkSet {
  readonly #texts = new Set<string>()
  readonly #lengths = { 4: new Set<number>(), 6: new Set<number>() }

  add(cidr: Cidr): void {
    this.#texts.add(formatCidr(cidr))
    this.#lengths[cidr.network.version].add(cidr.prefixLength)
  }

  /** The widest network of the set that holds this one, and is not it. */
  holderOf({ network, prefixLength }: Cidr): Cidr | undefined {
    let widest: Cidr | undefined
    for (const length of this.#lengths[network.version]) {
      if (length >= (widest?.prefixLength ?? prefixLength)) continue
      const holder: Cidr = { network: networkOf(network, length), prefixLength: length }
      if (this.#texts.has(formatCidr(holder))) widest = holder
    }
    return widest
  }
}
