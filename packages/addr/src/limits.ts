// The sizes that the standards set, each with its source.

/** Octets of one label. RFC 1035 §2.3.4. */
export const LABEL_OCTETS = 63
/** Octets of a name as text without its root dot: 255 octets on the wire are 253 visible ones. RFC 1035 §2.3.4. */
export const HOSTNAME_OCTETS = 253
/** Octets of a local part, counted without quotes and escapes. RFC 5321 §4.5.3.1.1. */
export const LOCAL_PART_OCTETS = 64
/** Octets of a path with its angle brackets, counted without quotes, escapes and source route. RFC 5321 §4.5.3.1.3. */
export const PATH_OCTETS = 256
/** Characters of the longest IPv6 address, one that ends in dotted decimal. RFC 4291 §2.2. */
export const IPV6_CHARACTERS = 45
