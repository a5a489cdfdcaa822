// The policy delegation protocol without a socket: bytes in, events out; actions in, bytes out.

import type { Action } from './action.ts'
import type { PolicyLimits } from './limits.ts'
import type { PolicyRequest } from './request.ts'

export type PolicyErrorCode =
  /** A line is longer than `limits.lineBytes`. */
  | 'line-too-long'
  /** No empty line within `limits.requestBytes`. */
  | 'request-too-large'
  | 'too-many-attributes'
  /** A line without `=`, or with an empty name or a blank in the name. */
  | 'not-an-attribute'
  /** A NUL anywhere, or a name that is not printable ASCII. */
  | 'binary'
  /** The request ended without `request=smtpd_access_policy`. */
  | 'not-a-policy-request'
  /** The peer closed the connection in the middle of a request. */
  | 'unfinished-request'

/** The peer broke the protocol; the session reads nothing more. */
export interface PolicyProtocolError {
  readonly kind: 'protocol-error'
  readonly code: PolicyErrorCode
  /** Index of the offending byte, counted from the first byte of the session. */
  readonly at: number
  /** The beginning of the offending line, for a log: at most 64 characters, unprintable ones as `?`. */
  readonly excerpt: string
  /**
   * The peer speaks this protocol (it sent at least one whole attribute) and waits for an answer: `reply` may be called once
   * more. When false the bytes are something else, or nobody listens any more.
   */
  readonly awaitsReply: boolean
}

export type PolicyEvent = { readonly kind: 'request'; readonly request: PolicyRequest } | PolicyProtocolError

/** One connection's protocol state. */
export interface PolicySession {
  /** Takes bytes as they come, in any split. Never throws. After a protocol error or `end` it ignores what it gets. */
  receive(bytes: Uint8Array): readonly PolicyEvent[]
  /** The bytes of one answer. Answers go out in the order of the requests: call it once per request, in that order. */
  reply(action: Action): Uint8Array
  /** The peer sends nothing more: the unfinished request, if there is one. */
  end(): PolicyProtocolError | undefined
}

export type SessionLimits = Partial<Pick<PolicyLimits, 'lineBytes' | 'requestBytes' | 'attributes'>>

export declare function createPolicySession(limits?: SessionLimits): PolicySession
