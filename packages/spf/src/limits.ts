// The numbers that bound an evaluation, each with its source.

/** What one evaluation may spend. */
export interface SpfLimits {
  /** Terms that ask the DNS: include, a, mx, ptr, exists, redirect. RFC 7208 §4.6.4: 10. */
  readonly terms: number
  /** Terms whose questions were answered with nothing ("void lookups"). RFC 7208 §4.6.4: 2. */
  readonly voidTerms: number
  /** Mail servers of one "mx". RFC 7208 §4.6.4: 10, more are an error. */
  readonly mxNames: number
  /** Names of the client that "ptr" and %{p} look at. RFC 7208 §4.6.4: 10, more are left out. */
  readonly ptrNames: number
}

export const defaultLimits: SpfLimits = { terms: 10, voidTerms: 2, mxNames: 10, ptrNames: 10 }

/** RFC 1035 §2.3.4, as text: RFC 7208 §7.3 cuts expanded names to it from the left. */
export const NAME_CHARACTERS = 253
export const LABEL_CHARACTERS = 63

/** Characters of a record that is parsed. Ours: a TXT answer cannot be longer, RFC 1035 §4.2.2 (65,535 bytes). */
export const RECORD_CHARACTERS = 65_535

/** Characters of an expanded explanation that are kept. Ours: it must fit an SMTP reply, RFC 5321 §4.5.3.1.5 (512 octets). */
export const EXPLANATION_CHARACTERS = 400

/** Questions asked ahead of their turn in one evaluation. Ours: no valid record needs more than 10 terms with 10 names each. */
export const QUESTIONS_AHEAD = 40

/**
 * Terms of a record, and parts of their macros, that are evaluated. Ours: four times what fits the 4,000 characters that
 * large providers of DNS take for a TXT record, as parsed records must not fill the memory (RFC 7208 §11.1).
 */
export const RECORD_PIECES = 2000

/** Approximate bytes of parsed records that are kept. Ours: some 15,000 usual records. */
export const PARSED_BYTES = 32_000_000

/** Questions that the linter asks about one record. Ours: a record within its limits needs fewer, and loops must end. */
export const LINT_QUESTIONS = 50

/** Of those, questions for addresses and mail servers, so that a long list of hosts leaves some for the records included. */
export const LINT_ADDRESS_QUESTIONS = 30

/** RFC 1035 §3.3: a string of a TXT record has a length octet in front. */
export const STRING_OCTETS = 255
