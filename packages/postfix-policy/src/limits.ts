// Every number that bounds what a peer can make us hold, with its reason. A caller may override any of them.

/** Bounds of one session and of one server; each has a default in {@link defaultLimits}. */
export interface PolicyLimits {
  /** Longest line, in bytes, without its end. */
  readonly lineBytes: number
  /** Longest request, in bytes, with the empty line that ends it. */
  readonly requestBytes: number
  /** Most attributes in one request, repeated ones counted each time. */
  readonly attributes: number
  /** Requests of one connection that are decided at the same time; more wait their turn, and reading pauses. */
  readonly requestsInFlight: number
  /** Connections served at the same time. */
  readonly connections: number
}

export const defaultLimits: PolicyLimits = {
  // Postfix's attr_scan_plain(3) documents four times line_length_limit (2048) as the longest string between its programs;
  // the longest value an SMTP client can cause is one command line of 2048 bytes.
  lineBytes: 8192,
  // Thirty attributes of Postfix 3.7, each at its longest plausible size, stay below a quarter of this.
  requestBytes: 65_536,
  // Postfix 3.7 sends 30; 3.8 and later send 32.
  attributes: 128,
  // Postfix keeps one request in flight per connection; this leaves room for replay tools.
  requestsInFlight: 32,
  // Postfix opens one connection per smtpd process (default_process_limit 100); a large site runs a few thousand.
  connections: 8192,
}

/** Longest action text written, in bytes. One SMTP reply line is 512 (RFC 5321 §4.5.3.1.5); a prepended header line 998 (RFC 5322 §2.1.1). */
export const actionBytes = 998
