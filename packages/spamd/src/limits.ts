// Every number that bounds what a peer can make us hold, with its reason.

/** Bounds of one request. */
export interface RequestLimits {
  /** Longest line of the head, in bytes, without its line feed. */
  readonly lineBytes: number
  /** Header lines of one request, the empty one included. */
  readonly headers: number
  /** Longest message, in bytes, inflated. */
  readonly messageBytes: number
}

export const defaultRequestLimits: RequestLimits = {
  // spamd has no limit; user names are the longest that spamc sends.
  lineBytes: 8192,
  // spamd's.
  headers: 256,
  // The most that spamc can be told to send (-s).
  messageBytes: 256 * 1024 * 1024,
}

/** Bounds of one server. */
export interface ServerLimits extends RequestLimits {
  /** Connections open at once; more are closed at once. */
  readonly connections: number
  /** Bytes of messages held at once. Requests beyond it wait unread; the first is always read. */
  readonly heldBytes: number
}

export const defaultServerLimits: ServerLimits = {
  ...defaultRequestLimits,
  connections: 4096,
  heldBytes: 256 * 1024 * 1024,
}

/** Longest head of an answer that the client reads, in bytes: three or four short lines. */
export const responseHeadBytes = 65_536

/** Inflated mail is taken to be at most so many times its compressed size when room is kept for it; if it is not, newcomers wait. */
export const usualInflation = 16
