// Records that a domain could publish, from what the DNS says about it: the simplest that is right first.
import { parseIp } from '@postern/addr'
import { formatTerm } from './format-record.ts'
import { parseRecord } from './parse-record.ts'
import type { SpfRecord, Term } from './record.ts'
import { formatZoneLine } from './zone-line.ts'

export interface SpfSuggestFacts {
  readonly domain: string
  /** Its mail servers, each with its addresses. None for a domain without MX, or with a null MX. */
  readonly servers: readonly MailServer[]
  /** Of the domain's own name. */
  readonly addresses: readonly string[]
  /** From where its mail is sent, when that is known; else the mail servers are taken for the senders. */
  readonly senders?: readonly string[] | undefined
  /** Names that its hosts say in HELO, beside those of the mail servers. */
  readonly hosts?: readonly string[] | undefined
  /** What it publishes now. Who else it includes is kept in the suggestions. */
  readonly current?: string | undefined
}

export interface MailServer {
  readonly name: string
  readonly addresses: readonly string[]
  /** The SPF record that its name has already. */
  readonly record?: string | undefined
}

export type SpfSuggestionCode =
  /** The mail servers. */
  | 'mx'
  /** The mail servers and the hosts of the domain's own name. */
  | 'a-mx'
  /** The hosts of the domain's own name. */
  | 'a'
  /** The mail servers, and senders that are none. */
  | 'mx-and-addresses'
  /** Nothing but addresses. */
  | 'addresses'
  /** The first of the others with ~all, for the time of trial. */
  | 'trial'
  /** For a name that is said in HELO. */
  | 'host'
  /** For a domain that sends no mail. */
  | 'no-mail'

export interface SpfSuggestion {
  readonly code: SpfSuggestionCode
  /** Where to publish it. */
  readonly name: string
  readonly record: string
  /** The record as a line of a zone file. */
  readonly zoneLine: string
  /** Terms of its own that count against the 10 lookups; what it includes comes on top. */
  readonly lookups: number
  /** Terms that are new against the current record, and those that go; undefined where there is none to compare with. */
  readonly change: SpfChange | undefined
}

export interface SpfChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Candidates, the one that most likely is right first. */
export function suggestRecords(facts: SpfSuggestFacts): readonly SpfSuggestion[] {
  const current = facts.current === undefined ? undefined : parseRecord(facts.current)
  const published = current?.ok ? current.value : undefined
  const kept = published === undefined ? [] : keptTerms(published)
  const make = (code: SpfSuggestionCode, terms: readonly string[], all = '-all') =>
    suggestion({ code, name: facts.domain, record: ['v=spf1', ...terms, all].join(' ') }, published)
  const forms = senderForms(facts)
  const suggestions = forms.map(({ code, terms }) => make(code, [...terms, ...kept]))
  const [first] = forms
  if (first !== undefined && !isStrict(published))
    suggestions.push(make('trial', [...first.terms, ...kept], '~all'))
  const noMail = make('no-mail', [])
  // A domain without mail servers, addresses and senders can hardly send; nor does one that says so.
  const sendsNone = forms.length === 0 || (published !== undefined && namesNobody(published))
  if (sendsNone) suggestions.unshift(noMail)
  else if (facts.senders === undefined && published === undefined) suggestions.push(noMail)
  return [...suggestions, ...hostNames(facts).map(suggestForHost)]
}

interface Form {
  readonly code: SpfSuggestionCode
  readonly terms: readonly string[]
}

/** Ways to name the senders. */
function senderForms({ servers, addresses, senders }: SpfSuggestFacts): Form[] {
  const ofServers = new Set(servers.flatMap((server) => server.addresses))
  const own = new Set(addresses)
  const wanted = senders ?? [...(servers.length > 0 ? ofServers : own)]
  const forms: Form[] = []
  const beyondServers = wanted.filter((address) => !ofServers.has(address))
  const beyondBoth = beyondServers.filter((address) => !own.has(address))
  if (servers.length > 0 && beyondServers.length === 0) forms.push({ code: 'mx', terms: ['mx'] })
  // Only where it adds hosts; and where senders are known, only where they are among those hosts.
  const addsHosts = addresses.some((address) => !ofServers.has(address))
  const isNeeded = senders === undefined ? addsHosts : beyondServers.length > 0
  if (isNeeded && beyondBoth.length === 0)
    forms.push(servers.length > 0 ? { code: 'a-mx', terms: ['a', 'mx'] } : { code: 'a', terms: ['a'] })
  if (servers.length > 0 && beyondBoth.length > 0)
    forms.push({ code: 'mx-and-addresses', terms: ['mx', ...networkTerms(beyondServers)] })
  const list = networkTerms(wanted)
  if (list.length > 0) forms.push({ code: 'addresses', terms: list })
  return forms
}

/** `ip4:` first, each once. */
function networkTerms(addresses: readonly string[]): string[] {
  const terms = new Set<string>()
  for (const version of [4, 6] as const)
    for (const address of addresses) {
      const ip = parseIp(address)
      if (ip.ok && ip.value.version === version) terms.add(`ip${version}:${ip.value.text}`)
    }
  return [...terms]
}

/** Those through which others send for the domain, and what is not about senders. */
function keptTerms({ terms }: SpfRecord): string[] {
  return terms.filter(isKept).map(formatTerm)
}

function isKept(term: Term): boolean {
  if (term.kind !== 'directive') return term.kind !== 'redirect'
  return term.mechanism.name === 'include' || term.mechanism.name === 'exists'
}

const allOf = (record: SpfRecord | undefined) =>
  record?.directives.find(({ mechanism }) => mechanism.name === 'all')

const isStrict = (record: SpfRecord | undefined): boolean => allOf(record)?.qualifier === '-'

const namesNobody = (record: SpfRecord): boolean => record.directives.length === 1 && isStrict(record)

/** RFC 7208 §10.1.3 wants a record for every name that is said in HELO. Only the domain's own hosts are its business. */
function hostNames({ domain, servers, hosts = [] }: SpfSuggestFacts): string[] {
  const lacking = servers.filter(({ record }) => record === undefined)
  const names = [...hosts, ...lacking.map((server) => server.name)]
  return [...new Set(names)].filter((name) => name.endsWith(`.${domain}`))
}

const suggestForHost = (name: string): SpfSuggestion =>
  suggestion({ code: 'host', name, record: 'v=spf1 a -all' }, undefined)

const COUNTED = /^[-+~?]?(?:include|a|mx|ptr|exists)(?![a-z0-9])|^redirect=/i

function suggestion(
  { code, name, record }: Pick<SpfSuggestion, 'code' | 'name' | 'record'>,
  published: SpfRecord | undefined,
): SpfSuggestion {
  const lookups = record.split(' ').filter((term) => COUNTED.test(term)).length
  const change = published === undefined ? undefined : changeFrom(published, record)
  return { code, name, record, zoneLine: formatZoneLine(name, record), lookups, change }
}

function changeFrom({ terms }: SpfRecord, record: string): SpfChange {
  const before = terms.map((term) => formatTerm(term).toLowerCase())
  const after = record.toLowerCase().split(' ').slice(1)
  return {
    added: after.filter((term) => !before.includes(term)),
    removed: before.filter((term) => !after.includes(term)),
  }
}

/** When the suggestion is the right one: one English sentence with its full stop. */
export function formatSpfSuggestion({ code, name }: SpfSuggestion): string {
  switch (code) {
    case 'mx':
      return 'Right when the hosts that receive mail are those that send it.'
    case 'a-mx':
      return 'Right when the hosts of the domain name itself, often the web server, send mail too.'
    case 'a':
      return 'Right when the hosts of the domain name itself send its mail.'
    case 'mx-and-addresses':
      return 'Right when the mail servers send mail, and the hosts listed beside them.'
    case 'addresses':
      return 'The same hosts by address: saves receivers lookups, and must be kept up to date by hand.'
    case 'trial':
      return 'For a time of trial: mail from other hosts is marked, not refused.'
    case 'host':
      return `For ${name}, whose own name is checked when it says HELO.`
    case 'no-mail':
      return 'Right when no mail is ever sent from this domain.'
  }
}
