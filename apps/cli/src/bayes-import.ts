// Reading what other filters have dumped.

import {
  type BayesStats,
  createBogoutilParser,
  createSaBackupParser,
  type ImportError,
  type ImportErrorCode,
  type ImportedRow,
  type ImportParser,
  type ImportSource,
} from '@postern/bayes'
import type { DumpSource } from './bayes-lines.ts'
import { formatCount } from './learn/learn-progress.ts'

export interface DumpFormat {
  readonly filter: string
  readonly source: ImportSource
  /** What prints it. */
  readonly command: string
  create(): ImportParser
}

/** By the word on the command line. */
export const dumpFormats: Readonly<Record<'sa' | 'bogofilter', DumpFormat>> = {
  sa: {
    filter: 'SpamAssassin',
    source: 'spamassassin',
    command: 'sa-learn --backup',
    create: createSaBackupParser,
  },
  bogofilter: {
    filter: 'bogofilter',
    source: 'bogofilter',
    command: 'bogoutil -d',
    create: createBogoutilParser,
  },
}

/** What a dump has in it. */
export interface DumpContent {
  readonly spam: number
  readonly ham: number
  readonly tokens: number
  /** Messages that are known by name. */
  readonly seen: number
}

export type CheckedDump =
  | { readonly ok: true; readonly content: DumpContent }
  | { readonly ok: false; readonly error: ImportError }

/** Reads the whole dump and counts. A dump that is damaged anywhere is not taken at all. */
export async function checkDump(source: DumpSource, format: DumpFormat): Promise<CheckedDump> {
  const parser = format.create()
  const content = { spam: 0, ham: 0, tokens: 0, seen: 0 }
  for await (const line of source.lines()) {
    const read = parser.read(line)
    if (!read.ok) return read
    const { row } = read
    if (row?.kind === 'messages') Object.assign(content, { spam: row.spam, ham: row.ham })
    if (row?.kind === 'token') content.tokens++
    if (row?.kind === 'seen') content.seen++
  }
  const end = parser.end()
  return end.ok ? { ok: true, content } : end
}

/** The rows of a dump that has been checked. */
export async function* rowsOf(source: DumpSource, format: DumpFormat): AsyncGenerator<ImportedRow> {
  const parser = format.create()
  for await (const line of source.lines()) {
    const read = parser.read(line)
    if (!read.ok) throw new Error(`the dump has changed while it was read, in line ${read.error.line}`)
    if (read.row) yield read.row
  }
}

const sentences: Readonly<Record<ImportErrorCode, (format: DumpFormat) => string>> = {
  'not-a-dump': ({ command }) => `this is not what ${command} prints`,
  version: ({ filter }) => `it is of a version of ${filter} that is not known here; version 3 is`,
  line: ({ command }) => `this is no line of ${command}`,
  number: () => 'a number here is none, or is too large',
  'no-totals': () => 'the dump ends, and does not say how many messages were learned: it is not whole',
}

/** What is wrong, for people. */
export const explainImportError = ({ code, line }: ImportError, format: DumpFormat): string =>
  `${line > 0 ? `line ${line}: ` : ''}${sentences[code](format)}`

/** What a dump has in it, for people. */
export const describeDump = ({ spam, ham, tokens }: DumpContent, { filter }: DumpFormat): string =>
  `${filter} has learned ${formatCount(spam)} spam and ${formatCount(ham)} ham, with ${formatCount(tokens)} words.`

/** An import that is in the store, for people. */
export function describeImport({
  from,
  spam,
  ham,
  words,
  until,
}: NonNullable<BayesStats['imported']>): string {
  const filter = Object.values(dumpFormats).find(({ source }) => source === from)?.filter ?? from
  const counts = `${formatCount(spam)} spam and ${formatCount(ham)} ham, ${formatCount(words)} words`
  return `${filter}: ${counts}; has a say until ${formatCount(until)} messages are learned`
}
