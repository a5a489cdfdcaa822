// The numbers that bound a reply, each with its source.

/** Octets of a reply line with its code and CRLF. RFC 5321 §4.5.3.1.5. */
export const REPLY_LINE_OCTETS = 512

/** Octets of a host name or address in a reply. Ours: a name of 253 would leave no room for what is to be said of it. */
export const NAME_OCTETS = 100

/** Octets of the address of a page. Ours. */
export const URL_OCTETS = 200

/** Characters of a template; what it grows to is cut to the length of a reply. */
export const TEMPLATE_CHARACTERS = 500
