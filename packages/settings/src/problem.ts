/** One mistake in a settings file. `line` and `column` count from 1. */
export interface SettingsProblem {
  readonly line: number
  readonly column: number
  /** The setting: `greylist.delay_seconds`, `policy.listen[1]`, a table's name, or '' where there is none. */
  readonly path: string
  readonly code: SettingsProblemCode
  /** A sentence for the administrator, with the valid choices. */
  readonly message: string
}

export type SettingsProblemCode =
  /** The text is not TOML there. */
  | 'syntax'
  /** Set or begun twice. */
  | 'duplicate'
  | 'unknown-table'
  | 'unknown-key'
  /** Text where a number is wanted, and the like. */
  | 'wrong-type'
  | 'not-a-choice'
  | 'out-of-range'
  | 'bad-value'
  | 'missing'

/** One line for each problem: `postern.toml:12:3: [greylist] delay_secondz is …`. */
export function formatProblems(problems: readonly SettingsProblem[], fileName: string): string[] {
  return problems.map(({ line, column, path, message }) => {
    const table = /^[^.[]+/.exec(path)?.[0]
    const context = table === undefined ? '' : `[${table}] `
    return `${fileName}:${line}:${column}: ${context}${message}`
  })
}
