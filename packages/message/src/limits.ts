/** What a reader keeps in memory at the most. */
export interface MessageLimits {
  /**
   * Characters of a header field that are handed on; the rest of a longer one is dropped. Ours: ten times what Postfix
   * passes on (header_size_limit, 102,400).
   */
  readonly fieldBytes: number
}

export const defaultLimits: MessageLimits = { fieldBytes: 1_048_576 }

/** Bytes of a chunk that are looked at together. Ours: the header of nearly all mail fits, and so do the processor's caches. */
export const BLOCK_BYTES = 16_384
