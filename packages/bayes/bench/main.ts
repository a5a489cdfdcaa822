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
import { measureSpeed } from './speed.ts'
import type { Outcome, Subject, Tool } from './subject.ts'

interface Protocol {
  readonly name: string
  readonly title: string
  readonly isStream: boolean
  readonly run: (subject: Subject) => Promise<readonly Outcome[]>
}

const KINDS = ['random', 'shift', 'stream', 'speed']

// One of each kind is enough to read; the JSON has them all.
const calibrated: ReadonlySet<string> = new Set(['random', 'shift', 'stream'])

/** `folder`: where these sources are. */
export async function main(args: readonly string[], folder: string): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      protocols: { type: 'string', default: KINDS.join() },
      json: { type: 'string' },
      svg: { type: 'string' },
      outcomes: { type: 'string' },
    },
  })
  const kinds = namesOf(values.protocols, KINDS)
  const corpus = readCorpus(dataFolder(path.join(folder, 'main.ts')))
  const { messages, duplicates, inBothClasses } = corpus
  print(`# Bayes: ${messages.length} messages of the SpamAssassin public corpus\n`)
  print(`${duplicates} duplicates and ${inBothClasses} bodies in both classes left out. ${machine()}\n`)
  const all = [ours, bogofilter, spamassassin(path.join(folder, 'peers')), rspamd]
  const names = all.map(({ name }) => name)
  const wanted = namesOf(values.only ?? names.join(), names)
  const tools = await present(all.filter(({ name }) => wanted.includes(name)))

  const qualities: Record<string, readonly Column<Quality>[]> = {}
  for (const protocol of protocolsOf(corpus, kinds)) {
    const columns = await forEach(tools, async (tool) => {
      const outcomes = await withSubject(tool, protocol.run)
      if (values.outcomes !== undefined)
        writeOutcomes(values.outcomes, `${tool.name}-${protocol.name}`, outcomes)
      return judge(outcomes, protocol.isStream)
    })
    qualities[protocol.name] = columns
    print(reportQuality(`${protocol.name}: ${protocol.title}`, columns))
    if (calibrated.has(protocol.name)) print(reportCalibration(columns))
    if (protocol.isStream) print(reportCurve(columns))
    if (protocol.isStream && values.svg !== undefined) writeFiles(values.svg, drawCurves(columns))
  }
  print(reportSummary(qualities))

  const measure = (subject: Subject) => measureSpeed(subject, randomSplit(corpus))
  const speeds = kinds.includes('speed') ? await forEach(tools, (tool) => withSubject(tool, measure)) : []
  print(reportSpeed(speeds))
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ qualities, speeds }, undefined, 2)}\n`)
}

function namesOf(list: string, known: readonly string[]): readonly string[] {
  const names = list.split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`no such name: ${unknown.join(', ')}; there are ${known.join(', ')}`)
  return names
}

/** One tool after the other. That one fails keeps no other from being measured, and is told. */
async function forEach<Value>(
  tools: readonly Tool[],
  measure: (tool: Tool) => Promise<Value>,
): Promise<readonly Column<Value>[]> {
  const columns: Column<Value>[] = []
  for (const tool of tools) {
    try {
      columns.push({ tool: tool.name, value: await measure(tool) })
    } catch (error) {
      process.exitCode = 1
      print(`${tool.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
    }
  }
  return columns
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
    const title = 'immediate feedback in date order'
    const stream = dateOrder(corpus)
    protocols.push({ name: 'stream', title, isStream: true, run: (subject) => runStream(subject, stream) })
  }
  return protocols
}

/** Those of the tools that are here; says which those are, and which are not. */
async function present(tools: readonly Tool[]): Promise<readonly Tool[]> {
  const versions = await Promise.all(tools.map((tool) => tool.version()))
  const words = tools.map(({ name }, i) => `${name} ${versions[i] ?? 'is not installed'}`)
  print(`Tools: ${words.join(', ')}.\n`)
  return tools.filter((_, i) => versions[i] !== undefined)
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
  if (text !== '') process.stdout.write(`${text}\n`)
}
