// By what the greylist knows a client that somebody has named: the key under which it can be allowed.

import { type Cidr, formatCidr, parseCidr, parseHostname, parseIp, unmapIp } from '@postern/addr'
import { hostGroupOf, identify } from '@postern/greylist'
import { identityRules } from '@postern/policyd'
import type { Settings } from '@postern/settings'
import { findClient, formatClient } from './client-option.ts'
import { type ExitStatus, exit } from './command.ts'
import { openDnsAt } from './dns-access.ts'
import { formatNetwork } from './greylist-record.ts'

export type FoundIdentity =
  | {
      readonly ok: true
      readonly identity: string
      /** How the name given became this identity: a beginning of a sentence, or ''. */
      readonly because: string
      readonly note?: string
    }
  | { readonly ok: false; readonly message: string; readonly status?: ExitStatus }

export interface Wish {
  readonly settings: Settings
  readonly dns?: string | undefined
  readonly 'client-name'?: string | undefined
}

/** The identity of an address, a network or a host name; a message where the greylist has no such identity. */
export async function findIdentity(text: string, wish: Wish): Promise<FoundIdentity> {
  const ip = parseIp(text)
  if (ip.ok) return identityOfAddress(unmapIp(ip.value).text, wish)
  if (text.includes('/')) return identityOfNetwork(text, wish.settings)
  return identityOfName(text, wish.settings)
}

async function identityOfAddress(client: string, wish: Wish): Promise<FoundIdentity> {
  const rules = identityRules(wish.settings)
  // The name of a client matters only where clients are known by name.
  const name = rules.identity === 'network' ? 'unknown' : wish['client-name']
  const opened = openDnsAt(wish.settings, wish.dns)
  if (!opened.ok) return opened
  try {
    const found = await findClient({ client, 'client-name': name }, opened.dns)
    if (!found.ok) return found
    if (found.note !== undefined) return unsureOf(client)
    const identity = identify({ address: found.client.address, confirmedName: found.client.name }, rules)
    if (identity.text === client) return { ok: true, identity: client, because: '' }
    const subject = identity.kind === 'network' ? client : formatClient(found.client)
    const because = `${subject} is known as ${formatNetwork(identity.text, rules)}: `
    return { ok: true, identity: identity.text, because }
  } finally {
    opened.dns.close()
  }
}

function unsureOf(client: string): FoundIdentity {
  const message = `the DNS does not tell the name of ${client}, by which the greylist may know it: say --client-name NAME, or --client-name unknown`
  return { ok: false, message, status: exit.temporary }
}

function identityOfNetwork(text: string, settings: Settings): FoundIdentity {
  const parsed = parseCidr(text, { hostBits: 'error' })
  if (!parsed.ok) {
    const masked = parseCidr(text)
    const hint = masked.ok ? `; did you mean ${formatCidr(masked.value)}?` : ''
    return { ok: false, message: `"${text}" is no network${hint}` }
  }
  const { network, prefixLength } = parsed.value
  const { ipv4Prefix, ipv6Prefix, identity } = identityRules(settings)
  const known = network.version === 4 ? ipv4Prefix : ipv6Prefix
  if (prefixLength !== known) {
    const setting = `[greylist] ipv${network.version}_prefix`
    const message = `the greylist knows networks of /${known} (${setting}), not of /${prefixLength}: a file named in [greylist] clients_files takes networks of any size`
    return { ok: false, message }
  }
  const found = { ok: true, identity: network.text, because: '' } as const
  return identity === 'network' ? found : { ...found, note: noteOnNames(parsed.value) }
}

const noteOnNames = (network: Cidr): string =>
  `hosts in ${formatCidr(network)} with a confirmed host name are known by that name: allow it too, if they are delayed`

function identityOfName(text: string, settings: Settings): FoundIdentity {
  const name = parseHostname(text.replace(/^\./, ''), { underscore: true, trailingDot: true })
  if (!name.ok) return { ok: false, message: `"${text}" is neither an address nor a network nor a host name` }
  if (settings.greylist.identity === 'network') {
    const message = '[greylist] identity is "network": clients are known by their address, so give that'
    return { ok: false, message }
  }
  // `.example.org` is the group itself, as lists of the greylist print it.
  const group = text.startsWith('.') ? name.value : hostGroupOf(name.value)
  if (group === undefined)
    return { ok: false, message: `"${text}" is a single label: give the full host name` }
  const because = text.startsWith('.') ? '' : `${name.value} is known as .${group}: `
  return { ok: true, identity: `.${group}`, because }
}
