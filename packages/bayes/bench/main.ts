// npm run bench:bayes [-- --only ours,bogofilter --protocols random,shift,stream,speed --json FILE --svg FOLDER --outcomes FOLDER]
// How good and how fast the filter is, beside those that are installed here: Markdown on standard output.

import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Corpus, dataFolder, readCorpus } from './corpus.ts'
import { ours } from './ours.ts'
import { bogofilter } from './peers/bogofilter.ts'
import { rspamd } from './peers/rspamd.ts'
import { spamassassin } from './peers/spamassassin.ts'
import { dateOrder, randomSplit, runSplit, runStream, shiftSplits } from './protocols.ts'
import {
  type Column,
  drawCurves,
  judge,
  type Quality,
  reportCalibration,
  reportCurve,
  reportQuality,
  reportSpeed,
  reportSummary,
} from './report.ts'
import { measureSpeed, type Speed } from './speed.ts'
import type { Outcome, Subject, Tool } from './subject.ts'

interface Protocol {
  readonly name: string
  readonly title: string
  readonly isStream: boolean
  readonly run: (subject: Subject) => Promise<readonly Outcome[]>
}

// One of each kind is enough to read; the JSON has them all.
const calibrated: ReadonlySet<string> = new Set(['random', 'shift', 'stream'])

/** `folder`: where these sources are. */
export async function main(args: readonly string[], folder: string): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      protocols: { type: 'string', default: 'random,shift,stream,speed' },
      json: { type: 'string' },
      svg: { type: 'string' },
      outcomes: { type: 'string' },
    },
  })
  const kinds = values.protocols.split(',')
  const corpus = readCorpus(dataFolder(path.join(folder, 'main.ts')))
  const { messages, duplicates, inBothClasses } = corpus
  print(`# Bayes: ${messages.length} messages of the SpamAssassin public corpus\n`)
  print(`${duplicates} duplicates and ${inBothClasses} bodies in both classes left out. ${machine()}\n`)
  const tools = await present(
    [ours, bogofilter, spamassassin(path.join(folder, 'peers')), rspamd],
    values.only,
  )

  const qualities: Record<string, readonly Column<Quality>[]> = {}
  const protocols = protocolsOf(corpus, kinds)
  for (const protocol of protocols) {
    const columns: Column<Quality>[] = []
    for (const tool of tools) {
      const outcomes = await withSubject(tool, protocol.run)
      if (values.outcomes !== undefined)
        writeOutcomes(values.outcomes, `${tool.name}-${protocol.name}`, outcomes)
      columns.push({ tool: tool.name, value: judge(outcomes, protocol.isStream) })
    }
    qualities[protocol.name] = columns
    print(reportQuality(protocol.title, columns))
    if (calibrated.has(protocol.name)) print(reportCalibration(columns))
    if (protocol.isStream) print(reportCurve(columns))
    if (protocol.isStream && values.svg !== undefined) writeFiles(values.svg, drawCurves(columns))
  }

  if (protocols.length > 0)
    print(reportSummary(protocols.map(({ name, title }) => [title, qualities[name]!])))

  const speeds: Column<Speed>[] = []
  if (kinds.includes('speed')) {
    for (const tool of tools)
      speeds.push({
        tool: tool.name,
        value: await withSubject(tool, (subject) => measureSpeed(subject, randomSplit(corpus))),
      })
    print(reportSpeed(speeds))
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ qualities, speeds }, undefined, 2)}\n`)
}

function protocolsOf(corpus: Corpus, kinds: readonly string[]): readonly Protocol[] {
  const splits = [
    ...(kinds.includes('random') ? [randomSplit(corpus)] : []),
    ...(kinds.includes('shift') ? shiftSplits(corpus) : []),
  ]
  const protocols: Protocol[] = splits.map((split) => ({
    name: split.name,
    title: split.title,
    isStream: false,
    run: (subject) => runSplit(subject, split),
  }))
  if (kinds.includes('stream')) {
    const title = 'Immediate feedback in date order'
    const stream = dateOrder(corpus)
    protocols.push({ name: 'stream', title, isStream: true, run: (subject) => runStream(subject, stream) })
  }
  return protocols
}

/** The tools that are wanted and here; says which those are, and which are not. */
async function present(tools: readonly Tool[], only: string | undefined): Promise<readonly Tool[]> {
  const here: Tool[] = []
  const words: string[] = []
  for (const tool of tools) {
    if (only !== undefined && !only.split(',').includes(tool.name)) continue
    const version = await tool.version()
    words.push(`${tool.name} ${version ?? 'is not installed'}`)
    if (version !== undefined) here.push(tool)
  }
  print(`Tools: ${words.join(', ')}.\n`)
  return here
}

async function withSubject<Value>(tool: Tool, use: (subject: Subject) => Promise<Value>): Promise<Value> {
  const subject = await tool.create()
  try {
    return await use(subject)
  } finally {
    await subject.close()
  }
}

/** As the lab's scores: id, score, verdict, with the class in the id's place of a folder. */
function writeOutcomes(folder: string, name: string, outcomes: readonly Outcome[]): void {
  const lines = outcomes.map(({ id, class: mailClass, score, verdict }) =>
    [`/${mailClass}/${id}`, score, verdict].join('\t'),
  )
  writeFiles(folder, { [`${name}.tsv`]: `${lines.join('\n')}\n` })
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
}

function machine(): string {
  const cores = os.cpus()
  return `Node ${process.versions.node}, ${cores.length} × ${cores[0]?.model ?? 'unknown'}.`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
