// What spamc asks. spamd 4.0.1 and its PROTOCOL text are the reference; see README.md for where we differ.

import type { ByteString } from './byte-string.ts'

/** Commands that have a message scored; they differ in what is answered. */
export const scanCommands = ['CHECK', 'SYMBOLS', 'REPORT', 'REPORT_IFSPAM', 'PROCESS', 'HEADERS'] as const
export type ScanCommand = (typeof scanCommands)[number]

export type SpamdCommand = ScanCommand | 'TELL' | 'PING' | 'SKIP'

/** `local`: the filter's own memory. `remote`: networks that messages are reported to. */
export interface Places {
  readonly local: boolean
  readonly remote: boolean
}

/** What comes before the message. */
export interface RequestHead {
  readonly command: SpamdCommand
  /** Of the protocol: `1.5` from today's spamc. 0 when it is no number. */
  readonly version: number
  /** Whose mail it is, as the client says; printable bytes. */
  readonly user: ByteString | undefined
  /** Bytes that follow; without it the message goes on to the end of the connection. */
  readonly contentLength: number | undefined
  /** The message is a zlib stream (RFC 1950), and `contentLength` is the length of that. */
  readonly isCompressed: boolean
  readonly messageClass: 'spam' | 'ham' | undefined
  readonly set: Places
  readonly remove: Places
}

export interface SpamdRequest {
  readonly head: RequestHead
  readonly message: Uint8Array
}

export const isScanCommand = (command: SpamdCommand): command is ScanCommand =>
  (scanCommands as readonly string[]).includes(command)

export const nowhere: Places = { local: false, remote: false }

/** From this version on, a PING or SKIP has header lines. */
export const pingHeadersVersion = 1.5
