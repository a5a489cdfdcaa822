// The options of `postern spf check`, read.

import { type Ip, parseHostname, parseIp, parseReversePath } from '@postern/addr'
import type { Resolver } from '@postern/dns'
import type { SpfInput } from '@postern/spf'

export const spfCheckOptions = {
  ip: { type: 'string', value: 'IP', summary: 'address of the client' },
  sender: { type: 'string', value: 'ADDRESS', summary: 'sender (MAIL FROM); "<>": none' },
  helo: { type: 'string', value: 'NAME', summary: 'name in HELO or EHLO' },
  identity: { type: 'string', value: 'WHICH', summary: 'helo, mailfrom or both; else whatever is given' },
  record: { type: 'string', value: 'TEXT', summary: 'a record in place of what the domain publishes' },
} as const

export interface SpfCheckValues {
  readonly ip?: string | undefined
  readonly sender?: string | undefined
  readonly helo?: string | undefined
  readonly identity?: string | undefined
}

export type Identity = 'helo' | 'mailfrom'

export interface IdentityInput {
  readonly identity: Identity
  readonly input: SpfInput & { readonly ip: Ip }
}

export type ReadSpfCheck =
  | { readonly ok: true; readonly identities: readonly IdentityInput[] }
  | { readonly ok: false; readonly message: string }

/** What is to be checked: HELO first, as receivers do. */
export function readSpfCheck({ ip, sender, helo, identity }: SpfCheckValues): ReadSpfCheck {
  if (ip === undefined) return { ok: false, message: '--ip is missing: the address of the client' }
  const address = parseIp(ip)
  if (!address.ok) return { ok: false, message: `--ip is an IP address, not "${ip}"` }
  if (sender === undefined && helo === undefined)
    return { ok: false, message: 'say --sender or --helo, or both' }
  const from = sender?.replace(/^<(.*)>$/s, '$1')
  if (from !== undefined && from !== '' && !isSender(from))
    return { ok: false, message: `--sender is an e-mail address, a domain or "<>", not "${sender}"` }
  const chosen = identitiesOf(identity, from, helo)
  if (typeof chosen === 'string') return { ok: false, message: chosen }
  const name = helo ?? ''
  const identities = chosen.map((which): IdentityInput => {
    const input = { ip: address.value, sender: which === 'helo' ? '' : (from ?? ''), helo: name }
    return { identity: which, input }
  })
  return { ok: true, identities }
}

/** Also a bare domain, for which postmaster@ is checked: RFC 7208 §4.3. */
const isSender = (text: string): boolean =>
  parseReversePath(text).ok ||
  parseHostname(text, { underscore: true, trailingDot: true }).ok ||
  /^[^@]*@[^@\s]+$/.test(text)

/** What to check; a message where that cannot be. */
function identitiesOf(
  identity: string | undefined,
  sender: string | undefined,
  helo: string | undefined,
): readonly Identity[] | string {
  // RFC 7208 §2.4: mail without a sender is checked as from postmaster@ the HELO name.
  const canMailFrom = (sender !== undefined && sender !== '') || (sender === '' && helo !== undefined)
  switch (identity) {
    case undefined:
      if (helo === undefined) return canMailFrom ? ['mailfrom'] : 'without a sender --helo is needed'
      return sender === undefined || sender === '' ? ['helo'] : ['helo', 'mailfrom']
    case 'helo':
      return helo === undefined ? '--identity helo needs --helo' : ['helo']
    case 'mailfrom':
      return canMailFrom ? ['mailfrom'] : '--identity mailfrom needs --sender (or "<>" with --helo)'
    case 'both':
      return canMailFrom && helo !== undefined
        ? ['helo', 'mailfrom']
        : '--identity both needs --sender and --helo'
    default:
      return `--identity is helo, mailfrom or both, not "${identity}"`
  }
}

/** A DNS in which the first domain that is asked for its record publishes this one, and no other. */
export function publishing(resolver: Resolver, record: string): Resolver {
  let domain: string | undefined
  return {
    resolve(name, type, options) {
      if (type === 'TXT') domain ??= name
      if (type !== 'TXT' || name !== domain) return resolver.resolve(name, type, options)
      // The question was for TXT.
      return { kind: 'records', records: [[record]], ttl: 0, authentic: false } as never
    },
  }
}
