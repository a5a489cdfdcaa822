/** Text in lines of at most so many columns, whatever lines it came in. A longer word has a line to itself. */
export function wrapText(text: string, columns: number): string[] {
  let line = ''
  const lines: string[] = []
  for (const word of text.trim().split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

/** What answers are made to fit. */
export const TERMINAL_COLUMNS = 80

/** Text behind a beginning, with its further lines indented: as far as the first, unless told. */
export function hangText(
  beginning: string,
  text: string,
  indent: string = ' '.repeat(beginning.length),
): string {
  const [first = '', ...words] = text.trim().split(/\s+/)
  const lines: string[] = []
  let line = beginning + first
  for (const word of words) {
    if (line.length + 1 + word.length <= TERMINAL_COLUMNS) line += ` ${word}`
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line].map((each) => `${each}\n`).join('')
}
