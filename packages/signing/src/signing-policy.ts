// Sign or verify: opendkim's rule (opendkim(8), OPERATION). A message is signed when its author's domain is ours to
// sign for and it comes from where our mail comes from; any other is verified. Not here: reading keys and files, and
// what is signed how.
import type { HeaderMailbox } from './header-mailbox.ts'
import type { ClientFacts, HostList } from './host-list.ts'
import type { KeyReference, KeyRow, KeyTable } from './key-table.ts'
import { type MacroRule, matchesMacro } from './macro-rule.ts'
import type { SigningTable } from './signing-table.ts'

/** What signs when a domain of `domains` is the author's. */
export interface DomainKey {
  readonly selector: string
  readonly key: KeyReference
}

export interface SigningConfig {
  /** Domain, Selector and KeyFile: names in A-labels or `*`, and the keys that sign for all of them, in order. */
  readonly domains?: readonly string[]
  readonly domainKeys?: readonly DomainKey[]
  /** SubDomains: names below `domains` are signed too, with the listed name as d=. */
  readonly subdomains?: boolean
  /** With a signing table, `domains` says nothing (as in opendkim). */
  readonly signingTable?: SigningTable
  readonly keyTable?: KeyTable
  /** MultipleSignatures: all rows of the signing table that match, not only the first. */
  readonly multipleSignatures?: boolean
  /** Hosts whose mail is ours. Default: none; opendkim's is 127.0.0.1. */
  readonly internalHosts?: HostList
  /** Hosts that may send mail as our domains from outside without a warning. */
  readonly externalIgnoreHosts?: HostList
  /** PeerList: mail that is neither signed nor verified. */
  readonly skipHosts?: HostList
  /** Mail of clients that have logged in is ours. Default true. */
  readonly signAuthenticated?: boolean
  /** Mail for which one of these macros is set is ours: MacroList, and MTA as `daemon_name=...`. */
  readonly signMacros?: readonly MacroRule[]
  /** SenderHeaders: the first of these fields that the message has names the sender; in lower case. Default `from`. */
  readonly senderFields?: readonly string[]
  /** Where told, signatures of RSA keys come before others. Keys are as `SigningKeyChoice` has them. */
  readonly algorithmOf?: (key: KeyReference) => string | undefined
}

/** What is known at the end of the header. */
export interface SigningFacts {
  /** The mailboxes of the first From field: `parseMailboxList`. */
  readonly from: readonly HeaderMailbox[]
  /** The mailboxes of the first field of another name; undefined: there is no such field. For `senderFields`. */
  readonly field?: (name: string) => readonly HeaderMailbox[] | undefined
  readonly client: ClientFacts
  /** How the client has logged in: {auth_authen} or, if that is not sent, {auth_type}. Empty: it has not. */
  readonly authenticatedAs?: string | undefined
  /** Handed in on this machine and not by SMTP (non_smtpd_milters): there is no client. */
  readonly isLocalSubmission?: boolean
  /** A macro of the MTA by its name without braces. */
  readonly macro?: (name: string) => string | undefined
}

/** A signature to be made. */
export interface SigningKeyChoice {
  readonly domain: string
  readonly selector: string
  readonly key: KeyReference
  /** i=, already checked to lie within `domain`. */
  readonly identity?: string
  /** The name of the KeyTable's row. */
  readonly name?: string
}

export type OriginReason =
  | { readonly code: 'local-submission' }
  | { readonly code: 'authenticated'; readonly user: string }
  | { readonly code: 'internal-host'; readonly client: ClientFacts; readonly entry: string }
  | { readonly code: 'macro'; readonly name: string; readonly value: string }

export type VerifyReason =
  | { readonly code: 'no-author' }
  | { readonly code: 'no-signing-domain'; readonly domain: string; readonly subdomains: boolean }
  | { readonly code: 'no-signing-table-match'; readonly sender: HeaderMailbox }
  | { readonly code: 'not-internal'; readonly client: ClientFacts }
  | { readonly code: 'not-authenticated' }
  | { readonly code: 'authentication-not-counted'; readonly user: string }
  | { readonly code: 'no-macro-match'; readonly macros: readonly string[] }

export type SigningDecision =
  | {
      readonly action: 'sign'
      /** One at least. */
      readonly keys: readonly SigningKeyChoice[]
      readonly sender: HeaderMailbox
      readonly because: OriginReason
      /** Names that the signing table gives and the key table does not have. */
      readonly unknownKeys: readonly string[]
    }
  /** Ours to sign, and there is no key for it. opendkim answers with a temporary failure. */
  | {
      readonly action: 'no-key'
      readonly sender: HeaderMailbox
      readonly because: OriginReason
      readonly unknownKeys: readonly string[]
    }
  | {
      readonly action: 'verify'
      readonly why: readonly VerifyReason[]
      /** An outside host sends as a domain of ours: worth a line in the log. Not for hosts of `externalIgnoreHosts`. */
      readonly externalSender?: { readonly client: ClientFacts; readonly domain: string }
    }
  | { readonly action: 'skip'; readonly client: ClientFacts; readonly entry: string }

export interface SigningPolicy {
  /** The entry of `skipHosts` for this client: known at CONNECT, nothing else is needed then. */
  peerEntry(client: ClientFacts): string | undefined
  decide(facts: SigningFacts): SigningDecision
  /** The macros to ask the MTA for, without braces, {auth_type} and {auth_authen} not among them. */
  readonly macros: readonly string[]
}

/** A rule compiled once and asked for each message. Nothing here throws, whatever the message is. */
export function createSigningPolicy(config: SigningConfig): SigningPolicy {
  const { skipHosts, externalIgnoreHosts, signMacros = [] } = config
  const keys = new Map<string, KeyRow>()
  for (const row of config.keyTable?.rows ?? []) keys.set(row.name, row)
  const findSource = config.signingTable
    ? tableSource(config, config.signingTable, keys)
    : domainSource(config)
  const findOrigin = originTest(config)

  const decide = (facts: SigningFacts): SigningDecision => {
    const { client } = facts
    const peer = facts.isLocalSubmission ? undefined : skipHosts?.find(client)
    if (peer !== undefined) return { action: 'skip', client, entry: peer }
    const senders = sendersOf(facts, config.senderFields)
    const source = firstSource(senders, findSource)
    const origin = findOrigin(facts)
    if (source.found && origin.because) {
      const { found: choices, sender, unknownKeys } = source
      const { because } = origin
      if (choices.length === 0) return { action: 'no-key', sender, because, unknownKeys }
      return { action: 'sign', keys: rsaFirst(choices, config.algorithmOf), sender, because, unknownKeys }
    }
    const why = [...source.why, ...origin.why]
    const isWarned = source.found && !externalIgnoreHosts?.matches(client)
    if (!isWarned) return { action: 'verify', why }
    return { action: 'verify', why, externalSender: { client, domain: source.sender.domain } }
  }
  const macros = [...new Set(signMacros.map(({ name }) => name))]
  return { decide, peerEntry: (client) => skipHosts?.find(client), macros }
}

/** The field that names the sender: opendkim.conf(5), SenderHeaders. From when none of the others is there. */
function sendersOf({ from, field }: SigningFacts, names: readonly string[] = []): readonly HeaderMailbox[] {
  for (const name of names) {
    const found = name === 'from' ? (from.length > 0 ? from : undefined) : field?.(name)
    if (found !== undefined) return found
  }
  return from
}

type Source =
  | {
      readonly found: readonly SigningKeyChoice[]
      readonly sender: HeaderMailbox
      readonly unknownKeys: readonly string[]
      readonly why: readonly []
    }
  | { readonly found?: undefined; readonly why: readonly VerifyReason[] }

/** The first mailbox that is ours, or why none is. */
function firstSource(senders: readonly HeaderMailbox[], find: (sender: HeaderMailbox) => Source): Source {
  if (senders.length === 0) return { why: [{ code: 'no-author' }] }
  const why: VerifyReason[] = []
  for (const sender of senders) {
    const source = find(sender)
    if (source.found) return source
    why.push(...source.why)
  }
  return { why }
}

/** opendkim's Domain, Selector and KeyFile. */
function domainSource({ domains = [], domainKeys = [], subdomains = false }: SigningConfig) {
  const listed = new Set(domains.map((domain) => domain.toLowerCase()))
  const signingDomain = (domain: string): string | undefined => {
    if (listed.has(domain)) return domain
    if (listed.has('*') && !isLiteral(domain)) return domain
    for (let dot = domain.indexOf('.'); subdomains && dot >= 0; dot = domain.indexOf('.', dot + 1))
      if (listed.has(domain.slice(dot + 1))) return domain.slice(dot + 1)
    return undefined
  }
  return (sender: HeaderMailbox): Source => {
    const domain = signingDomain(sender.domain)
    if (domain === undefined)
      return { why: [{ code: 'no-signing-domain', domain: sender.domain, subdomains }] }
    return { found: domainKeys.map((key) => ({ domain, ...key })), sender, unknownKeys: [], why: [] }
  }
}

/** opendkim's SigningTable and KeyTable, `%` replaced by the sender's domain. */
function tableSource(
  { multipleSignatures = false }: SigningConfig,
  table: SigningTable,
  keys: ReadonlyMap<string, KeyRow>,
) {
  return (sender: HeaderMailbox): Source => {
    const found: SigningKeyChoice[] = []
    const unknownKeys: string[] = []
    for (const row of table.match(sender, multipleSignatures)) {
      const name = row.key === '%' ? sender.domain : row.key
      const keyRow = keys.get(name)
      if (keyRow === undefined) unknownKeys.push(name)
      else if (keyRow.domain !== '%' || !isLiteral(sender.domain))
        addOnce(found, resolveKey(keyRow, row.identity, sender.domain))
    }
    if (found.length + unknownKeys.length === 0) return { why: [{ code: 'no-signing-table-match', sender }] }
    return { found, sender, unknownKeys, why: [] }
  }
}

/** An address in brackets: there are no keys for it in the DNS, so it is no d=. */
const isLiteral = (domain: string): boolean => domain.startsWith('[')

/** Two rows may lead to one signature; twice the same helps nobody. */
function addOnce(found: SigningKeyChoice[], choice: SigningKeyChoice): void {
  const isSame = ({ domain, selector, identity }: SigningKeyChoice) =>
    domain === choice.domain && selector === choice.selector && identity === choice.identity
  if (!found.some(isSame)) found.push(choice)
}

function resolveKey(row: KeyRow, template: string | undefined, senderDomain: string): SigningKeyChoice {
  const domain = row.domain === '%' ? senderDomain : row.domain
  const key: KeyReference =
    row.key.kind === 'file' ? { kind: 'file', path: row.key.path.replaceAll('%', senderDomain) } : row.key
  const identity = template?.replaceAll('%', senderDomain)
  const choice = { domain, selector: row.selector, key, name: row.name }
  return identity !== undefined && isWithin(identity, domain) ? { ...choice, identity } : choice
}

/** RFC 6376 §3.5, i=: the part behind the `@` is d= or a name below it. Another is left out, as opendkim does. */
function isWithin(identity: string, domain: string): boolean {
  const sign = identity.lastIndexOf('@')
  const host = identity.slice(sign + 1).toLowerCase()
  return sign >= 0 && (host === domain || host.endsWith(`.${domain}`))
}

function rsaFirst(
  choices: readonly SigningKeyChoice[],
  algorithmOf: SigningConfig['algorithmOf'],
): readonly SigningKeyChoice[] {
  if (!algorithmOf || choices.length < 2) return choices
  const rank = (choice: SigningKeyChoice) => (algorithmOf(choice.key)?.startsWith('rsa') ? 0 : 1)
  return [...choices].sort((a, b) => rank(a) - rank(b))
}

interface Origin {
  readonly because?: OriginReason
  readonly why: readonly VerifyReason[]
}

/** Whether the message comes from where our mail comes from. */
function originTest({ internalHosts, signAuthenticated = true, signMacros = [] }: SigningConfig) {
  return ({ client, authenticatedAs = '', isLocalSubmission, macro }: SigningFacts): Origin => {
    if (isLocalSubmission) return { because: { code: 'local-submission' }, why: [] }
    for (const rule of signMacros) {
      const value = macro?.(rule.name)
      if (value !== undefined && matchesMacro(rule, value))
        return { because: { code: 'macro', name: rule.name, value }, why: [] }
    }
    if (signAuthenticated && authenticatedAs !== '')
      return { because: { code: 'authenticated', user: authenticatedAs }, why: [] }
    const entry = internalHosts?.find(client)
    if (entry !== undefined) return { because: { code: 'internal-host', client, entry }, why: [] }
    const why: VerifyReason[] = [{ code: 'not-internal', client }]
    if (authenticatedAs === '') why.push({ code: 'not-authenticated' })
    else why.push({ code: 'authentication-not-counted', user: authenticatedAs })
    if (signMacros.length > 0)
      why.push({ code: 'no-macro-match', macros: signMacros.map(({ name }) => name) })
    return { why }
  }
}
