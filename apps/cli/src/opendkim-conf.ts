// opendkim.conf(5) as opendkim reads it: `Keyword value` on each line, `#` begins a comment, the last of two settings
// holds, Include reads another file in its place. dkimpy-milter's file has the same form.

/** Reads a file; a value when it cannot. */
export type ReadText = (
  file: string,
) => { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string }

export interface ConfEntry {
  /** As written. */
  readonly name: string
  readonly value: string
  readonly file: string
  readonly line: number
}

/** A line that says nothing, or a file that cannot be read. */
export interface ConfProblem {
  readonly file: string
  readonly line: number
  readonly problem: string
}

export interface OpendkimConf {
  readonly file: string
  /** By keyword in lower case; the setting that holds. */
  readonly entries: ReadonlyMap<string, ConfEntry>
  readonly problems: readonly ConfProblem[]
}

/** opendkim's own bound on files that include files. */
const maxDepth = 5

/** Reads the file and what it includes. Not ok: the file itself cannot be read. */
export function readOpendkimConf(
  file: string,
  readText: ReadText,
): { readonly ok: true; readonly conf: OpendkimConf } | { readonly ok: false; readonly problem: string } {
  const first = readText(file)
  if (!first.ok) return first
  const entries = new Map<string, ConfEntry>()
  const problems: ConfProblem[] = []
  readLevel(first.text, { file, depth: 0 })
  return { ok: true, conf: { file, entries, problems } }

  function readLevel(text: string, place: { readonly file: string; readonly depth: number }): void {
    text.split('\n').forEach((raw, index) => {
      const content = raw.replace(/[#\r].*$/s, '').trim()
      if (content === '') return
      const at = { file: place.file, line: index + 1 }
      const [, name = '', value = ''] = /^(\S+)\s*(.*)$/s.exec(content) ?? []
      if (value === '') problems.push({ ...at, problem: `${name} has no value` })
      else if (name.toLowerCase() === 'include') include(value, { ...at, depth: place.depth + 1 })
      else entries.set(name.toLowerCase(), { name, value, ...at })
    })
  }

  function include(named: string, at: { file: string; line: number; depth: number }): void {
    const { depth, ...place } = at
    if (depth > maxDepth) {
      problems.push({ ...place, problem: `Include of ${named}: more than ${maxDepth} levels deep` })
      return
    }
    const read = readText(named)
    if (read.ok) readLevel(read.text, { file: named, depth })
    else problems.push({ ...place, problem: `Include: ${read.problem}` })
  }
}

/** Booleans by their first letter; undefined is opendkim's "illegal value". */
export function readBoolean(text: string): boolean | undefined {
  if (/^[ty1]/i.test(text)) return true
  return /^[fn0]/i.test(text) ? false : undefined
}

/** Integers as strtol(3) takes them: 010 is eight, 0x10 sixteen. */
export function readInteger(text: string): number | undefined {
  if (/^-?0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^-?(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : undefined
}
