// The lines that opendkim's `file` and `refile` data sets have in common: a key, white space, a value; `#` ends a line.

/** `line` counts from 1. `value` is empty where the line has a key only. */
export interface TableRow {
  readonly line: number
  readonly key: string
  readonly value: string
  /** The line without comment and outer blanks. */
  readonly text: string
}

/** A line that is not in force. All others are. */
export interface TableProblem<Code extends string> {
  readonly line: number
  readonly code: Code
  /** The line without comment and outer blanks. */
  readonly text: string
}

/** The rows of a table; lines without anything in them are left out. Line ends: LF or CRLF. */
export function readTableRows(text: string): TableRow[] {
  const rows: TableRow[] = []
  let line = 0
  for (const raw of text.split('\n')) {
    line++
    const hash = raw.indexOf('#')
    const content = (hash < 0 ? raw : raw.slice(0, hash)).trim()
    if (content === '') continue
    const gap = content.search(/\s/)
    const key = gap < 0 ? content : content.slice(0, gap)
    rows.push({ line, key, value: gap < 0 ? '' : content.slice(gap).trim(), text: content })
  }
  return rows
}
