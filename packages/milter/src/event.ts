// What comes from the MTA.

import type { FrameErrorCode } from './frame-reader.ts'
import type { Negotiated } from './negotiation.ts'
import type { ByteString } from './octets.ts'

/** Who opened the SMTP connection. */
export interface MilterClientInfo {
  /** The name that the MTA found for the address and verified, or the address in brackets. */
  readonly hostName: ByteString
  readonly address: MilterClientAddress
}

export type MilterClientAddress =
  | { readonly family: 'ip4' | 'ip6'; readonly address: ByteString; readonly port: number }
  | { readonly family: 'unix'; readonly path: ByteString }
  /** Mail that was submitted on the MTA's machine by a command. */
  | { readonly family: 'unknown' }

/** A sender or a recipient. */
export interface EnvelopePath {
  /** Without `<>`; empty for the null sender. A byte string: UTF-8 when the client used SMTPUTF8. */
  readonly address: ByteString
  /** ESMTP parameters as they came, such as `SIZE=1000`. */
  readonly parameters: readonly ByteString[]
}

export type MilterErrorCode =
  | FrameErrorCode
  | 'unknown-command'
  /** The command may not come in this state. */
  | 'out-of-order'
  /** The command's data are not what they should be. */
  | 'malformed'
  /** The MTA speaks version 1 or 0. */
  | 'unsupported-version'
  | 'macros-too-large'
  | 'envelope-too-large'
  /** The peer closed the connection in the middle of a frame. */
  | 'unfinished-frame'

/** The peer broke the protocol; the session reads nothing more. */
export interface MilterProtocolError {
  readonly kind: 'protocol-error'
  readonly code: MilterErrorCode
  /** The command's letter; undefined when there is none. */
  readonly command: string | undefined
  /** Index of the first byte of the offending frame, counted from the first byte of the session. */
  readonly at: number
}

/** Byte strings as they came; folds of a header value are LF and a blank. */
export type MilterEvent =
  | { readonly kind: 'negotiate'; readonly offer: Negotiated }
  | { readonly kind: 'connect'; readonly client: MilterClientInfo }
  | { readonly kind: 'helo'; readonly name: ByteString }
  | { readonly kind: 'mail'; readonly sender: EnvelopePath }
  | { readonly kind: 'recipient'; readonly recipient: EnvelopePath }
  | { readonly kind: 'data' }
  | { readonly kind: 'header'; readonly name: ByteString; readonly value: ByteString }
  | { readonly kind: 'end-of-header' }
  /** A piece of a body chunk: a view of the bytes that were received. `isLast`: the chunk ends here. */
  | { readonly kind: 'body'; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly kind: 'end-of-message' }
  | { readonly kind: 'unknown'; readonly command: ByteString }
  /** The MTA gives up the message that was begun. */
  | { readonly kind: 'abort' }
  /** The connection goes on with another SMTP client, without another negotiation. */
  | { readonly kind: 'new-connection' }
  | { readonly kind: 'quit' }
  | MilterProtocolError
