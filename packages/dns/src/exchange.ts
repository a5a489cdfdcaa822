// One question to one server and its reply, over UDP or TCP: the sockets of the stub resolver. Each exchange has a socket of its
// own, so that the kernel picks a new random source port for each question (RFC 5452 §9.2) and, as the socket is connected,
// drops datagrams from anyone else and reports a closed port at once. That costs some 20 microseconds more than a pool of
// sockets would (measured); questions that a cache did not answer are rare enough.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { TCP_MESSAGE_BYTES } from './limits.ts'
import { decodeReply, isReplyTo, type Query } from './message.ts'
import type { Reply } from './reply.ts'
import type { ServerAddress } from './server-address.ts'

export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failure'; readonly reason: 'timeout' | 'network' }

export interface Exchange {
  readonly server: ServerAddress
  readonly query: Query
  readonly timeoutMs: number
  /** Wants the letters of the name back as they were sent. */
  readonly isCaseExact: boolean
}

/** Ends the exchange now, as a timeout. Nothing happens when it has ended already. */
export type Abort = () => void

/** Tells the outcome: once, and never before the function that starts the exchange has returned. */
export type Done = (outcome: Outcome) => void

const TIMEOUT: Outcome = { kind: 'failure', reason: 'timeout' }
const NETWORK: Outcome = { kind: 'failure', reason: 'network' }

/** Asks over UDP. A reply may be truncated. */
export function exchangeUdp({ server, query, timeoutMs, isCaseExact }: Exchange, done: Done): Abort {
  const type = server.version === 6 ? 'udp6' : 'udp4'
  const socket = createSocket({ type, lookup: (host, _options, found) => found(null, host, server.version) })
  let isOver = false
  const finish = (outcome: Outcome) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    socket.close()
    done(outcome)
  }
  const timer = setTimeout(() => finish(TIMEOUT), timeoutMs)
  // Until the socket is connected, from nobody.
  let peer = ''
  socket.on('message', (message, from) => {
    // RFC 5452 §9.1: from the address and port asked. The kernel sees to it once the socket is connected, not before.
    if (from.port !== server.port || from.address !== peer) return
    // A forgery: the true reply may still come.
    if (!isReplyTo(query, message, isCaseExact)) return
    finish(outcomeOf(message))
  })
  socket.on('error', () => finish(NETWORK))
  socket.connect(server.port, server.address, () => {
    // Node tells of a connection that was closed before it was told.
    if (isOver) return
    // Node writes IPv4 addresses as we do; IPv6 zones it may not.
    peer = server.version === 4 ? server.address : socket.remoteAddress().address
    socket.send(query.bytes)
  })
  return () => finish(TIMEOUT)
}

/** Asks over TCP, on a connection for this one question. */
export function exchangeTcp({ server, query, timeoutMs, isCaseExact }: Exchange, done: Done): Abort {
  const socket = connect({ host: server.address, port: server.port, noDelay: true })
  let isOver = false
  const finish = (outcome: Outcome) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    socket.destroy()
    done(outcome)
  }
  const timer = setTimeout(() => finish(TIMEOUT), timeoutMs)
  const chunks: Buffer[] = []
  let received = 0
  let end = Number.POSITIVE_INFINITY
  socket.on('connect', () => socket.write(frame(query.bytes)))
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    // RFC 1035 §4.2.2: two bytes of length, then the message.
    if (end > 2 + TCP_MESSAGE_BYTES && received >= 2) end = 2 + Buffer.concat(chunks).readUInt16BE(0)
    if (received < end) return
    const message = Buffer.concat(chunks).subarray(2, end)
    finish(isReplyTo(query, message, isCaseExact) ? outcomeOf(message) : NETWORK)
  })
  socket.on('error', () => finish(NETWORK))
  socket.on('close', () => finish(NETWORK))
  return () => finish(TIMEOUT)
}

function outcomeOf(message: Buffer): Outcome {
  const reply = decodeReply(message)
  return reply === undefined ? NETWORK : { kind: 'reply', reply }
}

/** A message as it goes over TCP: its length, then itself. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(2 + Math.min(message.length, TCP_MESSAGE_BYTES))
  framed.writeUInt16BE(framed.length - 2, 0)
  framed.set(message.subarray(0, TCP_MESSAGE_BYTES), 2)
  return framed
}
