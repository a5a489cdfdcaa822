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

/** Characters of a text that is examined for what was meant by it. Ours: a record of the largest key has some 1,500. */
export const MAX_REPAIRED_CHARACTERS = 8192

/** RFC 1035 §3.3: a string of a TXT record has a length octet in front. */
export const STRING_OCTETS = 255

/** What one message may cost a verifier. */
export interface DkimLimits {
  /** Signatures that are verified, from the top; more are counted only. RFC 6376 §6.1 allows a limit; opendkim has 3. */
  readonly signatures: number
  /** Bytes of the header that are kept. Ours: mail with more is rubbish, Postfix cuts each field at 102,400. */
  readonly headerBytes: number
  /** Fields of the header. Ours. */
  readonly headerFields: number
  /** Keys that are tried for one signature when its name has several. RFC 6376 §3.6.2.2 leaves the results undefined. */
  readonly keys: number
}

export const defaultLimits: DkimLimits = {
  signatures: 8,
  headerBytes: 1_048_576,
  headerFields: 10_000,
  keys: 3,
}

/** Names in one h=. Ours: signers list each field once or twice. */
export const SIGNED_FIELDS = 1000

/** Fields copied in one z= that are looked at. Ours. */
export const COPIED_FIELDS = 1000

/** Names of fields that a signature we make lists at the most; RFC 6376 has no bound, but relays have one for a field. */
export const LISTED_FIELDS = 500

/** Digits of t= and x= beyond which the time is infinite: RFC 6376 §3.5. */
export const TIME_DIGITS = 12

/** Digits of l=: RFC 6376 §3.5. */
export const LENGTH_DIGITS = 76

/** Public keys kept by the text of their records. Ours: some 4 KB each. */
export const KEPT_KEYS = 4000

/** Columns of a line of a signature we make: RFC 5322 §2.1.1. */
export const LINE_COLUMNS = 78
