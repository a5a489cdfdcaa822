// Every number that bounds what a peer can make us hold or what we send, with its reason.

/** Bounds of one session and of one server. Each may be overridden; {@link defaultLimits} holds the rest. */
export interface PolicyLimits {
  /** Longest line, in bytes, without its line feed. */
  readonly lineBytes: number
  /** Longest request, in bytes, with the empty line that ends it. */
  readonly requestBytes: number
  /** Most attributes in one request, repeated ones counted each time. */
  readonly attributes: number
  /** Requests of one connection decided at the same time; more wait their turn, and reading pauses. */
  readonly requestsInFlight: number
  /** Connections served at the same time. */
  readonly connections: number
}

export const defaultLimits: PolicyLimits = {
  // attr_scan_plain(3) documents 4 x line_length_limit (2048) for a string between Postfix's programs. The longest
  // value an SMTP client can cause is one command line, 2048 bytes (seen: helo_name of 1990 characters arrives whole).
  lineBytes: 8192,
  // The 29 attributes of Postfix 3.7, each as long as an SMTP client can make it, stay below this.
  requestBytes: 65_536,
  // Postfix 3.7 sends 29, 3.8 and later 31.
  attributes: 128,
  // Postfix has one request in flight per connection; this leaves room for replay tools.
  requestsInFlight: 32,
  // Postfix opens one connection per smtpd process (default_process_limit 100); large sites run a few thousand.
  connections: 8192,
}

/**
 * Longest text of a refusal, in bytes: an SMTP reply line is 512 with its CRLF (RFC 5321 §4.5.3.1.5), and Postfix puts the
 * codes, the recipient and "Recipient address rejected:" before it. Postfix itself passes on any length.
 */
export const refusalTextBytes = 400

/** Longest of any other action, in bytes after its word: a header line is at most 998 (RFC 5322 §2.1.1). */
export const argumentBytes = 998
