// A small DNS server over a zone, on UDP and TCP of one port, for tests end to end. It can be told to lose, delay, truncate
// and forge replies.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import { decode, type OptAnswer } from 'dns-packet'
import { frame } from './exchange.ts'
import { PLAIN_UDP_PAYLOAD_BYTES } from './limits.ts'
import { normalizeName } from './name.ts'
import { RECORD_TYPES } from './record.ts'
import type { RecordType } from './resolver.ts'
import type { Zone } from './zone.ts'
import { type Asked, type Forgery, forged, formatError, malformed, replyOf, truncated } from './zone-reply.ts'

export interface ServerQuery {
  readonly name: string
  readonly type: RecordType
  readonly transport: 'udp' | 'tcp'
  /** How many questions came before, over both transports. */
  readonly index: number
  readonly hasEdns: boolean
  /** The name as it came, in its case. */
  readonly wireName: string
  /** Where it came from. */
  readonly port: number
  readonly id: number
}

/** What to do to one question, beside answering it. */
export interface Conduct {
  /** No reply at all. */
  readonly drop?: boolean | undefined
  /** Over UDP, only say "come by TCP". */
  readonly truncate?: boolean | undefined
  /** Milliseconds to wait before everything else. */
  readonly delayMs?: number | undefined
  /** Over UDP, forged replies to send ahead of the true one. */
  readonly forge?: readonly Forgery[] | undefined
  /** A reply that cannot be read to its end, in place of the true one. */
  readonly malform?: boolean | undefined
  /** FORMERR to a question with EDNS, as servers older than it. */
  readonly refuseEdns?: boolean | undefined
}

export interface ZoneServerOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string | undefined
  /** Default: 0, one that the kernel picks. */
  readonly port?: number | undefined
  /** Asked for each question: how to treat it. Default: just answer. */
  readonly conduct?: ((query: ServerQuery) => Conduct | undefined) | undefined
}

export interface ZoneServer {
  /** As createResolver takes it: `127.0.0.1:40123`. */
  readonly address: string
  readonly port: number
  /** Every question that arrived, in order. Empty it with `queries.length = 0`. */
  readonly queries: ServerQuery[]
  close(): Promise<void>
}

/** Starts a server for `zone`. Rejects when the port is taken. */
export async function startZoneServer(zone: Zone, options: ZoneServerOptions = {}): Promise<ZoneServer> {
  const host = options.host ?? '127.0.0.1'
  const { tcp, udp, port } = await listen(host, options.port ?? 0)
  const queries: ServerQuery[] = []
  const timers = new Set<NodeJS.Timeout>()
  const connections = new Set<Socket>()

  function serve(message: Buffer, visit: Visit): void {
    const asked = decodeQuestion(message)
    if (asked === undefined) return
    const query = queryOf(asked, { ...visit, index: queries.length })
    queries.push(query)
    const conduct = options.conduct?.(query) ?? {}
    const run = () => reply(zone, asked, { query, conduct, visit })
    if (conduct.delayMs === undefined) run()
    else later(timers, conduct.delayMs, run)
  }

  udp.on('message', (message, from) => {
    serve(message, {
      transport: 'udp',
      port: from.port,
      send: (bytes) => udp.send(bytes, from.port, from.address, ignore),
      sendFromElsewhere: (bytes) => sendFromElsewhere(bytes, from),
    })
  })
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', ignore)
    const send = (bytes: Buffer) => socket.write(frame(bytes))
    const visit: Visit = { transport: 'tcp', port: socket.remotePort ?? 0, send, sendFromElsewhere: ignore }
    onMessages(socket, (message) => serve(message, visit))
  })

  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    port,
    queries,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of connections) socket.destroy()
      const closed = once(tcp, 'close')
      tcp.close()
      udp.close()
      await closed
    },
  }
}

const ignore = () => {}

function later(timers: Set<NodeJS.Timeout>, ms: number, run: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer)
    run()
  }, ms)
  timers.add(timer)
}

/** A question's way in, and the reply's way back. */
interface Visit {
  readonly transport: 'udp' | 'tcp'
  readonly port: number
  send(bytes: Buffer): void
  sendFromElsewhere(bytes: Buffer): void
}

interface Treatment {
  readonly query: ServerQuery
  readonly conduct: Conduct
  readonly visit: Visit
}

function reply(zone: Zone, asked: Asked, { query, conduct, visit }: Treatment): void {
  for (const how of query.transport === 'udp' ? (conduct.forge ?? []) : []) {
    if (how === 'port') visit.sendFromElsewhere(forged(asked, how))
    else visit.send(forged(asked, how))
  }
  if (conduct.drop) return
  const message = trueReply(zone, asked, { query, conduct, visit })
  if (message !== undefined) visit.send(message)
}

function trueReply(zone: Zone, asked: Asked, { query, conduct }: Treatment): Buffer | undefined {
  if (conduct.malform) return malformed(asked)
  if (conduct.refuseEdns && query.hasEdns) return formatError(asked)
  const message = replyOf(asked, zone.find(query.name, query.type), zone.authentic)
  const length = message?.length ?? 0
  const isTooLong = query.transport === 'udp' && (conduct.truncate || length > payloadOf(asked))
  return message !== undefined && isTooLong ? truncated(asked) : message
}

/** RFC 6891 §6.2.3: what the client says it can take, 512 at least. */
const payloadOf = (asked: Asked): number =>
  Math.max(optOf(asked)?.udpPayloadSize ?? PLAIN_UDP_PAYLOAD_BYTES, PLAIN_UDP_PAYLOAD_BYTES)

const optOf = ({ packet }: Asked): OptAnswer | undefined =>
  packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT')

function queryOf(asked: Asked, { transport, port, index }: Visit & { index: number }): ServerQuery {
  const { packet, question } = asked
  const name = normalizeName(question.name)
  const hasEdns = optOf(asked) !== undefined
  // decodeQuestion lets our types pass only.
  const type = question.type as RecordType
  return { name, type, transport, index, hasEdns, wireName: question.name, port, id: packet.id ?? 0 }
}

/** The one question of a message; undefined for anything else, and for types that a zone cannot hold. */
function decodeQuestion(message: Buffer): Asked | undefined {
  try {
    const packet = decode(message)
    const [question] = packet.questions ?? []
    const isKnown = RECORD_TYPES.some((type) => type === question?.type)
    return packet.flag_qr || question === undefined || !isKnown ? undefined : { packet, question }
  } catch {
    // The codec reports malformed messages by exceptions; a server does not answer them.
    return undefined
  }
}

/** Cuts a TCP stream into messages (RFC 1035 §4.2.2). */
function onMessages(socket: Socket, receive: (message: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      receive(pending.subarray(2, end))
      pending = pending.subarray(end)
    }
  })
}

function sendFromElsewhere(bytes: Buffer, to: RemoteInfo): void {
  const other = createSocket(to.family === 'IPv6' ? 'udp6' : 'udp4')
  other.send(bytes, to.port, to.address, () => other.close())
}

interface Listening {
  readonly tcp: TcpServer
  readonly udp: UdpSocket
  readonly port: number
}

/** How often to try when the kernel's pick for TCP is taken for UDP. */
const PICKS = 20

async function listen(host: string, port: number): Promise<Listening> {
  for (let pick = 1; ; pick++) {
    const tcp = createServer()
    tcp.listen(port, host)
    await once(tcp, 'listening')
    const bound = tcp.address()
    const chosen = typeof bound === 'object' && bound !== null ? bound.port : port
    const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    try {
      udp.bind(chosen, host)
      await once(udp, 'listening')
      // A client that has gone away must not end the server.
      udp.on('error', ignore)
      return { tcp, udp, port: chosen }
    } catch (error) {
      udp.close()
      tcp.close()
      if (port !== 0 || pick === PICKS) throw error
    }
  }
}
