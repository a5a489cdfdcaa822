// What every parser of the workspace returns: bad input is a value with a code and a place, never an exception.

/** Why and where a text was refused. `at` is a UTF-16 index into the text; the text's length means "at its end". */
export interface ParseError<Code extends string> {
  readonly code: Code
  readonly at: number
}

/** The outcome of a parser: the value, or a coded error. */
export type Parsed<T, Code extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ParseError<Code> }

/** Wraps a parsed value. */
export const parsed = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

/** Wraps a coded error. */
export const parseError = <Code extends string>(
  code: Code,
  at: number,
): { readonly ok: false; readonly error: ParseError<Code> } => ({ ok: false, error: { code, at } })
