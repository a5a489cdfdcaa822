// A milter on TCP and UNIX sockets.

import net from 'node:net'
import {
  closedBefore,
  type ListenAddress,
  type Listened,
  listenOn,
  type SocketFileOptions,
} from '@postern/listener'
import { Conversation, type Transport } from './conversation.ts'
import { type Counters, guard } from './handler-calls.ts'
import { type MilterHandlers, type MilterSession, type StepHandlers, stepHandlers } from './handlers.ts'
import type { MilterLimits } from './limits.ts'
import type { FilterWish } from './negotiation.ts'
import { formatReply } from './reply.ts'
import type { SessionOptions } from './session.ts'

export type {
  ListenAddress,
  ListenError,
  ListenErrorCode,
  Listened,
  SocketFileOptions,
} from '@postern/listener'
export type { EnvelopePath, MilterClientAddress, MilterClientInfo, MilterProtocolError } from './event.ts'
export type {
  Decision,
  HandlerFailure,
  MilterDeciders,
  MilterHandlers,
  MilterMessage,
  MilterObservers,
  MilterSession,
} from './handlers.ts'
export { accept, discard, type Reply, type ReplyCode, reject, reply, skip, tempfail } from './reply.ts'

/** Bounds of a server; what is left out is in the table of the README. */
export interface ServerLimits extends MilterLimits {
  /** Connections served at the same time; more are closed at once. Default 8192. */
  readonly connections: number
  /** Bytes of one connection that may wait for a handler before reading pauses. Default 262 144. */
  readonly waitingBytes: number
}

export interface MilterServerOptions<State>
  extends MilterHandlers<State>,
    Pick<FilterWish, 'leadingSpace' | 'rejectedRecipients' | 'macros'> {
  readonly limits?: Partial<ServerLimits>
  onConnection?(session: MilterSession): void
  /** Accepting a connection failed, for example for want of file descriptors (`EMFILE`). The server goes on. */
  onAcceptError?(error: Error): void
  /**
   * A connection without a byte either way for this long is closed, up to a quarter later. Default 7 210 000, libmilter's: the
   * MTA is silent as long as its client takes to send a message, and a connection that we close costs that client a refusal.
   * 0: never.
   */
  readonly idleTimeoutMs?: number
}

export interface MilterServerStats {
  /** Open now. */
  readonly connections: number
  /** Messages open now. */
  readonly inFlight: number
  readonly acceptedConnections: number
  /** Closed by us because `limits.connections` was reached. */
  readonly shedConnections: number
  /** Messages whose end was answered. */
  readonly messages: number
  readonly protocolErrors: number
  /** Times that a handler or a callback failed. */
  readonly handlerErrors: number
}

export interface MilterServer {
  /** Binds one more address; may be called several times. World failure is a value: never rejects. */
  listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened>
  /**
   * Stops listening, and serves what is open until the MTA ends it: a connection that is cut costs the MTA's client a refusal.
   * What is still open after `graceMs` (default 5000) is cut. Resolves when nothing is open any more; never rejects.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
  readonly stats: MilterServerStats
}

const defaultIdleMs = 7_210_000
const defaultGraceMs = 5000
const defaultConnections = 8192
/** Four reads of a socket. */
const defaultWaitingBytes = 262_144
/** The sweep looks this many times during one idle timeout: no timer for each connection, nothing for each read but a number. */
const ticksPerIdle = 4

/**
 * A filter for smtpd_milters and non_smtpd_milters. What is negotiated follows from the handlers: steps without one are not
 * sent, steps that are only observed are not waited for.
 *
 * ```ts
 * const server = createMilterServer({
 *   decide: { endOfMessage: (message) => message.addHeader('X-Seen', 'yes') },
 * })
 * const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 10024 })
 * ```
 */
export function createMilterServer<State = undefined>(options: MilterServerOptions<State>): MilterServer {
  return new SocketServer(options)
}

interface Link<State> {
  readonly socket: net.Socket
  readonly conversation: Conversation<State>
  /** The sweep's count at the last byte either way. */
  lastTick: number
}

class SocketServer<State> implements MilterServer {
  private readonly options: MilterServerOptions<State>
  private readonly steps: StepHandlers<State>
  private readonly session: SessionOptions
  private readonly tcpSession: SessionOptions
  private readonly counters: Counters = { messages: 0, protocolErrors: 0, handlerErrors: 0 }
  private readonly servers = new Set<net.Server>()
  private readonly links = new Set<Link<State>>()
  private accepted = 0
  private shed = 0
  private tick = 0
  private sweeper: NodeJS.Timeout | undefined = undefined
  private closing: Promise<void> | undefined = undefined

  constructor(options: MilterServerOptions<State>) {
    const { leadingSpace = false, rejectedRecipients = false, macros = {}, limits = {} } = options
    this.options = options
    this.steps = stepHandlers(options)
    this.session = { steps: this.steps.uses, leadingSpace, rejectedRecipients, macros, limits }
    this.tcpSession = { ...this.session, steps: withAnsweredData(this.steps.uses) }
    if (options.errorReply === 'skip') throw new TypeError('errorReply cannot be skip')
    if (options.errorReply !== undefined) formatReply(options.errorReply)
  }

  async listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened> {
    if (this.closing !== undefined) return closedBefore(address)
    const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.accept(socket, address),
    )
    server.on('error', (error) => {
      // Before that it is listenOn's.
      if (server.listening) guard(this.counters, () => this.options.onAcceptError?.(error))
    })
    const listened = await listenOn(server, address, socketFile)
    if (!listened.ok) return listened
    if (this.closing !== undefined) {
      await closed(server)
      return closedBefore(address)
    }
    this.servers.add(server)
    this.startSweep()
    return listened
  }

  close({ graceMs = defaultGraceMs } = {}): Promise<void> {
    this.closing ??= this.closeAll(graceMs)
    return this.closing
  }

  get stats(): MilterServerStats {
    let inFlight = 0
    for (const { conversation } of this.links) if (conversation.isInMessage) inFlight++
    return {
      connections: this.links.size,
      inFlight,
      acceptedConnections: this.accepted,
      shedConnections: this.shed,
      ...this.counters,
    }
  }

  private async closeAll(graceMs: number): Promise<void> {
    clearInterval(this.sweeper)
    const all = [...this.servers].map(closed)
    const cut = setTimeout(() => {
      for (const { socket } of this.links) socket.destroy()
    }, graceMs)
    await Promise.all(all)
    for (const { socket } of this.links) await new Promise((resolve) => socket.once('close', resolve))
    clearTimeout(cut)
  }

  private accept(socket: net.Socket, address: ListenAddress): void {
    this.accepted++
    const { connections = defaultConnections, waitingBytes = defaultWaitingBytes } = this.options.limits ?? {}
    // The others are in the middle of an SMTP session: none is closed for a newcomer.
    if (this.links.size >= connections) {
      this.shed++
      socket.destroy()
      return
    }
    const conversation = new Conversation<State>({
      id: this.accepted,
      peer: peerOf(socket, address),
      handlers: this.options,
      steps: this.steps,
      session: address.kind === 'tcp' ? this.tcpSession : this.session,
      waitingBytes,
      counters: this.counters,
      transport: new SocketTransport(socket),
    })
    const link: Link<State> = { socket, conversation, lastTick: this.tick }
    this.links.add(link)
    socket.on('data', (bytes: Uint8Array) => {
      link.lastTick = this.tick
      conversation.receive(bytes)
    })
    socket.on('drain', () => {
      link.lastTick = this.tick
      conversation.drained()
    })
    socket.on('end', () => conversation.ended())
    // A connection reset is the peer's affair, and 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.links.delete(link)
      conversation.abandon()
    })
    guard(this.counters, () => this.options.onConnection?.(conversation.session))
  }

  private startSweep(): void {
    const { idleTimeoutMs = defaultIdleMs } = this.options
    if (idleTimeoutMs <= 0 || this.sweeper !== undefined) return
    this.sweeper = setInterval(() => {
      this.tick++
      for (const { socket, conversation, lastTick } of this.links)
        if (this.tick - lastTick > ticksPerIdle && !conversation.isDeciding) socket.destroy()
    }, idleTimeoutMs / ticksPerIdle)
    this.sweeper.unref()
  }
}

class SocketTransport implements Transport {
  private readonly socket: net.Socket

  constructor(socket: net.Socket) {
    this.socket = socket
  }

  write(text: string): boolean {
    return this.socket.write(text, 'latin1')
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  finish(): void {
    this.socket.destroySoon()
  }
}

/**
 * On TCP, DATA is answered whatever the handlers are. There Postfix hands the connection over from smtpd to cleanup; without an
 * answer, what cleanup writes waits (Nagle) for the ACK of what smtpd wrote, which our side puts off for 40 ms as it has
 * nothing to send. Through a real Postfix: 63 ms a message, with the answer 27.
 */
const withAnsweredData = (uses: SessionOptions['steps']): SessionOptions['steps'] => ({
  ...uses,
  data: 'decide',
})

const peerOf = (socket: net.Socket, address: ListenAddress) => {
  if (address.kind === 'unix') return address.path
  const { remoteAddress = '', remotePort = 0 } = socket
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()))
