import type { Command, OptionSpecs } from './command.ts'
import type { CommandEntry } from './commands/index.ts'
import { formatTable } from './text-table.ts'
import { wrapText } from './text-wrap.ts'

/** The list of commands. */
export function formatOverview(entries: readonly CommandEntry[]): string {
  const rows = entries.map(({ words, summary }) => [`  postern ${words}`, summary])
  return `Usage: postern COMMAND [OPTION]...

${formatTable(rows)}
postern COMMAND --help tells more about each; postern --version prints the version.
Exit status: 0 done, or the answer is yes; 1 failed, or the answer is no; 2 a mistake on the
command line or in the settings; 3 the answer is "not now". postern spf check and postern score have
their own.
`
}

/** The help of one command. */
export function formatCommandHelp({ words, summary }: CommandEntry, command: Command): string {
  const options = { ...command.options, help: { type: 'boolean', summary: 'this text' } } as OptionSpecs
  const rows = Object.entries(options).map(([name, { short, value, summary: meaning }]) => [
    `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    meaning,
  ])
  const examples = (command.examples ?? []).map((line) => `  postern ${line}\n`).join('')
  return `Usage: ${formatUsage(words, command)}

postern ${words}: ${summary}.

${wrapText(command.details, columns).join('\n')}

Options:
${formatTable(rows)}${examples === '' ? '' : `\nExamples:\n${examples}`}`
}

/** `postern greylist pause RECIPIENT [OPTION]...` */
export function formatUsage(words: string, command: Command): string {
  return ['postern', words, ...command.arguments, '[OPTION]...'].join(' ')
}

const columns = 96
