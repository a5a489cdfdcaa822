// A milter on TCP and UNIX sockets.

import { type ListenAddress, type Listened, type SocketFileOptions, SocketServer } from '@postern/listener'
import { Conversation } from './conversation.ts'
import { type Counters, guard } from './handler-calls.ts'
import { type MilterHandlers, type MilterSession, stepHandlers } from './handlers.ts'
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
  const { leadingSpace = false, rejectedRecipients = false, macros = {}, limits = {} } = options
  if (options.errorReply === 'skip') throw new TypeError('errorReply cannot be skip')
  if (options.errorReply !== undefined) formatReply(options.errorReply)
  const counters: Counters = { messages: 0, protocolErrors: 0, handlerErrors: 0 }
  const steps = stepHandlers(options)
  const session: SessionOptions = { steps: steps.uses, leadingSpace, rejectedRecipients, macros, limits }
  const tcpSession: SessionOptions = { ...session, steps: withAnsweredData(steps.uses) }
  const { connections = defaultConnections, waitingBytes = defaultWaitingBytes } = limits
  // A full server has no connection to close for a newcomer: all are in the middle of an SMTP session.
  const sockets = new SocketServer<Conversation<State>>({
    maxConnections: connections,
    idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleMs,
    graceMs: defaultGraceMs,
    open: ({ id, peer, address, transport }) =>
      new Conversation<State>({
        id,
        peer,
        handlers: options,
        steps,
        session: address.kind === 'tcp' ? tcpSession : session,
        waitingBytes,
        counters,
        transport,
      }),
    onOpened: (conversation) => guard(counters, () => options.onConnection?.(conversation.session)),
    onAcceptError: (error) => guard(counters, () => options.onAcceptError?.(error)),
  })
  return {
    listen: (address, socketFile) => sockets.listen(address, socketFile),
    close: (closeOptions) => sockets.close(closeOptions),
    get stats() {
      let inFlight = 0
      for (const conversation of sockets.works()) if (conversation.isInMessage) inFlight++
      return { ...sockets.stats, inFlight, ...counters }
    },
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
