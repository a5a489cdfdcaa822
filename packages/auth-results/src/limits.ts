// Every number that bounds what is written or read, with its reason.

/**
 * Octets of a field written on one line, its name included and CRLF not: RFC 5322 §2.1.1 (counted in octets by RFC 6532
 * §3.4). It is also what @postern/postfix-policy takes as the argument of PREPEND, and less than half of Postfix's
 * line_length_limit (2048).
 */
export const FIELD_OCTETS = 998

/** Octets of a folded field, counted before it is folded: room for thirty results; Postfix's header_size_limit is 102400. */
export const FOLDED_FIELD_OCTETS = 8192

/** Columns of a line of a folded field, a tab counted as eight. RFC 5322 §2.1.1 asks for 78 characters at most. */
export const LINE_COLUMNS = 78

/**
 * UTF-16 units of one value: a path is 256 octets (RFC 5321 §4.5.3.1.3), a domain 255. What is longer is cut. With UTF-8,
 * quotes and names it stays below {@link FIELD_OCTETS}, so that one value always fits on one line.
 */
export const VALUE_CHARACTERS = 256

/**
 * Octets, with its quotes, of an address, a name or an authserv-id in a field that would otherwise be too long. Client,
 * sender and HELO name then still fit on one line together.
 */
export const SHORT_VALUE_OCTETS = 256

/** The same for the client's address, of which IPv6 has 45 characters, and the identity. */
export const WORD_OCTETS = 64

/** Octets of a comment with its parentheses: a sentence with a domain, a mailbox and an address. Below FIELD_OCTETS. */
export const COMMENT_OCTETS = 700

/** A comment that would be cut to fewer octets than this is left out. */
export const LEAST_COMMENT_OCTETS = 16

/** Characters of a method, result, property type, property or key; registered ones are far shorter. */
export const KEYWORD_CHARACTERS = 64

/** Comments inside comments that the parsers follow. The RFCs set none; a field that nests deeper was made to hurt. */
export const COMMENT_DEPTH = 64
