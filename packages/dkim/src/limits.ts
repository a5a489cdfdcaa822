// The numbers that bound what one message may cost, each with its source.

/** Tags of one list. Ours: RFC 6376 defines 14 for signatures and 8 for keys, and unknown ones are let pass. */
export const TAGS = 100
