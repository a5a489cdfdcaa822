import { formatTakes, formatTomlValue, type Setting, settingsTables, tableOf } from './setting-list.ts'

const preamble = `# Settings

<!-- Written by \`npm run gen\` from the schema in the code. Do not edit. -->

One file, \`postern.toml\`, holds the settings of the whole stack. Daemons and commands take it from \`--config FILE\`, else
from \`./postern.toml\`, else from \`/etc/postern/postern.toml\`; with no file at all, every default below holds.

- \`postern config check\` reports every mistake in the file at once, with its line.
- \`postern config sample\` prints a file with every setting, commented out.
- A running daemon reads the file again on SIGHUP; a file with mistakes is reported and the old settings stay.

The file is [TOML](https://toml.io): text is in quotes, lists are in brackets, \`#\` begins a comment.`

/** The reference of postern.toml in Markdown: a section for each table, a row for each key. */
export function formatReference(): string {
  const sections = settingsTables.map(({ name, description, settings }) => {
    const inner = settings.flatMap((setting) => {
      const rows = tableOf(setting)
      return rows ? [`### \`[[${name}.${setting.key}]]\``, formatRows(rows)] : []
    })
    return [`## \`[${name}]\``, ...(description ? [description] : []), formatRows(settings), ...inner].join(
      '\n\n',
    )
  })
  return `${[preamble, ...sections].join('\n\n')}\n`
}

function formatRows(settings: readonly Setting[]): string {
  return ['| key | takes | default | meaning |', '|---|---|---|---|', ...settings.map(formatRow)].join('\n')
}

function formatRow({ key, takes, defaultValue, description }: Setting): string {
  const fallback = defaultValue === undefined ? 'none' : code(formatTomlValue(defaultValue))
  const choices = takes.kind === 'choice' ? takes.choices.map((choice) => code(JSON.stringify(choice))) : []
  const taken = choices.length > 0 ? choices.join(', ') : cell(formatTakes(takes))
  return `| ${code(key)} | ${taken} | ${fallback} | ${cell(description)} |`
}

/** Markdown's own signs lose their meaning in a cell. */
const cell = (text: string) => text.replaceAll(/[|<>*_`\\]/g, '\\$&')

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``
