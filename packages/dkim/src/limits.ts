// The numbers that bound what one message may cost, each with its source.

/** Tags of one list. Ours: RFC 6376 defines 14 for signatures and 8 for keys, and unknown ones are let pass. */
export const TAGS = 100

/** Bits of an RSA key that is used. Ours: RFC 8301 §3.2 asks verifiers for 4096, and each doubling costs four times the time. */
export const MAX_RSA_BITS = 8192

/** Bits of an RSA exponent. Ours: keys in use have 17 (65537), and a long one makes each signature as slow as signing. */
export const MAX_EXPONENT_BITS = 64

/** Characters of p= that are looked at. Ours: three times those of the largest key. */
export const MAX_PUBLIC_KEY_CHARACTERS = 4096

/** Bytes of a file that is read as a private key. Ours: a key of MAX_RSA_BITS has some 6,400 as PEM. */
export const MAX_KEY_FILE_BYTES = 65_536

/** Bits that an RSA key has to have: RFC 8301 §3.2. */
export const MIN_RSA_BITS = 1024

/** Bits that an RSA key should have: RFC 8301 §3.2. */
export const ADVISED_RSA_BITS = 2048
