// A record as it was published, in lines that fit, with signs under the parts that something is said about.

import { printableBytes } from './text-table.ts'

export interface Mark {
  /** An index in the text. */
  readonly at: number
  /** Characters; 0 marks the place itself, where something is missing. */
  readonly length: number
  /** One character. */
  readonly sign: string
}

/** Lines of the text, each with a line of signs below it where there are any. Marks given later lie above earlier ones. */
export function underline(
  text: string,
  marks: readonly Mark[],
  { columns }: { readonly columns: number },
): string[] {
  const lines: string[] = []
  let shown = ''
  let signs = ''
  const flush = () => {
    if (shown !== '') lines.push(shown.trimEnd() === '' ? shown : shown.trimEnd())
    if (signs.trim() !== '') lines.push(signs.trimEnd())
    shown = ''
    signs = ''
  }
  const signOf = signFinder(text.length, marks)
  for (const [start, end] of piecesOf(text)) {
    const cells = Array.from(text.slice(start, end), (character) => printableBytes(character))
    const width = cells.reduce((sum, cell) => sum + cell.length, 0)
    if (shown !== '' && shown.length + width > columns) flush()
    let at = start
    for (const cell of cells) {
      if (shown.length + cell.length > columns) flush()
      shown += cell
      signs += signOf(at).repeat(cell.length)
      at += characterLength(text, at)
    }
  }
  // A place behind the last character.
  signs += signOf(text.length)
  flush()
  return lines.length === 0 ? [''] : lines
}

/** The sign below each character, and below the place behind the last. */
function signFinder(length: number, marks: readonly Mark[]): (at: number) => string {
  const signs = new Array<string>(length + 1).fill(' ')
  for (const mark of marks)
    for (let at = mark.at; at < Math.max(mark.at + mark.length, mark.at + 1) && at <= length; at++)
      signs[at] = mark.sign
  return (at) => signs[at] ?? ' '
}

/** Words, each with the blanks behind it. */
function piecesOf(text: string): [start: number, end: number][] {
  const pieces: [number, number][] = []
  for (const found of text.matchAll(/[^ ]+ *| +/g)) pieces.push([found.index, found.index + found[0].length])
  return pieces
}

const characterLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
