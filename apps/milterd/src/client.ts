// The client of an SMTP session, as the MTA has told of it.

import { type Ip, parseIp } from '@postern/addr'
import type { MilterClientInfo } from '@postern/milter/server'
import type { Iprev } from '@postern/pipeline'

export interface Client {
  /** As the MTA gave it; `local` for mail that was handed in on its machine. */
  readonly addressText: string
  readonly address?: Ip | undefined
  /** Its name, when name and address confirm each other. */
  readonly name?: string | undefined
  /** Its name by reverse lookup alone. */
  readonly reverseName?: string | undefined
  readonly iprev: Iprev
}

/** Postfix says `unknown` or `[192.0.2.1]` where it has no name. */
const isName = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && text !== 'unknown' && !text.startsWith('[')

/** For mail that did not come by SMTP Postfix makes up a client (cleanup(8)), with a port that none can have. */
const isMadeUp = (hostName: string, { address, port }: { readonly address: string; readonly port: number }) =>
  port === 0 && address === '127.0.0.1' && hostName === 'localhost'

/**
 * Reads what CONNECT and its macros tell. `macro` gives one by its name without braces: {client_resolve} says how the lookup
 * of the name went, {client_ptr} what the reverse lookup alone gave.
 */
export function readClient(
  { hostName, address }: MilterClientInfo,
  macro: (name: string) => string | undefined,
): Client {
  const name = isName(hostName) ? hostName : undefined
  const ptr = macro('client_ptr')
  const resolve = macro('client_resolve')
  const iprev: Iprev = resolve === 'TEMP' ? 'temperror' : name === undefined ? 'fail' : 'pass'
  const reverseName = isName(ptr) ? ptr : undefined
  if ((address.family !== 'ip4' && address.family !== 'ip6') || isMadeUp(hostName, address))
    return { addressText: 'local', name, reverseName, iprev }
  const text = address.address.replace(/^IPv6:/i, '')
  const parsed = parseIp(text)
  return { addressText: text, address: parsed.ok ? parsed.value : undefined, name, reverseName, iprev }
}
