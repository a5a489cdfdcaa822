// Clients that SPF is not applied to.
import { type Cidr, cidrContains, type Ip, parseCidr } from '@postern/addr'
import { andThen, type MaybeAsync, normalizeName, type QueryOptions, type Resolver } from '@postern/dns'
import { checkHost } from '@postern/spf'
import { NameList } from '../name-list.ts'
import type { Subject } from '../subject.ts'
import type { SpfExemption } from './spf-finding.ts'
import type { SpfSettings } from './spf-settings.ts'

/** `unknown`: the DNS does not tell now. */
export type FoundExemption = SpfExemption | 'unknown' | undefined

/** Looks whether a client is one of those that SPF is not applied to; the DNS is asked only for settings that need it. */
export interface SpfExemptions {
  isSkipped(address: Ip): boolean
  find(subject: Subject, query: QueryOptions): MaybeAsync<FoundExemption>
}

export function createExemptions(settings: SpfSettings, { resolver }: { resolver: Resolver }): SpfExemptions {
  const skipped = networksOf(settings.skip_addresses)
  const addresses = networksOf(settings.allow_addresses)
  const forwarders = networksOf(settings.forwarders)
  const forwarderNames = NameList.of(settings.forwarders.filter((text) => !parseCidr(text).ok))
  const ptrDomains = NameList.of(settings.allow_ptr_domains)
  const senderDomains = NameList.of(settings.allow_sender_domains)
  const heloNames = new Set(settings.allow_helo_names.map(normalizeName))
  const domains = settings.allow_domains

  /** By what is known without asking. */
  const findAtOnce = ({ client: { address, name }, sender }: Subject): SpfExemption | undefined => {
    if (contain(addresses, address)) return 'address'
    if (contain(forwarders, address)) return 'forwarder'
    if (name !== undefined && forwarderNames.has(name)) return 'forwarder'
    if (name !== undefined && ptrDomains.has(name)) return 'ptr-domain'
    if (senderDomains.isEmpty || sender === '') return undefined
    return senderDomains.has(sender.slice(sender.lastIndexOf('@') + 1)) ? 'sender-domain' : undefined
  }

  const byHeloName = ({ helo, client }: Subject, query: QueryOptions): MaybeAsync<FoundExemption> => {
    const name = normalizeName(helo)
    if (!heloNames.has(name)) return undefined
    const { version, text } = client.address
    return andThen(resolver.resolve(name, version === 4 ? 'A' : 'AAAA', query), (answer): FoundExemption => {
      if (answer.kind === 'temperror') return 'unknown'
      return answer.kind === 'records' && answer.records.includes(text) ? 'helo-name' : undefined
    })
  }

  const byDomain = ({ helo, client, now }: Subject, { budget }: QueryOptions): MaybeAsync<FoundExemption> => {
    if (domains.length === 0) return undefined
    const results = domains.map((domain) =>
      checkHost(
        { ip: client.address, sender: `postmaster@${domain}`, helo },
        { resolver, budget, now, explain: false },
      ),
    )
    return andThen(all(results), (found): FoundExemption => {
      if (found.some(({ result }) => result === 'pass')) return 'domain'
      return found.some(({ result }) => result === 'temperror') ? 'unknown' : undefined
    })
  }

  return {
    isSkipped: (address) => contain(skipped, address),
    find(subject, query) {
      const known = findAtOnce(subject)
      if (known !== undefined || heloNames.size + domains.length === 0) return known
      return andThen(byHeloName(subject, query), (byHelo) =>
        byHelo === 'helo-name' ? byHelo : andThen(byDomain(subject, query), (found) => found ?? byHelo),
      )
    },
  }
}

/** All of them, at once when they are there. */
function all<T>(values: readonly MaybeAsync<T>[]): MaybeAsync<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[])
}

function contain(networks: readonly Cidr[], address: Ip): boolean {
  for (const network of networks) if (cidrContains(network, address)) return true
  return false
}

function networksOf(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => {
    const parsed = parseCidr(text)
    return parsed.ok ? [parsed.value] : []
  })
}
