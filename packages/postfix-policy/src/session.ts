// The policy delegation protocol without a socket: bytes in, events out; actions in, bytes out.
// SMTPD_POLICY_README: a request is lines of name=value and an empty line; an answer is action=... and an empty line; many
// requests may follow each other on one connection, and answers keep their order.

import type { Action } from './action.ts'
import { defaultLimits, type PolicyLimits } from './limits.ts'
import { encodeUtf8 } from './octets.ts'
import { formatReply } from './reply.ts'
import type { PolicyRequest } from './request.ts'
import { type DecoderLimits, RequestDecoder } from './request-decoder.ts'

export type PolicyErrorCode =
  /** A line is longer than `limits.lineBytes`. */
  | 'line-too-long'
  /** No empty line within `limits.requestBytes`. */
  | 'request-too-large'
  /** More than `limits.attributes` lines. */
  | 'too-many-attributes'
  /** A line without `=`, or with nothing before it. */
  | 'not-an-attribute'
  /** A NUL byte, which attr_scan_plain(3) allows in no name and no value. */
  | 'binary'
  /** The request has no `request=smtpd_access_policy`. */
  | 'not-a-policy-request'
  /** The peer closed the connection in the middle of a request. */
  | 'unfinished-request'

/** The peer broke the protocol; the session reads nothing more. */
export interface PolicyProtocolError {
  readonly kind: 'protocol-error'
  readonly code: PolicyErrorCode
  /** Index of the offending byte, counted from the first byte of the session. */
  readonly at: number
  /** The offending line up to that byte, for a log: its last 64 characters, unprintable ones as `?`. */
  readonly excerpt: string
  /**
   * True when the peer speaks this protocol (at least one whole attribute came) and may be waiting for an answer: `reply` may
   * then be called once more. False when the bytes are something else, or when the peer has gone.
   */
  readonly awaitsReply: boolean
}

export type PolicyEvent = { readonly kind: 'request'; readonly request: PolicyRequest } | PolicyProtocolError

/** The protocol state of one connection. */
export interface PolicySession {
  /** Takes bytes as they come, in any split; the bytes are not kept. Never throws. After a protocol error it ignores them. */
  receive(bytes: Uint8Array): readonly PolicyEvent[]
  /** The bytes of one answer, in UTF-8. Call it once for each request, in their order; without a request it throws. */
  reply(action: Action): Uint8Array
  /** The peer sends nothing more: the unfinished request, if there is one. */
  end(): PolicyProtocolError | undefined
}

/** The limits that a session needs; what is left out is in `defaultLimits`. */
export type SessionLimits = Partial<DecoderLimits>

/**
 * The state of one connection.
 *
 * ```ts
 * const session = createPolicySession()
 * for (const event of session.receive(bytes)) if (event.kind === 'request') send(session.reply({ kind: 'dunno' }))
 * ```
 */
export function createPolicySession(limits?: SessionLimits): PolicySession {
  const decoder = new RequestDecoder(decoderLimits(limits))
  let awaiting = 0
  return {
    receive(bytes) {
      const events = decoder.receive(bytes)
      for (const event of events) if (event.kind === 'request' || event.awaitsReply) awaiting++
      return events
    },
    reply(action) {
      if (awaiting === 0) throw new TypeError('reply() without a request that waits for one')
      awaiting--
      return encodeUtf8(formatReply(action))
    },
    end: () => decoder.end(),
  }
}

/** All limits of a decoder, the defaults filled in. */
export function decoderLimits(limits: Partial<PolicyLimits> | undefined): DecoderLimits {
  const { lineBytes, requestBytes, attributes } = { ...defaultLimits, ...limits }
  return { lineBytes, requestBytes, attributes }
}
