// A server for spamc, on TCP and UNIX sockets.

import { type ListenAddress, type Listened, type SocketFileOptions, SocketServer } from '@postern/listener'
import type { SpamdHandlers } from './handlers.ts'
import { HeldBytes } from './held-bytes.ts'
import { Inflater } from './inflate.ts'
import { defaultServerLimits, type ServerLimits } from './limits.ts'
import { type Counters, Transaction } from './transaction.ts'

export type {
  ListenAddress,
  ListenError,
  ListenErrorCode,
  Listened,
  SocketFileOptions,
} from '@postern/listener'
export type { SpamdFault } from './fault.ts'
export type { OrFailed, ScanRequest, SpamdConnection, SpamdHandlers, TellRequest } from './handlers.ts'
export type { ServerLimits } from './limits.ts'
export type { Places, RequestHead, ScanCommand } from './request.ts'
export type { ScanAnswer, TellAnswer } from './response.ts'

export interface SpamdServerOptions extends SpamdHandlers {
  /** What is left out is in the table of the README. */
  readonly limits?: Partial<ServerLimits>
  /** Accepting a connection failed, for example for want of file descriptors (`EMFILE`). The server goes on. */
  onAcceptError?(error: Error): void
  /** A connection without a byte either way for this long is closed, up to a quarter later. Default 60 000. 0: never. */
  readonly idleTimeoutMs?: number
  /** How long a request may take to come, else it is refused. Default 300 000, spamd's. */
  readonly requestTimeoutMs?: number
}

export interface SpamdServerStats extends Readonly<Counters> {
  /** Open now. */
  readonly connections: number
  readonly acceptedConnections: number
  /** Closed by us because `limits.connections` was reached. */
  readonly shedConnections: number
}

export interface SpamdServer {
  /** Binds one more address; may be called several times. World failure is a value: never rejects. */
  listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened>
  /**
   * Stops listening, answers the requests that have come completely. What is still open after `graceMs` (default 5000) is cut.
   * Resolves when nothing is open any more; never rejects.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
  readonly stats: SpamdServerStats
}

/** Local clients write their request in one go. */
const defaultIdleMs = 60_000
const defaultRequestMs = 300_000
const defaultGraceMs = 5000

/**
 * A server for the stock spamc.
 *
 * ```ts
 * const server = createSpamdServer({ scan: () => ({ spam: false, score: 0, threshold: 5 }) })
 * const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 783 })
 * ```
 */
export function createSpamdServer(options: SpamdServerOptions): SpamdServer {
  const limits: ServerLimits = { ...defaultServerLimits, ...options.limits }
  const counters: Counters = { requests: 0, scans: 0, tells: 0, faults: 0, handlerErrors: 0 }
  const shared = {
    handlers: options,
    limits,
    requestTimeoutMs: options.requestTimeoutMs ?? defaultRequestMs,
    counters,
    held: new HeldBytes(limits.heldBytes),
    inflater: new Inflater(limits.messageBytes),
  }
  const sockets = new SocketServer<Transaction>({
    maxConnections: limits.connections,
    idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleMs,
    graceMs: defaultGraceMs,
    open: ({ id, peer, transport }) => new Transaction(id, peer, transport, shared),
    onAcceptError: (error) => {
      try {
        options.onAcceptError?.(error)
      } catch {
        counters.handlerErrors++
      }
    },
  })
  return {
    listen: (address, socketFile) => sockets.listen(address, socketFile),
    close: (closeOptions) => sockets.close(closeOptions),
    get stats() {
      return { ...sockets.stats, ...counters }
    },
  }
}
