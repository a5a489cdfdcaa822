// A policy server on TCP and UNIX sockets, and on one stream pair for Postfix's spawn(8).

import type { Action } from './action.ts'
import type { ListenAddress } from './address.ts'
import type { PolicyLimits } from './limits.ts'
import type { PolicyRequest } from './request.ts'
import type { PolicyProtocolError } from './session.ts'

/** The connection a request came on. */
export interface PolicyConnection {
  /** Counts up from 1 within one server. */
  readonly id: number
  /** `127.0.0.1:41234`, the socket's path, or `stdin`. */
  readonly peer: string
}

export interface PolicyHandlers {
  /** Decides one request. A value is answered at once; a promise when it settles, in the order of the requests. */
  handle(request: PolicyRequest, connection: PolicyConnection): Action | Promise<Action>
  /** `handle` threw or rejected, and `failureAction` was answered. */
  onHandlerError?(error: unknown, request: PolicyRequest, connection: PolicyConnection): void
  /** The peer broke the protocol. It gets `DUNNO` if it waits for an answer, and the connection is closed. */
  onProtocolError?(event: PolicyProtocolError, connection: PolicyConnection): void
  /** What to answer when `handle` fails. Default: `{ kind: 'dunno' }`, mail never stops because of us. */
  readonly failureAction?: Action
  readonly limits?: Partial<PolicyLimits>
}

export interface PolicyServerOptions extends PolicyHandlers {
  onConnection?(connection: PolicyConnection): void
  /**
   * A connection without a byte either way for this long is closed. Default 900 000 ms: three times Postfix's
   * smtpd_policy_service_max_idle, so that Postfix closes first and never meets a closing connection. 0 is never.
   */
  readonly idleTimeoutMs?: number
}

/** Applied to a UNIX socket after it is bound. */
export interface SocketFileOptions {
  /** Permission bits. Default 0o666, as in postgrey: smtpd runs as another user. */
  readonly mode?: number
  /** Numeric owner and group; what is left out stays as it is. */
  readonly uid?: number
  readonly gid?: number
}

export type ListenErrorCode =
  | 'address-in-use'
  | 'address-not-available'
  | 'permission-denied'
  | 'no-such-directory'
  | 'not-a-socket'
  | 'name-not-found'
  | 'closed'
  | 'failed'

export type Listened =
  /** The address really bound: the port the kernel chose for port 0. */
  | { readonly ok: true; readonly value: ListenAddress }
  | {
      readonly ok: false
      readonly error: {
        readonly code: ListenErrorCode
        /** The system's own code, e.g. `EADDRINUSE`. */
        readonly systemCode: string | undefined
        readonly address: ListenAddress
        /** One sentence for the operator. */
        readonly message: string
      }
    }

export interface PolicyServerStats {
  /** Open now. */
  readonly connections: number
  /** Requests received and not yet answered. */
  readonly inFlight: number
  readonly acceptedConnections: number
  /** Connections closed because `limits.connections` was reached. */
  readonly shedConnections: number
  readonly requests: number
  readonly protocolErrors: number
  readonly handlerErrors: number
}

export interface PolicyServer {
  /** Binds one more address. World failure is a value: never rejects. */
  listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened>
  /** Stops listening, lets requests in flight be answered, closes idle connections; after `graceMs` closes the rest. */
  close(options?: { readonly graceMs?: number }): Promise<void>
  readonly stats: PolicyServerStats
}

export declare function createPolicyServer(options: PolicyServerOptions): PolicyServer

export interface StreamOptions extends PolicyHandlers {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** Serves one peer on a pair of streams (stdin and stdout under Postfix's spawn(8)) until it closes; resolves when all is answered. */
export declare function serveStream(options: StreamOptions): Promise<void>
