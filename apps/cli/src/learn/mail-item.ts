import type { MaildirFlags } from './maildir.ts'

/** A file with mail in it, or standard input. */
export interface MailFile {
  /** From the root; `-` is standard input. */
  readonly path: string
  /** As it was named on the command line. */
  readonly shown: string
  /** A Maildir's file is one message, whatever it begins with. */
  readonly form: 'maildir' | 'any'
  /** It is complained of when it is no mail; what is found in a folder beside the mail is passed over. */
  readonly isNamed: boolean
  /** 0 when not known. */
  readonly octets: number
  /** When it was delivered, or else changed, in seconds since 1970: the order to learn in. */
  readonly time: number
}

/** What is found in a file, in order. */
export type MailItem =
  | {
      readonly kind: 'message'
      /** The file, and which of its messages, from 1: `box#3`. */
      readonly place: string
      readonly message: Buffer
      /** Octets of the file that are read when this one is. */
      readonly end: number
      readonly file: MailFile
    }
  | {
      readonly kind: 'unreadable'
      readonly place: string
      /** Goes on where the place ends: "may not be read by this user". */
      readonly reason: string
      readonly end: number
    }
  /** A file beside the mail, or gone before it could be read. */
  | { readonly kind: 'passed-over'; readonly place: string; readonly end: number }

/** Messages that flags or folders keep from being learned. */
export type LeftOut = keyof Pick<MaildirFlags, 'draft' | 'trashed'>
