// What bounds the work that one hostile header field can cause.

/** Mailboxes read of one field. Our own choice: a From field has one, sometimes two. */
export const MAILBOXES = 100
/** Octets read of one field. A field of this length is no From field of a person; the rest is left unread. */
export const FIELD_OCTETS = 65_536
