import type { CliIo } from './io.ts'

/** What a command ends with, as the shell sees it. Most know 0 to 3; those with more answers say so in their help. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 64 | 130

/** Exit statuses by meaning. */
export const exit = {
  ok: 0,
  /** Something went wrong, or the answer is no. */
  failed: 1,
  /** The command line or the settings are wrong. */
  usage: 2,
  /** The answer is "not now". */
  temporary: 3,
  /** Stopped by SIGINT before it was through, as shells tell it. */
  stopped: 130,
} as const satisfies Record<string, ExitStatus>

export interface OptionSpec {
  /** A `list` may be given several times, and takes all words up to the next option. */
  readonly type: 'string' | 'boolean' | 'list'
  /** One letter: `d` for `-d`. `h` is taken. */
  readonly short?: string
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string
  readonly summary: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** The options given; those not given are undefined. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]?: ValueTypes[Specs[Name]['type']]
}

interface ValueTypes {
  readonly string: string
  readonly boolean: boolean
  readonly list: readonly string[]
}

export interface Invocation<Specs extends OptionSpecs> {
  readonly options: OptionValues<Specs>
  /** As many as the command's `arguments` allow. */
  readonly args: readonly string[]
}

export interface Command<Specs extends OptionSpecs = OptionSpecs> {
  /** Names of the arguments; one in brackets may be left out, and one that ends with `...` stands for any number. */
  readonly arguments: readonly string[]
  readonly options: Specs
  /** Paragraphs for the help. */
  readonly details: string
  /** Command lines for the help, without the leading `postern`. */
  readonly examples?: readonly string[]
  /** The status for mistakes on the command line, where `exit.usage` is one of the answers. */
  readonly usageStatus?: ExitStatus
  run(invocation: Invocation<Specs>, io: CliIo): Promise<ExitStatus>
}

/** Declares a command; only the types are at work here. */
export function defineCommand<const Specs extends OptionSpecs>(command: Command<Specs>): Command {
  return command as unknown as Command
}

/** Options that many commands share. */
export const configOption = {
  config: {
    type: 'string',
    value: 'FILE',
    summary: 'settings; else ./postern.toml, /etc/postern/postern.toml, or built-in defaults',
  },
} as const

export const jsonOption = {
  json: { type: 'boolean', summary: 'print JSON, for programs' },
} as const

export const dnsOption = {
  dns: { type: 'string', value: 'SERVER', summary: 'name server to ask, e.g. 127.0.0.1:5353' },
} as const

/** One clear line on standard error. */
export function complain(io: CliIo, message: string, status: ExitStatus = exit.usage): ExitStatus {
  void io.stderr.write(`postern: ${message}\n`)
  return status
}

/** A value for programs, as JSON that people can read too. What could fool a terminal is escaped. */
export async function printJson(io: CliIo, value: unknown): Promise<void> {
  await io.stdout.write(`${harmless(JSON.stringify(value, null, 2))}\n`)
}

/** One of many values for programs, on a line of its own. */
export async function printJsonLine(io: CliIo, value: unknown): Promise<void> {
  await io.stdout.write(`${harmless(JSON.stringify(value))}\n`)
}

const harmless = (json: string): string => json.replaceAll(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/gu, escapeUnits)

const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')
