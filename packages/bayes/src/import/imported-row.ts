// What the databases of other filters hold.

import type { MailClass } from '../score.ts'

/** A line of another filter's dump. */
export type ImportedRow =
  /** Messages that the counts are from. */
  | { readonly kind: 'messages'; readonly spam: number; readonly ham: number }
  | {
      readonly kind: 'token'
      /** As the other filter has it: bogofilter's words as byte strings, SpamAssassin's as ten hexadecimal digits of a SHA-1. */
      readonly token: string
      /** Messages of the class that had it. */
      readonly spam: number
      readonly ham: number
      /** When it was last met, in seconds since 1970; 0 when not known. */
      readonly lastMet: number
    }
  /** A message that was learned, by the other filter's name for it. */
  | { readonly kind: 'seen'; readonly as: MailClass; readonly id: string }

export type ImportErrorCode =
  /** The first line is none of such a dump. */
  | 'not-a-dump'
  /** A dump of a version that is not known. */
  | 'version'
  /** A line that is none of such a dump. */
  | 'line'
  /** A count that is no whole number, or is too large. */
  | 'number'
  /** The dump ends, and the numbers of messages have not been told. */
  | 'no-totals'

export interface ImportError {
  readonly code: ImportErrorCode
  /** From 1. */
  readonly line: number
}

export type ImportedLine =
  /** Without a row: a line that has nothing to import. */
  { readonly ok: true; readonly row?: ImportedRow } | { readonly ok: false; readonly error: ImportError }

/** Reads a dump line by line. */
export interface ImportParser {
  /** A line without its end, as a byte string. */
  read(line: string): ImportedLine
  /** Whether the dump was whole. */
  end(): ImportedLine
}

/** A count of messages; undefined for what is none. No filter has learned as many as would not fit in 32 bits. */
export function parseCount(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const count = Number(text)
  return count <= 0xffff_ffff ? count : undefined
}
