// What a suggestion is made from: the domain's mail servers, addresses and record in the DNS, and this machine.

import { parseHostname, parseIp, unmapIp } from '@postern/addr'
import type { Dns } from '@postern/daemon'
import type { Answer, QueryOptions, RecordType, RecordTypes, TempReason } from '@postern/dns'
import { isPublicAddress, type MailServer, type SpfSuggestFacts, selectRecord } from '@postern/spf'

export type FoundFacts =
  | { readonly ok: true; readonly facts: SpfSuggestFacts; readonly note?: string }
  | { readonly ok: false; readonly kind: 'no-such-domain' }
  | {
      readonly ok: false
      readonly kind: 'trouble'
      readonly type: RecordType
      readonly name: string
      readonly reason: TempReason
    }

export interface SuggestSubject {
  readonly domain: string
  readonly senders: readonly string[] | undefined
  readonly hosts: readonly string[]
}

/** Mail servers that are looked at. More than these "mx" may not have: RFC 7208 §4.6.4. */
const SERVERS = 10

/** Asks the DNS about a domain. */
export async function findFacts({ domain, senders, hosts }: SuggestSubject, dns: Dns): Promise<FoundFacts> {
  const asker = new Asker(dns)
  const [texts, exchanges, addresses] = await Promise.all([
    asker.ask(domain, 'TXT'),
    asker.ask(domain, 'MX'),
    asker.addressesOf(domain),
  ])
  const names = exchanges.map(({ exchange }) => exchange).filter((exchange) => exchange !== '')
  const servers: readonly MailServer[] = await Promise.all(
    names.slice(0, SERVERS).map((name) => asker.serverOf(name, domain)),
  )
  if (asker.trouble !== undefined) return { ok: false, kind: 'trouble', ...asker.trouble }
  if (asker.isMissing(domain)) return { ok: false, kind: 'no-such-domain' }
  const published = selectRecord(texts)
  const current = published.kind === 'text' ? published.text : undefined
  const facts: SpfSuggestFacts = { domain, servers, addresses, senders, hosts, current }
  if (published.kind !== 'multiple') return { ok: true, facts }
  return {
    ok: true,
    facts,
    note: `${domain} publishes ${published.texts.length} SPF records, which is none to receivers: one has to stay`,
  }
}

class Asker {
  trouble: { readonly type: RecordType; readonly name: string; readonly reason: TempReason } | undefined
  readonly #missing = new Set<string>()
  readonly #dns: Dns
  readonly #options: QueryOptions

  constructor(dns: Dns) {
    this.#dns = dns
    this.#options = { budget: dns.newBudget() }
  }

  async ask<K extends RecordType>(name: string, type: K): Promise<readonly RecordTypes[K][]> {
    const answer: Answer<RecordTypes[K]> = await this.#dns.resolver.resolve(name, type, this.#options)
    if (answer.kind === 'temperror') this.trouble ??= { type, name, reason: answer.reason }
    if (answer.kind === 'nxdomain') this.#missing.add(name)
    return answer.kind === 'records' ? answer.records : []
  }

  isMissing(name: string): boolean {
    return this.#missing.has(name)
  }

  /** Whether the name has a record of its own is asked where it is the domain's to publish. */
  async serverOf(name: string, domain: string): Promise<MailServer> {
    const [addresses, texts] = await Promise.all([
      this.addressesOf(name),
      name.endsWith(`.${domain}`) ? this.ask(name, 'TXT') : [],
    ])
    const found = selectRecord(texts)
    return { name, addresses, record: found.kind === 'text' ? found.text : undefined }
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    const [a, aaaa] = await Promise.all([this.ask(name, 'A'), this.ask(name, 'AAAA')])
    return [...a, ...aaaa]
  }
}

/** The domain of a host's name, as Postfix has it: without the first label. Undefined where there is none to speak of. */
export function domainOfHost(name: string): string | undefined {
  const host = parseHostname(name, { trailingDot: true })
  if (!host.ok) return undefined
  const labels = host.value.split('.')
  if (labels.length < 2 || labels.at(-1) === 'localdomain') return undefined
  return labels.length === 2 ? host.value : labels.slice(1).join('.')
}

/** The addresses that others may see; those with a zone (fe80::1%eth0) are never among them. */
export function publicAddresses(addresses: readonly string[]): string[] {
  const found = new Set<string>()
  for (const text of addresses) {
    const parsed = parseIp(text)
    if (parsed.ok && isPublicAddress(unmapIp(parsed.value))) found.add(unmapIp(parsed.value).text)
  }
  return [...found]
}
