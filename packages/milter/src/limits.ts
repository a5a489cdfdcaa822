// Every number that bounds what a peer can make us hold or what we send, with its reason.

/** Bounds of one session; each may be overridden, {@link defaultLimits} holds the rest. */
export interface MilterLimits {
  /** Longest frame, in bytes after its length. Of a body chunk nothing is held, whatever its length. */
  readonly frameBytes: number
  /** Most bytes of macros of one stage. */
  readonly macroBytes: number
  /** Most bytes of one message's sender and recipients. */
  readonly envelopeBytes: number
}

export const defaultLimits: MilterLimits = {
  // Postfix cuts a header field at header_size_limit (102,400); some raise it. sendmail's largest data size is 1 MiB.
  frameBytes: 1_052_672,
  // Certificates' subjects are the longest; an ordinary stage has some hundred bytes.
  macroBytes: 65_536,
  // smtpd_recipient_limit is 1000; local mail may have far more.
  envelopeBytes: 8_388_608,
}

/** Data of one frame that we send: 64 KiB less one, which libmilter calls MILTER_MDS_64K; more only when negotiated. */
export const chunkBytes = 65_535
export const chunkBytes256K = 262_143
export const chunkBytes1M = 1_048_575

/** libmilter's MAXREPLYLEN and MAXREPLIES: bytes of one line of a reply, and lines. */
export const replyLineBytes = 980
export const replyLines = 32
