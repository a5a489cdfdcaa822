// Lists of clients, recipients and senders that are never delayed, in the file formats of postgrey, so that an existing
// /etc/postgrey works unchanged. A lookup costs a few set look-ups, however long the list is; only regular expressions
// are tried one by one.

import { type Cidr, cidrContains, type Ip, parseCidr } from '@postern/addr'

/** A line that says nothing we understand. `line` counts from 1. */
export interface ListProblem {
  readonly line: number
  readonly code: 'not-a-client' | 'not-an-address' | 'bad-pattern'
  readonly text: string
}

export interface ParsedList<T> {
  readonly list: T
  readonly problems: readonly ListProblem[]
}

/** Names (which also match the names below them), patterns on names, and networks. */
export interface ClientList {
  readonly names: ReadonlySet<string>
  readonly patterns: readonly RegExp[]
  readonly networks: readonly Cidr[]
}

/** Whole addresses, local parts at any domain, domains (which also match those below them), and patterns. */
export interface AddressList {
  readonly addresses: ReadonlySet<string>
  readonly localParts: ReadonlySet<string>
  readonly domains: ReadonlySet<string>
  readonly patterns: readonly RegExp[]
}

export const emptyClientList: ClientList = { names: new Set(), patterns: [], networks: [] }
export const emptyAddressList: AddressList = {
  addresses: new Set(),
  localParts: new Set(),
  domains: new Set(),
  patterns: [],
}

/**
 * postgrey's `whitelist_clients`: a name, `/pattern/`, an IPv4 or IPv6 address or network, or the first two or three
 * numbers of an IPv4 address (a /16 or a /24; postgrey 1.37 itself reads two numbers as a /24 by mistake).
 */
export function parseClientList(text: string): ParsedList<ClientList> {
  const names = new Set<string>()
  const patterns: RegExp[] = []
  const networks: Cidr[] = []
  const problems = eachEntry(text, (entry) => {
    const pattern = patternOf(entry)
    if (pattern === null) return 'bad-pattern'
    if (pattern) return void patterns.push(pattern)
    const network = networkText(entry)
    if (network !== undefined) {
      const cidr = parseCidr(network)
      if (!cidr.ok) return 'not-a-client'
      return void networks.push(cidr.value)
    }
    if (/\s/.test(entry)) return 'not-a-client'
    names.add(entry.toLowerCase())
    return undefined
  })
  return { list: { names, patterns, networks }, problems }
}

/** postgrey's `whitelist_recipients`: `user@domain`, `user@`, `domain` or `/pattern/`. Senders are listed the same way. */
export function parseAddressList(text: string): ParsedList<AddressList> {
  const addresses = new Set<string>()
  const localParts = new Set<string>()
  const domains = new Set<string>()
  const patterns: RegExp[] = []
  const problems = eachEntry(text, (entry) => {
    const pattern = patternOf(entry)
    if (pattern === null) return 'bad-pattern'
    if (pattern) return void patterns.push(pattern)
    if (/\s/.test(entry)) return 'not-an-address'
    const at = entry.indexOf('@')
    if (at < 0) domains.add(entry.toLowerCase())
    else if (at === entry.length - 1) localParts.add(entry.slice(0, at).toLowerCase())
    else addresses.add(entry.toLowerCase())
    return undefined
  })
  return { list: { addresses, localParts, domains, patterns }, problems }
}

/** Whether the list names this client. `name` is Postfix's `client_name`. */
export function listsClient(list: ClientList, client: { name?: string | undefined; address: Ip }): boolean {
  const { name, address } = client
  if (name !== undefined) {
    if (list.names.size > 0 && listsName(list.names, name.toLowerCase())) return true
    for (const pattern of list.patterns) if (pattern.test(name)) return true
  }
  for (const network of list.networks) if (cidrContains(network, address)) return true
  return false
}

/** Whether the list names this address; `user+extension@domain` is also listed as `user@domain`. */
export function listsAddress(list: AddressList, address: string): boolean {
  for (const pattern of list.patterns) if (pattern.test(address)) return true
  if (list.addresses.size + list.localParts.size + list.domains.size === 0) return false
  const lower = address.toLowerCase()
  if (list.addresses.has(lower)) return true
  const at = lower.indexOf('@')
  if (at < 0) return false
  const local = lower.slice(0, at)
  const plus = local.indexOf('+')
  const user = plus < 0 ? local : local.slice(0, plus)
  if (list.localParts.has(local) || list.localParts.has(user)) return true
  if (plus >= 0 && list.addresses.has(user + lower.slice(at))) return true
  return list.domains.size > 0 && listsName(list.domains, lower.slice(lower.lastIndexOf('@') + 1))
}

/** The name itself or any name above it. */
function listsName(names: ReadonlySet<string>, name: string): boolean {
  for (let at = 0; at >= 0; ) {
    if (names.has(at === 0 ? name : name.slice(at))) return true
    const dot = name.indexOf('.', at)
    if (dot < 0) return false
    at = dot + 1
  }
  return false
}

/** Calls `take` with each entry, comments and blank lines left out; it returns what is wrong with the entry, if anything. */
function eachEntry(text: string, take: (entry: string) => ListProblem['code'] | undefined): ListProblem[] {
  const problems: ListProblem[] = []
  let line = 0
  for (const raw of text.split('\n')) {
    line++
    const entry = raw.replace(/#.*$/, '').trim()
    if (entry === '') continue
    const code = take(entry)
    if (code) problems.push({ line, code, text: entry })
  }
  return problems
}

/** `/pattern/` as a regular expression; null when it does not compile, undefined when the entry is something else. */
function patternOf(entry: string): RegExp | null | undefined {
  const source = /^\/(\S+)\/$/.exec(entry)?.[1]
  if (source === undefined) return undefined
  try {
    return new RegExp(source, 'i')
  } catch {
    return null
  }
}

/** The text of a network in CIDR form, if the entry is written as an address of some kind. */
function networkText(entry: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(entry)) return entry
  if (/^\d{1,3}(\.\d{1,3}){2}$/.test(entry)) return `${entry}.0/24`
  if (/^\d{1,3}\.\d{1,3}$/.test(entry)) return `${entry}.0.0/16`
  return /:.*:/.test(entry) ? entry : undefined
}
