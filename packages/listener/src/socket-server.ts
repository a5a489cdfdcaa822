// Connections of a server on TCP and UNIX sockets: accepted up to a number, closed when idle, ended in an orderly way. What is
// spoken on them is the caller's.

import net from 'node:net'
import type { ListenAddress } from './address.ts'
import { closedBefore, type Listened, listenOn, type SocketFileOptions } from './listen.ts'
import { SocketTransport } from './socket-transport.ts'

/** What becomes of one connection. */
export interface SocketWork {
  receive(bytes: Uint8Array): void
  /** The transport takes bytes again. */
  drained(): void
  /** The peer sends nothing more; the other direction is still open. */
  ended(): void
  /** The connection is gone: what is written now goes nowhere. */
  abandon(): void
  /** The server closes: finish what is under way, then the connection. Without this, peers are waited for. */
  close?(): void
  /** We are at work, so silence on the connection is not the peer's. */
  readonly isDeciding: boolean
}

export interface AcceptedSocket {
  /** Counts up from 1 within one server. */
  readonly id: number
  /** The other end: `127.0.0.1:41234`, `[::1]:41234`, or the path of our UNIX socket. */
  readonly peer: string
  /** Where we listen. */
  readonly address: ListenAddress
  readonly transport: SocketTransport
}

export interface SocketServerOptions<Work extends SocketWork> {
  /** Connections open at once. */
  readonly maxConnections: number
  /** A connection without a byte either way for this long is closed, up to a quarter later. 0: never. */
  readonly idleTimeoutMs: number
  /** The default of `close`. */
  readonly graceMs: number
  open(accepted: AcceptedSocket): Work
  onOpened?(work: Work): void
  /**
   * Whether this connection may be closed for a newcomer when there are too many, or no file descriptors: the one that has been
   * silent longest is. Without this, or when all are busy, it is the newcomer that is closed.
   */
  isIdle?(work: Work): boolean
  /** Accepting a connection failed, for example for want of file descriptors (`EMFILE`). The server goes on. */
  onAcceptError?(error: Error): void
}

export interface SocketServerStats {
  /** Open now. */
  readonly connections: number
  readonly acceptedConnections: number
  /** Closed by us because there were too many. */
  readonly shedConnections: number
}

interface Link<Work> {
  readonly socket: net.Socket
  readonly work: Work
  /** The sweep's count at the last byte either way. */
  lastTick: number
}

/** The sweep looks this many times during one idle timeout: no timer for each connection, nothing for each read but a number. */
const ticksPerIdle = 4

export class SocketServer<Work extends SocketWork> {
  private readonly options: SocketServerOptions<Work>
  private readonly servers = new Set<net.Server>()
  private readonly links = new Set<Link<Work>>()
  private accepted = 0
  private shed = 0
  private tick = 0
  private sweeper: NodeJS.Timeout | undefined = undefined
  private closing: Promise<void> | undefined = undefined

  constructor(options: SocketServerOptions<Work>) {
    this.options = options
  }

  /** Binds one more address; may be called several times. World failure is a value: never rejects. */
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
      this.options.onAcceptError?.(error)
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

  /** Stops listening and tells each connection's work to end; what is still open after `graceMs` is cut. Never rejects. */
  close({ graceMs = this.options.graceMs } = {}): Promise<void> {
    this.closing ??= this.closeAll(graceMs)
    return this.closing
  }

  /** What goes on on the connections that are open now. */
  *works(): IterableIterator<Work> {
    for (const { work } of this.links) yield work
  }

  get stats(): SocketServerStats {
    return {
      connections: this.links.size,
      acceptedConnections: this.accepted,
      shedConnections: this.shed,
    }
  }

  private async closeAll(graceMs: number): Promise<void> {
    clearInterval(this.sweeper)
    const all = [...this.servers].map(closed)
    for (const { work } of this.links) work.close?.()
    const cut = setTimeout(() => {
      for (const { socket } of this.links) socket.destroy()
    }, graceMs)
    await Promise.all(all)
    for (const { socket } of this.links) await new Promise((resolve) => socket.once('close', resolve))
    clearTimeout(cut)
  }

  private accept(socket: net.Socket, address: ListenAddress): void {
    this.accepted++
    if (this.links.size >= this.options.maxConnections && !this.shedOne()) {
      this.shed++
      socket.destroy()
      return
    }
    const work = this.options.open({
      id: this.accepted,
      peer: peerOf(socket, address),
      address,
      transport: new SocketTransport(socket),
    })
    const link: Link<Work> = { socket, work, lastTick: this.tick }
    this.links.add(link)
    socket.on('data', (bytes: Uint8Array) => {
      link.lastTick = this.tick
      work.receive(bytes)
    })
    socket.on('drain', () => {
      link.lastTick = this.tick
      work.drained()
    })
    socket.on('end', () => work.ended())
    // A connection reset is the peer's affair, and 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.links.delete(link)
      work.abandon()
    })
    this.options.onOpened?.(work)
  }

  /** Closes the connection that has been silent longest, if it may be. */
  private shedOne(): boolean {
    const { options } = this
    if (options.isIdle === undefined) return false
    let oldest: Link<Work> | undefined
    for (const link of this.links)
      if (options.isIdle(link.work) && (oldest === undefined || link.lastTick < oldest.lastTick))
        oldest = link
    if (oldest === undefined) return false
    this.shed++
    this.links.delete(oldest)
    oldest.socket.destroy()
    return true
  }

  private startSweep(): void {
    const { idleTimeoutMs } = this.options
    if (idleTimeoutMs <= 0 || this.sweeper !== undefined) return
    this.sweeper = setInterval(() => {
      this.tick++
      for (const { socket, work, lastTick } of this.links)
        if (this.tick - lastTick > ticksPerIdle && !work.isDeciding) socket.destroy()
    }, idleTimeoutMs / ticksPerIdle)
    this.sweeper.unref()
  }
}

const peerOf = (socket: net.Socket, address: ListenAddress) => {
  if (address.kind === 'unix') return address.path
  const { remoteAddress = '', remotePort = 0 } = socket
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()))
