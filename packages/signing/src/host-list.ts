// Lists of hosts as opendkim has them (InternalHosts, ExternalIgnoreList, PeerList): addresses, networks, host names,
// `.domain` for all names below a domain, and `!` for "not". The most precise entry decides, wherever it stands:
// 192.0.2.1 before !192.0.2.0/24. Of two that are as precise, "not" wins. A host is listed when its name is, or when
// its address is: a "not" among names says nothing of addresses.
import { type Ip, networkOf, parseCidr, parseHostname, unmapIp } from '@postern/addr'

/** A client as the MTA tells of it. `name` only when it is known and confirmed. */
export interface ClientFacts {
  readonly address?: Ip | undefined
  readonly name?: string | undefined
}

export type HostListProblemCode = 'not-a-host' | 'host-bits-set' | 'wildcard'

export interface HostListProblem {
  readonly line: number
  readonly code: HostListProblemCode
  readonly text: string
}

export interface HostList {
  readonly problems: readonly HostListProblem[]
  /** The entry that lists the client, in its canonical form (192.0.2.0/24, mx.example.org, .example.org). */
  find(client: ClientFacts): string | undefined
  matches(client: ClientFacts): boolean
}

/** One entry of each line, what stands behind it is ignored; `#` begins a comment. Line numbers begin at 1. */
export function parseHostList(lines: readonly string[]): HostList {
  const names = new Map<string, boolean>()
  const networks = { 4: new NetworkTable(), 6: new NetworkTable() }
  const problems: HostListProblem[] = []
  lines.forEach((raw, index) => {
    const [text = ''] = raw.replace(/#.*$/s, '').trim().split(/\s/)
    if (text === '') return
    const isListed = !text.startsWith('!')
    const entry = readEntry(isListed ? text : text.slice(1))
    if (typeof entry !== 'object') problems.push({ line: index + 1, code: entry, text })
    else if ('name' in entry) names.set(entry.name, isListed && names.get(entry.name) !== false)
    else networks[entry.network.version].add(entry, isListed)
  })
  const find = ({ address, name }: ClientFacts): string | undefined => {
    const byName = names.size > 0 && name ? findName(names, name.toLowerCase()) : undefined
    if (byName !== undefined || address === undefined) return byName
    const ip = unmapIp(address)
    return networks[ip.version].find(ip)
  }
  return { problems, find, matches: (client) => find(client) !== undefined }
}

interface NetworkEntry {
  readonly network: Ip
  /** Bits that count; one more than the address has for a bare address, which is tried before its /32 or /128. */
  readonly level: number
}

function readEntry(text: string): NetworkEntry | { readonly name: string } | HostListProblemCode {
  // Square brackets around the address: [192.0.2.1], [192.0.2.0]/24.
  const bare = text.replace(/^\[([^\]]*)\]/, '$1')
  if (bare.includes(':') || /^[0-9.]+(?:\/.*)?$/.test(bare)) {
    const cidr = parseCidr(bare, { hostBits: 'error' })
    if (!cidr.ok) return cidr.error.code === 'host-bits-set' ? 'host-bits-set' : 'not-a-host'
    const { network, prefixLength } = cidr.value
    const size = network.bytes.length * 8
    const inner = prefixLength >= 96 ? unmapIp(network) : network
    const bits = inner === network ? prefixLength : prefixLength - 96
    return { network: inner, level: bare.includes('/') ? bits : (inner === network ? size : 32) + 1 }
  }
  if (text.includes('*')) return 'wildcard'
  const dot = text.startsWith('.') ? '.' : ''
  const name = parseHostname(text.slice(dot.length), { underscore: true, trailingDot: true })
  return name.ok ? { name: dot + name.value } : 'not-a-host'
}

/** The name itself, then `.parent` upwards; the first entry found decides. */
function findName(names: ReadonlyMap<string, boolean>, name: string): string | undefined {
  for (let at = 0; at >= 0; at = name.indexOf('.', at + 1)) {
    const key = at === 0 ? name : name.slice(at)
    const isListed = names.get(key)
    if (isListed !== undefined) return isListed ? key : undefined
  }
  return undefined
}

/** Networks of one family, looked up once for each prefix length that occurs, the longest first. */
class NetworkTable {
  readonly #levels = new Map<number, Map<string, boolean>>()
  #order: readonly number[] = []

  add({ network, level }: NetworkEntry, isListed: boolean): void {
    let entries = this.#levels.get(level)
    if (!entries) {
      entries = new Map()
      this.#levels.set(level, entries)
      this.#order = [...this.#levels.keys()].sort((a, b) => b - a)
    }
    entries.set(network.text, isListed && entries.get(network.text) !== false)
  }

  find(ip: Ip): string | undefined {
    const size = ip.bytes.length * 8
    for (const level of this.#order) {
      const { text } = level >= size ? ip : networkOf(ip, level)
      const isListed = this.#levels.get(level)!.get(text)
      if (isListed !== undefined) return !isListed ? undefined : level > size ? text : `${text}/${level}`
    }
    return undefined
  }
}
