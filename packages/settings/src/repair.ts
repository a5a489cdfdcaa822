// Reads as much of a broken file as can be read, so that every mistake of TOML's grammar is reported at once, and the
// mistakes in the sound lines with them. A broken line is blanked; a broken header keeps its lines together.

import { ParseError, parseTOML } from 'toml-eslint-parser'
import { type Document, type Place, readDocument } from './document.ts'

/** A place where the text is not TOML. */
export interface SyntaxMistake extends Place {
  readonly code: 'syntax' | 'duplicate' | 'unclosed'
  /** The library's words for it. */
  readonly reason: string
  /** The line where the statement begins. */
  readonly statement: string
  /** The table that the line belongs to, as its header has it; undefined before the first. */
  readonly table: string | undefined
}

export interface RepairedDocument extends Document {
  readonly mistakes: readonly SyntaxMistake[]
  /** What a top-level table was called in the file, by the name that it had to be given here. */
  readonly renamed: ReadonlyMap<string, string>
}

/** Past so many mistakes the file is something else than settings. */
const maxMistakes = 100

const headerLine = /^\s*\[{1,2}\s*([\w.-]*)/
const pairLine = /^\s*(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*\s*=/

/** The document, and where it is not TOML. */
export function repairDocument(text: string): RepairedDocument {
  // RFC 8259 §8.1 has the like for JSON: a byte order mark at the start is an editor's, and no mistake.
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    return { ...readDocument(source), mistakes: [], renamed: new Map() }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return new Repair(source).run()
  }
}

class Repair {
  readonly #lines: string[]
  readonly #original: readonly string[]
  readonly #mistakes: SyntaxMistake[] = []
  readonly #renamed = new Map<string, string>()

  constructor(text: string) {
    this.#original = text.split('\n').map((line) => line.replace(/\r$/, ''))
    this.#lines = [...this.#original]
  }

  run(): RepairedDocument {
    const starts = statementLines(this.#lines)
    const bounds = starts[0] === 0 ? starts : [0, ...starts]
    bounds.forEach((start, i) => {
      this.#repairStatement(start, bounds[i + 1] ?? this.#lines.length)
    })
    return { ...this.#readWhole(), mistakes: this.#mistakes, renamed: this.#renamed }
  }

  /** Makes lines that are one statement, as it seems, readable on their own. */
  #repairStatement(start: number, end: number): void {
    for (let from = start; from < end; ) {
      const error = this.#errorIn(from, end)
      if (!error) return
      if (this.#mistakes.length >= maxMistakes) {
        this.#blank(from, end)
        return
      }
      const at = Math.min(from + error.lineNumber, end) - 1
      const isOwnLine = at > from ? !this.#errorIn(from, at) : !isStatement(this.#lines[at]!)
      if (isOwnLine) {
        // What goes before is whole: this line is rubbish of its own.
        this.#report(at, error)
        this.#blank(at, at + 1)
        from = at + 1
      } else if (!this.#errorIn(from, from + 1)) {
        from++ // Text that is not closed begins further down.
      } else {
        this.#report(at, error, from)
        if (headerLine.test(this.#lines[from]!)) this.#rename(from)
        else this.#blank(from, end)
      }
    }
  }

  /** Every statement can be read; what is left are names defined twice. */
  #readWhole(): Document {
    for (;;)
      try {
        return readDocument(this.#lines.join('\n'))
      } catch (error) {
        if (!(error instanceof ParseError)) throw error
        const at = Math.min(error.lineNumber, this.#lines.length) - 1
        const start = this.#statementAt(at)
        this.#report(at, error, start)
        const isHopeless = this.#mistakes.length >= maxMistakes || !isStatement(this.#lines[start]!)
        if (isHopeless) this.#blank(0, this.#lines.length)
        else if (headerLine.test(this.#lines[start]!)) this.#rename(start)
        else this.#blank(start, this.#nextStatement(start))
      }
  }

  #errorIn(start: number, end: number): ParseError | undefined {
    try {
      parseTOML(`${this.#lines.slice(start, end).join('\n')}\n`, { tomlVersion: '1.0' })
      return undefined
    } catch (error) {
      if (error instanceof ParseError) return error
      throw error
    }
  }

  /** Notes a mistake at line `at` of the statement that begins at line `start` (both from 0). */
  #report(at: number, error: ParseError, start = at): void {
    if (this.#mistakes.length >= maxMistakes) return
    const statement = this.#original[start]!
    // The end of a list that is not closed is found where something else begins; its beginning is what helps.
    const isUnclosed =
      error.message.startsWith('Unterminated') || (at > start && error.message.startsWith('Unspecified'))
    // What is missing at the end of a line is found at the beginning of the next, which may be another statement's.
    const column =
      error.column === 0 && error.message.startsWith('Unspecified') ? statement.length : error.column
    this.#mistakes.push({
      line: (isUnclosed ? start : at) + 1,
      column: (isUnclosed ? statement.search(/\S/) : column) + 1,
      code: isUnclosed ? 'unclosed' : error.message.startsWith('Defining a key') ? 'duplicate' : 'syntax',
      reason: error.message,
      statement,
      table: this.#tableAt(start),
    })
  }

  #blank(start: number, end: number): void {
    this.#lines.fill('', start, end)
  }

  /** Gives a header a name that nobody else has, so that the lines below it stay a table. */
  #rename(line: number): void {
    const name = headerLine.exec(this.#original[line]!)?.[1] ?? ''
    const substitute = `\u0000${this.#renamed.size}`
    this.#renamed.set(substitute, name)
    this.#lines[line] = `["\\u0000${this.#renamed.size - 1}"]`
  }

  #tableAt(line: number): string | undefined {
    for (let i = line; i >= 0; i--) {
      const name = headerLine.exec(this.#original[i]!)?.[1]
      if (name !== undefined && isStatement(this.#original[i]!)) return name
    }
    return undefined
  }

  #statementAt(line: number): number {
    let start = line
    while (start > 0 && !isStatement(this.#lines[start]!)) start--
    return start
  }

  #nextStatement(line: number): number {
    let end = line + 1
    while (end < this.#lines.length && !isStatement(this.#lines[end]!)) end++
    return end
  }
}

/** The lines that begin a statement; what looks so inside a text of several lines does not. */
function statementLines(lines: readonly string[]): number[] {
  const starts: number[] = []
  for (let i = 0; i < lines.length; i++) {
    if (!isStatement(lines[i]!)) continue
    starts.push(i)
    const [quotes] = /"""|'''/.exec(lines[i]!) ?? []
    if (quotes === undefined || lines[i]!.split(quotes).length % 2 === 1) continue
    const close = lines.findIndex((line, k) => k > i && line.includes(quotes))
    if (close > 0) i = close
  }
  return starts
}

/** Whether a line looks like the beginning of a statement. Lines of a list of texts do not: their brackets hold quotes. */
const isStatement = (line: string): boolean => pairLine.test(line) || /^\s*\[{1,2}\s*[\w-]/.test(line)
