// Which records a command is about.

import { cidrContains, networkOf, parseCidr, parseIp } from '@postern/addr'
import { hostGroupOf, kindPrefix, normalizeSender } from '@postern/greylist'
import type { Settings } from '@postern/settings'
import { type GreylistRecord, isRecordKind, type RecordKind, recordKinds } from './greylist-record.ts'

/** The options of a filter, for every command that has one. */
export const filterOptions = {
  kind: { type: 'string', value: 'KIND', summary: `one kind of record: ${recordKinds.join(', ')}` },
  client: { type: 'string', value: 'CLIENT', summary: 'address, network, or host name' },
  sender: { type: 'string', value: 'ADDRESS', summary: 'sender; "@example.org": a whole domain; "<>": none' },
  recipient: { type: 'string', value: 'ADDRESS', summary: 'recipient; "@example.org": a whole domain' },
} as const

export interface FilterValues {
  readonly kind?: string | undefined
  readonly client?: string | undefined
  readonly sender?: string | undefined
  readonly recipient?: string | undefined
}

export interface RecordFilter {
  /** Of the keys in question. */
  readonly prefixes: readonly string[]
  matches(record: GreylistRecord): boolean
}

export type ParsedFilter =
  | { readonly ok: true; readonly filter: RecordFilter }
  | { readonly ok: false; readonly message: string }

/** Reads the options of a filter. Under privacy the store cannot tell whose a record is. */
export function parseFilter(values: FilterValues, settings: Settings): ParsedFilter {
  const { kind, client, sender, recipient } = values
  if (kind !== undefined && !isRecordKind(kind))
    return { ok: false, message: `--kind is one of ${recordKinds.join(', ')}, not "${kind}"` }
  const isByName = client !== undefined || sender !== undefined || recipient !== undefined
  if (isByName && settings.greylist.privacy)
    return {
      ok: false,
      message:
        '[greylist] privacy is true: the store holds hashes, not names; only --kind and --key can tell records apart',
    }
  const isClient = client === undefined ? undefined : clientMatcher(client, settings)
  const isSender = sender === undefined ? undefined : addressMatcher(sender, normalizeSender)
  const isRecipient = recipient === undefined ? undefined : addressMatcher(recipient, (text) => text)
  const kinds: readonly RecordKind[] = kind === undefined ? recordKinds : [kind]
  const filter: RecordFilter = {
    prefixes: kinds.map(kindPrefix),
    matches: (record) =>
      (isClient === undefined || (record.client !== undefined && isClient(record.client))) &&
      (isSender === undefined || (record.sender !== undefined && isSender(record.sender))) &&
      (isRecipient === undefined || (record.recipient !== undefined && isRecipient(record.recipient))),
  }
  return { ok: true, filter }
}

type Matcher = (text: string) => boolean

/** Everything about one client: its own address, its network, the group of its name. */
export function clientMatcher(text: string, { greylist }: Settings): Matcher {
  const ip = parseIp(text)
  if (ip.ok) {
    const prefix = ip.value.version === 4 ? greylist.ipv4_prefix : greylist.ipv6_prefix
    const texts = new Set([ip.value.text, networkOf(ip.value, prefix).text])
    return (client) => texts.has(client)
  }
  const network = text.includes('/') ? parseCidr(text) : undefined
  if (network?.ok)
    return (client) => {
      const address = parseIp(client)
      return address.ok && cidrContains(network.value, address.value)
    }
  const name = text.toLowerCase().replace(/^\./, '')
  const group = hostGroupOf(name)
  // `.example.org` is a group as the store has it; a host's name stands for its group as well.
  const names = new Set([`.${name}`, `@${name}`, ...(text.startsWith('.') || !group ? [] : [`.${group}`])])
  return (client) => names.has(client)
}

/** One address, or with `@` in front (or no `@` at all) every address of a domain. */
export function addressMatcher(text: string, normalize: (address: string) => string): Matcher {
  if (text === '<>' || text === '') return (address) => address === ''
  const plain = text.replace(/^<(.*)>$/, '$1').toLowerCase()
  const at = plain.lastIndexOf('@')
  if (at > 0) {
    const wanted = new Set([plain, normalize(plain)])
    return (address) => wanted.has(address)
  }
  const ending = `@${plain.slice(at + 1)}`
  return (address) => address.endsWith(ending)
}
