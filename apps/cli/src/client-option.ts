// The client of a would-be delivery, from --client and --client-name.

import { type Ip, parseHostname, parseIp, unmapIp } from '@postern/addr'
import type { Dns } from '@postern/daemon'
import { type ClientNames, lookupClientNames } from './dns-access.ts'

export const clientOptions = {
  client: { type: 'string', value: 'IP', summary: 'address of the client' },
  'client-name': {
    type: 'string',
    value: 'NAME',
    summary: 'its confirmed host name, or "unknown"; else it is looked up, as Postfix does',
  },
} as const

/** The options as given. */
export interface ClientValues {
  readonly client?: string | undefined
  readonly 'client-name'?: string | undefined
}

export interface Client extends ClientNames {
  readonly address: Ip
}

export type FoundClient =
  | {
      readonly ok: true
      readonly client: Client
      /** What made the answer less sure. */
      readonly note?: string
    }
  | { readonly ok: false; readonly message: string }

export async function findClient(
  { client, 'client-name': name }: ClientValues,
  dns: Dns,
): Promise<FoundClient> {
  if (client === undefined) return { ok: false, message: '--client is missing: the address of the client' }
  const ip = parseIp(client)
  if (!ip.ok) return { ok: false, message: `--client is an IP address, not "${client}"` }
  const address = unmapIp(ip.value)
  if (name === undefined) {
    const { trouble, ...names } = await lookupClientNames(address, dns)
    const note = `the DNS did not tell the name of ${address.text} (${trouble}): it counts as unknown`
    return { ok: true, client: { address, ...names }, ...(trouble !== undefined && { note }) }
  }
  if (name === 'unknown') return { ok: true, client: { address } }
  const host = parseHostname(name, { underscore: true, trailingDot: true })
  if (!host.ok) return { ok: false, message: `--client-name is a host name, not "${name}"` }
  return { ok: true, client: { address, name: host.value, reverseName: host.value } }
}

/** `mx.example.org [192.0.2.1]`, as Postfix logs it. */
export function formatClient({ address, name, reverseName }: Client): string {
  const unconfirmed = name === undefined && reverseName !== undefined ? `, calls itself ${reverseName}` : ''
  return `${name ?? 'unknown'}[${address.text}]${unconfirmed}`
}
