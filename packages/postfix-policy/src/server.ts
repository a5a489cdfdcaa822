// A policy server on TCP and UNIX sockets. For one peer on stdin and stdout see stream.ts.

import net from 'node:net'
import {
  closedBefore,
  type ListenAddress,
  type Listened,
  listenOn,
  type SocketFileOptions,
} from '@postern/listener'
import {
  type Counters,
  Exchange,
  guard,
  type PolicyConnection,
  type PolicyHandlers,
  type Transport,
} from './exchange.ts'
import { defaultLimits, type PolicyLimits } from './limits.ts'

export type {
  ListenAddress,
  ListenError,
  ListenErrorCode,
  Listened,
  SocketFileOptions,
} from '@postern/listener'
export type { PolicyConnection, PolicyHandlers } from './exchange.ts'
export { type StreamOptions, serveStream } from './stream.ts'

export interface PolicyServerOptions extends PolicyHandlers {
  onConnection?(connection: PolicyConnection): void
  /** Accepting a connection failed, for example for want of file descriptors (`EMFILE`). The server goes on. */
  onAcceptError?(error: Error): void
  /**
   * A connection without a byte either way for this long is closed, up to a quarter later. Default 900 000, three times Postfix's
   * smtpd_policy_service_max_idle, so that Postfix is the one who closes. 0: never.
   */
  readonly idleTimeoutMs?: number
}

export interface PolicyServerStats {
  /** Open now. */
  readonly connections: number
  /** Requests received and not yet answered. */
  readonly inFlight: number
  readonly acceptedConnections: number
  /** Closed by us because `limits.connections` was reached. */
  readonly shedConnections: number
  readonly requests: number
  readonly protocolErrors: number
  /** Times that `handle` or a callback failed. */
  readonly handlerErrors: number
}

export interface PolicyServer {
  /** Binds one more address; may be called several times. World failure is a value: never rejects. */
  listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened>
  /**
   * Stops listening, closes idle connections, lets requests in flight be answered. What is still open after `graceMs` (default
   * 5000) is cut. Resolves when nothing is open any more; never rejects.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
  readonly stats: PolicyServerStats
}

const defaultIdleMs = 900_000
const defaultGraceMs = 5000
/** How long a connection that broke the protocol is read and thrown away, so that our answer is not lost to a reset. */
const lateMs = 1000
/** The sweep looks this many times during one idle timeout: no timer for each connection, nothing for each request but a number. */
const ticksPerIdle = 4

/**
 * A server for Postfix's check_policy_service.
 *
 * ```ts
 * const server = createPolicyServer({ handle: (request) => ({ kind: 'dunno' }) })
 * const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 10023 })
 * ```
 */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  return new SocketServer(options)
}

interface Link {
  readonly socket: net.Socket
  readonly exchange: Exchange
  /** The sweep's count at the last byte either way. */
  lastTick: number
}

class SocketServer implements PolicyServer {
  private readonly options: PolicyServerOptions
  private readonly limits: PolicyLimits
  private readonly counters: Counters = { requests: 0, protocolErrors: 0, handlerErrors: 0 }
  private readonly servers = new Set<net.Server>()
  private readonly links = new Set<Link>()
  private accepted = 0
  private shed = 0
  private tick = 0
  private sweeper: NodeJS.Timeout | undefined = undefined
  private closing: Promise<void> | undefined = undefined

  constructor(options: PolicyServerOptions) {
    this.options = options
    this.limits = { ...defaultLimits, ...options.limits }
  }

  async listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened> {
    if (this.closing !== undefined) return closedBefore(address)
    // Half-open: a peer that has sent its last request still gets its answer.
    const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.accept(socket, address),
    )
    server.on('error', (error) => {
      // Before that it is listenOn's.
      if (!server.listening) return
      this.shedOne()
      guard(this.counters, () => this.options.onAcceptError?.(error))
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

  get stats(): PolicyServerStats {
    let inFlight = 0
    for (const { exchange } of this.links) inFlight += exchange.inFlight
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
    for (const { exchange } of this.links) exchange.close()
    const cut = setTimeout(() => {
      for (const { socket } of this.links) socket.destroy()
    }, graceMs)
    await Promise.all(all)
    clearTimeout(cut)
  }

  private accept(socket: net.Socket, address: ListenAddress): void {
    this.accepted++
    if (this.links.size >= this.limits.connections && !this.shedOne()) {
      this.shed++
      socket.destroy()
      return
    }
    const exchange = new Exchange({
      id: this.accepted,
      peer: peerOf(socket, address),
      handlers: this.options,
      limits: this.limits,
      counters: this.counters,
      transport: new SocketTransport(socket),
    })
    const link: Link = { socket, exchange, lastTick: this.tick }
    this.links.add(link)
    socket.on('data', (bytes: Uint8Array) => {
      link.lastTick = this.tick
      exchange.receive(bytes)
    })
    socket.on('drain', () => {
      link.lastTick = this.tick
      exchange.drained()
    })
    socket.on('end', () => exchange.ended())
    // A connection reset is the peer's affair, and 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.links.delete(link)
      exchange.abandon()
    })
    guard(this.counters, () => this.options.onConnection?.(exchange))
  }

  /** Closes the connection that has been idle longest. Postfix opens another when it needs one. False when all are busy. */
  private shedOne(): boolean {
    let oldest: Link | undefined
    for (const link of this.links)
      if (link.exchange.inFlight === 0 && (oldest === undefined || link.lastTick < oldest.lastTick))
        oldest = link
    if (oldest === undefined) return false
    this.shed++
    this.links.delete(oldest)
    oldest.socket.destroy()
    return true
  }

  private startSweep(): void {
    const { idleTimeoutMs = defaultIdleMs } = this.options
    if (idleTimeoutMs <= 0 || this.sweeper !== undefined) return
    this.sweeper = setInterval(() => {
      this.tick++
      for (const { socket, exchange, lastTick } of this.links)
        if (this.tick - lastTick > ticksPerIdle && !exchange.isDeciding) socket.destroy()
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
    return this.socket.write(text)
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

  finishLate(): void {
    const { socket } = this
    socket.end()
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), lateMs)
    socket.once('close', () => clearTimeout(timer))
  }
}

const peerOf = (socket: net.Socket, address: ListenAddress) => {
  if (address.kind === 'unix') return address.path
  const { remoteAddress = '', remotePort = 0 } = socket
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()))
