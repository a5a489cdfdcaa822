// What each server of a zone says, asked directly: a cache on the way may know a record long after it has gone, or deny it long
// after it has come.

import type { Answer, Resolver, TempError } from '@postern/dns'

/** One server's answer about TXT records. */
export interface ServerAnswer {
  /** `ns1.example.org (192.0.2.1)`. */
  readonly server: string
  readonly answer: Answer<readonly string[]>
}

export type ZoneAnswers =
  | { readonly ok: true; readonly answers: readonly ServerAnswer[] }
  /** Which servers there are could not be found out: a sentence. */
  | { readonly ok: false; readonly message: string }

/** A resolver that asks one server only. */
export type OpenServer = (address: string) => Resolver & { close(): void }

export interface AuthoritativeOptions {
  /** Knows who serves which zone. */
  readonly resolver: Resolver
  readonly open: OpenServer
  /** Asked in place of the zone's own: `192.0.2.1:53`. */
  readonly servers?: readonly string[] | undefined
  /** Where the zone's own listen. Default: 53. */
  readonly port?: number | undefined
}

/** An address of a name server. */
interface Server {
  /** Its name; the address where that is all we know. */
  readonly host: string
  /** Undefined: it has none, or none could be found. */
  readonly address: string | undefined
}

/** Aliases that are followed from zone to zone. */
const ALIASES = 4

const UNREACHED: TempError = { kind: 'temperror', reason: 'network' }

/** Asks all servers of the zone that a name is in for its TXT records. */
export async function askAllServers(name: string, options: AuthoritativeOptions): Promise<ZoneAnswers> {
  let asked = name
  for (let links = 0; links <= ALIASES; links++) {
    const servers = await serversOf(asked, options)
    if (typeof servers === 'string') return { ok: false, message: servers }
    const replies = await Promise.all(servers.map((server) => askServer(server, asked, options)))
    const alias = commonAlias(replies)
    if (alias === undefined) return { ok: true, answers: withoutUnreachedTwins(replies) }
    asked = alias
  }
  return {
    ok: false,
    message: `${name} is an alias of an alias, and so on: more than ${ALIASES} are not followed`,
  }
}

interface Reply extends ServerAnswer {
  readonly host: string
  readonly alias: string | undefined
}

async function askServer(
  { host, address }: Server,
  name: string,
  { open }: AuthoritativeOptions,
): Promise<Reply> {
  if (address === undefined) return { server: host, host, alias: undefined, answer: UNREACHED }
  const server = host === address ? host : `${host} (${address.replace(/:53$/, '')})`
  const resolver = open(address)
  try {
    // First, as a server that is asked for TXT would have to be asked for the alias' target too, which may not be its own.
    const alias = await resolver.resolve(name, 'CNAME')
    if (alias.kind === 'temperror') return { server, host, alias: undefined, answer: alias }
    if (alias.kind === 'records')
      return { server, host, alias: alias.records[0], answer: { kind: 'nodata', ttl: 0 } }
    return { server, host, alias: undefined, answer: await resolver.resolve(name, 'TXT') }
  } finally {
    resolver.close()
  }
}

/** The alias that all servers that answer agree about. */
function commonAlias(replies: readonly Reply[]): string | undefined {
  const heard = replies.filter(({ answer }) => answer.kind !== 'temperror')
  const [first] = heard
  return heard.every(({ alias }) => alias === first?.alias) ? first?.alias : undefined
}

/** A server that was reached at one of its addresses was reached: this host may have no way to the other, as with IPv6. */
function withoutUnreachedTwins(replies: readonly Reply[]): ServerAnswer[] {
  const isReached = ({ answer }: Reply) => answer.kind !== 'temperror'
  return replies
    .filter(
      (reply) => isReached(reply) || !replies.some((twin) => twin.host === reply.host && isReached(twin)),
    )
    .map(({ server, answer }) => ({ server, answer }))
}

/** A sentence where they cannot be found. */
async function serversOf(name: string, options: AuthoritativeOptions): Promise<readonly Server[] | string> {
  const { servers, resolver, port = 53 } = options
  if (servers !== undefined) return servers.map((address) => ({ host: address, address }))
  const labels = name.split('.')
  for (let from = 0; from < labels.length - 1; from++) {
    const zone = labels.slice(from).join('.')
    const answer = await resolver.resolve(zone, 'NS')
    if (answer.kind === 'temperror')
      return `the name servers of ${zone} could not be looked up (${answer.reason})`
    if (answer.kind !== 'records') continue
    const found = await Promise.all(answer.records.map((host) => addressesOf(host, { resolver, port })))
    return found.flat()
  }
  return `no zone with name servers was found for ${name}`
}

async function addressesOf(
  host: string,
  { resolver, port }: { readonly resolver: Resolver; readonly port: number },
): Promise<Server[]> {
  const [v4, v6] = await Promise.all([resolver.resolve(host, 'A'), resolver.resolve(host, 'AAAA')])
  const addresses = [
    ...(v4.kind === 'records' ? v4.records.map((ip) => `${ip}:${port}`) : []),
    ...(v6.kind === 'records' ? v6.records.map((ip) => `[${ip}]:${port}`) : []),
  ]
  return addresses.length === 0
    ? [{ host, address: undefined }]
    : addresses.map((address) => ({ host, address }))
}
