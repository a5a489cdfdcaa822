// A postern.toml in the making, with what is to be said about it.

export type DraftValue = string | number | boolean | readonly string[]

export type DraftTable = 'milter' | 'dkim' | 'signing' | 'dns'

/** Postern's defaults, by table and key. */
export type Defaults = Readonly<Record<DraftTable, object>>

/** A file to be written beside the settings. */
export interface DraftFile {
  readonly name: string
  readonly text: string
}

interface Line {
  readonly key: string
  readonly value: DraftValue
  readonly because?: string | undefined
  /** Not said in so many words: left out where it is Postern's default as well. */
  readonly isImplied?: boolean
}

const columns = 110

export class Draft {
  readonly #tables = new Map<DraftTable, Line[]>()
  readonly #notes: string[] = []
  readonly #lost: string[] = []
  readonly #files: DraftFile[] = []
  readonly #defaults: Defaults

  constructor(defaults: Defaults) {
    this.#defaults = defaults
  }

  /** `because` stands behind the value as a comment. */
  set(table: DraftTable, line: Line): void {
    const lines = this.#tables.get(table) ?? []
    this.#tables.set(table, [...lines.filter(({ key }) => key !== line.key), line])
  }

  /** Something that people should know; nothing is lost by it. */
  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text)
  }

  /** Something that could not be carried over. */
  lose(text: string): void {
    if (!this.#lost.includes(text)) this.#lost.push(text)
  }

  file(file: DraftFile): void {
    this.#files.push(file)
  }

  get lost(): readonly string[] {
    return this.#lost
  }

  get files(): readonly DraftFile[] {
    return this.#files
  }

  /** The settings file. `withFiles`: with the files in it as comments, since they are not written. */
  format(head: readonly string[], withFiles: boolean): string {
    const parts = [head.flatMap((line) => wrap('# ', line)).join('\n')]
    if (this.#lost.length > 0) parts.push(list('Not carried over:', this.#lost))
    if (this.#notes.length > 0) parts.push(list('Notes:', this.#notes))
    if (withFiles)
      for (const { name, text } of this.#files)
        parts.push([`# The file "${name}", to be put beside this one:`, ...indent(text)].join('\n'))
    for (const table of ['milter', 'dkim', 'signing', 'dns'] as const) {
      const defaults = this.#defaults[table] as Record<string, unknown>
      const isSaid = ({ key, value, isImplied }: Line) =>
        !isImplied || JSON.stringify(defaults[key]) !== JSON.stringify(value)
      const lines = (this.#tables.get(table) ?? []).filter(isSaid)
      if (lines.length > 0) parts.push([`[${table}]`, ...lines.map(formatLine)].join('\n'))
    }
    return `${parts.join('\n\n')}\n`
  }
}

const list = (head: string, items: readonly string[]): string =>
  [`# ${head}`, ...items.flatMap((item) => wrap('# - ', item))].join('\n')

const indent = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `#   ${printable(line)}`)

/** Lines of a comment. What could end the comment is replaced: a value of the old file is not ours to trust. */
function wrap(head: string, text: string): string[] {
  const lines: string[] = []
  let line = head
  for (const word of printable(text).split(' ')) {
    if (line.length > head.length && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = head.replace('-', ' ')
    }
    line += line.length === head.length ? word : ` ${word}`
  }
  return [...lines, line]
}

// TOML 1.0: a comment may hold no control characters but the tab.
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '?')

const formatLine = ({ key, value, because }: Line): string => {
  const comment = because === undefined ? '' : `# ${printable(because)}`
  const items = typeof value === 'object' ? value.map(formatScalar) : undefined
  const line = `${key} = ${items ? `[${items.join(', ')}]` : formatScalar(value as string)}`
  if (items === undefined || line.length <= columns) return `${line} ${comment}`.trimEnd()
  return [...(comment === '' ? [] : [comment]), `${key} = [`, ...fill(items), ']'].join('\n')
}

/** As many items on each line as there is room for. */
function fill(items: readonly string[]): string[] {
  const lines: string[] = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + item.length + 2 <= columns) lines.push(`${lines.pop()} ${item},`)
    else lines.push(`  ${item},`)
  }
  return lines
}

/** Strings of JSON are basic strings of TOML, but for U+007F. */
const formatScalar = (value: string | number | boolean): string =>
  JSON.stringify(value).replaceAll('\x7f', '\\u007F')
