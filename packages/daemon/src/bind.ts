import {
  formatListenAddress,
  type ListenAddress,
  type Listened,
  parseListenAddress,
  type SocketFileOptions,
} from '@postern/listener'
import { lookupOwner } from './owner.ts'

/** A server that can listen at several addresses. */
export interface Listening {
  listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened>
}

/** What a daemon's table says of its sockets. */
export interface SocketSettings {
  readonly listen: readonly string[]
  readonly socket_mode: string
  readonly socket_owner?: string | undefined
}

export type Bound =
  /** As text, with the kernel's choice for port 0. */
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly message: string }

/** Binds all addresses of a table such as `[policy]`, or says what keeps it from that. */
export async function bindAll(
  server: Listening,
  table: string,
  { listen, socket_mode, socket_owner }: SocketSettings,
): Promise<Bound> {
  const owner = socket_owner === undefined ? { ok: true as const, value: {} } : lookupOwner(socket_owner)
  if (!owner.ok) return { ok: false, message: `[${table}] socket_owner: ${owner.message}` }
  const addresses: string[] = []
  for (const text of listen) {
    const parsed = parseListenAddress(text)
    if (!parsed.ok)
      return { ok: false, message: `[${table}] listen: "${text}" is no address (${parsed.error.code})` }
    const listened = await server.listen(parsed.value, {
      mode: Number.parseInt(socket_mode, 8),
      ...owner.value,
    })
    if (!listened.ok) return { ok: false, message: listened.error.message }
    addresses.push(formatListenAddress(listened.value))
  }
  return { ok: true, addresses }
}
