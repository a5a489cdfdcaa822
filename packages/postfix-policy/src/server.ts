// A policy server on TCP and UNIX sockets. For one peer on stdin and stdout see stream.ts.

import { type ListenAddress, type Listened, type SocketFileOptions, SocketServer } from '@postern/listener'
import { type Counters, Exchange, guard, type PolicyConnection, type PolicyHandlers } from './exchange.ts'
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

/**
 * A server for Postfix's check_policy_service.
 *
 * ```ts
 * const server = createPolicyServer({ handle: (request) => ({ kind: 'dunno' }) })
 * const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 10023 })
 * ```
 */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  const counters: Counters = { requests: 0, protocolErrors: 0, handlerErrors: 0 }
  const limits: PolicyLimits = { ...defaultLimits, ...options.limits }
  const sockets = new SocketServer<Exchange>({
    maxConnections: limits.connections,
    idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleMs,
    graceMs: defaultGraceMs,
    open: ({ id, peer, transport }) =>
      new Exchange({ id, peer, handlers: options, limits, counters, transport }),
    onOpened: (exchange) => guard(counters, () => options.onConnection?.(exchange)),
    // Postfix opens another when it needs one.
    isIdle: (exchange) => exchange.inFlight === 0,
    onAcceptError: (error) => guard(counters, () => options.onAcceptError?.(error)),
  })
  return {
    listen: (address, socketFile) => sockets.listen(address, socketFile),
    close: (closeOptions) => sockets.close(closeOptions),
    get stats() {
      let inFlight = 0
      for (const exchange of sockets.works()) inFlight += exchange.inFlight
      return { ...sockets.stats, inFlight, ...counters }
    },
  }
}
