// What a server is built from: who scores, who learns.

import type { ByteString } from './byte-string.ts'
import type { SpamdFault } from './fault.ts'
import type { Places, RequestHead, ScanCommand } from './request.ts'
import type { ScanAnswer, TellAnswer } from './response.ts'

/** The connection a request came on; it carries no other. */
export interface SpamdConnection {
  /** Counts up from 1 within one server. */
  readonly id: number
  /** The other end: `127.0.0.1:41234`, or the path of our UNIX socket. */
  readonly peer: string
}

/** A message to be scored. */
export interface ScanRequest {
  readonly command: ScanCommand
  /** Of the client's protocol. */
  readonly version: number
  /** As the client says; nobody has checked it. */
  readonly user: ByteString | undefined
  readonly message: Buffer
}

/** A message to be learned, forgotten, reported. */
export interface TellRequest {
  readonly user: ByteString | undefined
  readonly message: Buffer
  /** Undefined only when nothing is to be learned. */
  readonly messageClass: 'spam' | 'ham' | undefined
  readonly set: Places
  readonly remove: Places
}

/**
 * `failed`: answered as a temporary failure. spamc then passes the message on as it is, or, with -x, says so with its exit status.
 * The same is answered when a handler throws or rejects.
 */
export type OrFailed<T> = T | 'failed'

export interface SpamdHandlers {
  scan(
    request: ScanRequest,
    connection: SpamdConnection,
  ): OrFailed<ScanAnswer> | Promise<OrFailed<ScanAnswer>>
  /** Without this, TELL is refused, as spamd does without --allow-tell. */
  tell?(
    request: TellRequest,
    connection: SpamdConnection,
  ): OrFailed<TellAnswer> | Promise<OrFailed<TellAnswer>>
  /** Whether TELL is taken now; asked for each. Default: always. */
  isTellAllowed?(connection: SpamdConnection): boolean
  /** A handler or a callback threw or rejected. */
  onHandlerError?(error: unknown, connection: SpamdConnection): void
  /** A request was refused; `head` is what is known of it. */
  onFault?(fault: SpamdFault, connection: SpamdConnection, head: RequestHead | undefined): void
}
