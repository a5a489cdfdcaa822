// The DNS as the daemon asks it, and the name that Postfix would give to a client.

import type { Ip } from '@postern/addr'
import { type Dns, openDns } from '@postern/daemon'
import { parseServer, type QueryOptions, reverseName } from '@postern/dns'
import type { Settings } from '@postern/settings'

export type OpenedDns =
  | { readonly ok: true; readonly dns: Dns }
  | { readonly ok: false; readonly message: string }

/** The resolver of the settings, or one that asks `server` alone. */
export function openDnsAt(settings: Settings, server: string | undefined): OpenedDns {
  if (server === undefined) return { ok: true, dns: openDns(settings) }
  if (parseServer(server).ok) return { ok: true, dns: openDns(settings, [server]) }
  return { ok: false, message: `--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "${server}"` }
}

/** What Postfix calls `client_name` and `reverse_client_name`; undefined where it says `unknown`. */
export interface ClientNames {
  /** The name of the address, when the name has that address too. */
  readonly name?: string | undefined
  readonly reverseName?: string | undefined
}

export interface LookedUpNames extends ClientNames {
  /** The DNS did not answer, and so the client counts as one without a name. */
  readonly trouble?: string
}

/** Looks a client's names up as Postfix does: the name of the address, then the addresses of the name. */
export async function lookupClientNames(address: Ip, { resolver, newBudget }: Dns): Promise<LookedUpNames> {
  const options: QueryOptions = { budget: newBudget() }
  const pointers = await resolver.resolve(reverseName(address), 'PTR', options)
  if (pointers.kind === 'temperror') return { trouble: pointers.reason }
  if (pointers.kind !== 'records') return {}
  const [name] = pointers.records
  if (name === undefined || name === '') return {}
  const forward = await resolver.resolve(name, address.version === 4 ? 'A' : 'AAAA', options)
  if (forward.kind === 'temperror') return { reverseName: name, trouble: forward.reason }
  const isConfirmed =
    forward.kind === 'records' && (forward.records as readonly string[]).includes(address.text)
  return isConfirmed ? { name, reverseName: name } : { reverseName: name }
}
