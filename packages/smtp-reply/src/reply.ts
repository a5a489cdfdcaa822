// One line of an SMTP refusal (RFC 5321 §4.2): what goes out is printable ASCII, and it fits.
import { NAME_OCTETS, REPLY_LINE_OCTETS, URL_OCTETS } from './limits.ts'

/** An SMTP reply: `code` and `enhanced` (RFC 3463) stand before `text` on the line. */
export interface SmtpReply {
  readonly code: number
  readonly enhanced: string
  readonly text: string
}

/** Nothing but printable ASCII leaves: no line breaks, no terminal escapes, no octets a client may choke on. */
export const printable = (text: string): string => text.replace(/[^ -~]/g, '?')

/** At most so many characters, with three dots for what is left out. */
export const shorten = (text: string, octets: number): string =>
  text.length <= octets ? text : octets < 3 ? text.slice(0, octets) : `${text.slice(0, octets - 3)}...`

/** A name or address from outside as it may stand in a reply. */
export const printableName = (name: string): string => shorten(printable(name), NAME_OCTETS)

/** The address of a page as it may stand in a reply, without blanks. */
export const printableUrl = (url: string): string => shorten(printable(url).replaceAll(' ', '?'), URL_OCTETS)

/**
 * The reply with its text made printable and cut so that the line is no longer than RFC 5321 allows. `reservedOctets` is
 * what the MTA will add to the line, such as Postfix's `<recipient>: Recipient address rejected: `.
 */
export function fitReply({ code, enhanced, text }: SmtpReply, reservedOctets = 0): SmtpReply {
  const room = REPLY_LINE_OCTETS - `${code} ${enhanced} \r\n`.length - reservedOctets
  return { code, enhanced, text: shorten(printable(text).trim(), Math.max(room, 0)) }
}
