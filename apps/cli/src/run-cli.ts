// From the words on the command line to a command.

import { parseArgs } from 'node:util'
import {
  type Command,
  complain,
  type ExitStatus,
  exit,
  type OptionSpecs,
  type OptionValues,
} from './command.ts'
import { type CommandEntry, commands } from './commands/index.ts'
import { formatCommandHelp, formatOverview, formatUsage } from './help.ts'
import type { CliIo } from './io.ts'
import { version } from './version.ts'

/** Runs one command line; resolves with the exit status. Never rejects for what a user can do wrong. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitStatus> {
  const words = argv.slice(0, firstOption(argv))
  const entry = commands.findLast((candidate) => startsWith(words, candidate.words.split(' ')))
  if (entry) return runCommand(entry, argv.slice(entry.words.split(' ').length), io)
  if (argv.length === 0) {
    await io.stderr.write(formatOverview(commands))
    return exit.usage
  }
  const group = commands.filter(({ words: known }) => words.length === 1 && known.startsWith(`${words[0]} `))
  const isHelp = argv.includes('--help') || argv.includes('-h') || words[0] === 'help'
  if (isHelp && (words.length === 0 || words[0] === 'help' || group.length > 0)) {
    await io.stdout.write(formatOverview(group.length > 0 ? group : commands))
    return exit.ok
  }
  if (words.length === 0 && argv.includes('--version')) {
    await io.stdout.write(`postern ${version}\n`)
    return exit.ok
  }
  return complain(io, await explainUnknown(words, group, argv))
}

const firstOption = (argv: readonly string[]): number => {
  const at = argv.findIndex((word) => word.startsWith('-'))
  return at < 0 ? argv.length : at
}

const startsWith = (words: readonly string[], beginning: readonly string[]): boolean =>
  beginning.every((word, i) => words[i] === word)

async function explainUnknown(
  words: readonly string[],
  group: readonly CommandEntry[],
  argv: readonly string[],
): Promise<string> {
  if (words.length === 0) return `there is no option ${argv[0]} without a command; see postern --help`
  if (group.length > 0) {
    const choices = group.map(({ words: known }) => known.split(' ')[1]).join(', ')
    return `postern ${words[0]} wants one of: ${choices}`
  }
  const { suggest } = await import('@postern/settings')
  const typed = words.slice(0, 2).join(' ')
  const known = commands.map((entry) => entry.words)
  const meant =
    suggest(typed, known) ??
    suggest(
      words[0]!,
      known.map((word) => word.split(' ')[0]!),
    )
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  return `there is no command "${typed}".${hint} See postern --help`
}

/** Runs the command of a row with the words behind its name. */
export async function runCommand(
  entry: CommandEntry,
  argv: readonly string[],
  io: CliIo,
): Promise<ExitStatus> {
  const command = await entry.load()
  const { usageStatus = exit.usage } = command
  const parsed = await parseCommandLine(argv, command)
  if (!parsed.ok) return complain(io, `${parsed.message} See postern ${entry.words} --help`, usageStatus)
  const { options, args } = parsed
  if (options.help) {
    await io.stdout.write(formatCommandHelp(entry, command))
    return exit.ok
  }
  const needed = command.arguments.filter((name) => !name.startsWith('['))
  if (args.length < needed.length)
    return complain(
      io,
      `${needed[args.length]} is missing: ${formatUsage(entry.words, command)}`,
      usageStatus,
    )
  const takesMore = command.arguments.some((name) => name.includes('...'))
  if (!takesMore && args.length > command.arguments.length)
    return complain(
      io,
      `"${args[command.arguments.length]}" is too much: ${formatUsage(entry.words, command)}`,
      usageStatus,
    )
  return command.run({ options: options as OptionValues<OptionSpecs>, args }, io)
}

type OptionValue = string | boolean | readonly string[]

type ParsedCommandLine =
  | {
      readonly ok: true
      readonly options: Record<string, OptionValue | undefined>
      readonly args: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

async function parseCommandLine(argv: readonly string[], command: Command): Promise<ParsedCommandLine> {
  const specs: OptionSpecs = { ...command.options, help: { type: 'boolean', short: 'h', summary: '' } }
  const config = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [
      name,
      {
        type: type === 'boolean' ? type : ('string' as const),
        ...(short !== undefined && { short }),
      },
    ]),
  )
  // Not strict: the messages are our own.
  const { values, tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const args: string[] = []
  const lists: Record<string, string[]> = {}
  let list: string[] | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') (list ?? args).push(token.value)
    list = token.kind === 'positional' ? list : undefined
    if (token.kind !== 'option') continue
    const spec = specs[token.name]
    if (spec === undefined) {
      const { suggest } = await import('@postern/settings')
      const meant = token.name.length > 1 ? suggest(token.name, Object.keys(specs)) : undefined
      return {
        ok: false,
        message: `there is no option ${token.rawName}.${meant ? ` Did you mean --${meant}?` : ''}`,
      }
    }
    if (
      spec.type !== 'boolean' &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    )
      return { ok: false, message: `${token.rawName} wants a value${spec.value ? ` (${spec.value})` : ''}.` }
    if (spec.type === 'boolean' && token.value !== undefined)
      return { ok: false, message: `${token.rawName} takes no value.` }
    if (spec.type === 'list') {
      list = lists[token.name] ??= []
      list.push(token.value!)
    }
  }
  return { ok: true, options: { ...(values as Record<string, OptionValue | undefined>), ...lists }, args }
}
