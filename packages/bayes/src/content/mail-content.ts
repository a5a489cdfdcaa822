// What a message looks like to the person who reads it, and what is beside that.

/** Text with one character per byte, U+0000 to U+00FF (latin1). */
export type ByteString = string

export interface MailField {
  /** In lower case. */
  readonly name: string
  /** Unfolded, words of RFC 2047 decoded, raw 8-bit text taken for UTF-8 or else windows-1252; nothing without width. */
  readonly value: string
  /** The body of the field as it stands, without the line end behind it. */
  readonly raw: ByteString
}

export interface MailLink {
  /** As written (entities decoded), 2,000 characters at most. */
  readonly url: string
  /** The anchor's text, when it looks like a URL or host, and like another one than `url` has. */
  readonly shown?: string
  readonly kind: 'href' | 'image' | 'form' | 'text'
}

export interface MailAttachment {
  /** Decoded; empty when there is none. */
  readonly name: string
  /** Media type in lower case. */
  readonly type: string
  /** As encoded in the message. */
  readonly octets: number
}

export interface MailContent {
  /** The top header, in order. Lines that are no field are left out. */
  readonly fields: readonly MailField[]
  /**
   * What a person reads: the texts of all parts, in order, HTML as it is shown; of messages inside it also Subject and From.
   * Line ends are "\n"; characters without width are gone.
   */
  readonly visible: string
  /** What HTML has but does not show: elements made invisible in any way, comments, title, meta content, noscript. */
  readonly hidden: string
  readonly links: readonly MailLink[]
  readonly attachments: readonly MailAttachment[]
  /** Structure: stable names, each once. The list is in facts.ts. */
  readonly facts: readonly string[]
  /** Octets that were looked at, when the message has more. */
  readonly truncatedAt?: number
}
