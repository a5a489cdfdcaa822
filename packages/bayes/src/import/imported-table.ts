import { hash, randomInt } from 'node:crypto'
import { NewerModelError } from '../model/meta.ts'
import { OctetReader, OctetWriter } from '../model/octet-writer.ts'
import type { StoreTransaction } from '../store/bayes-store.ts'
import type { ImportedRow } from './imported-row.ts'

// What another filter had learned, beside the model and not in it: SpamAssassin's words cannot be had back from their SHA-1,
// and counts of words alone are no model of pairs, grams and weights. So the table is asked as the other filter would be, for
// its own words (see imported-opinion.ts).

export const importSources = ['spamassassin', 'bogofilter'] as const
export type ImportSource = (typeof importSources)[number]

/** Words by their keys, in order, with the messages of each class that had them. */
export interface ImportedTable {
  readonly from: ImportSource
  readonly ham: number
  readonly spam: number
  /** 40 bits each. */
  readonly keys: Float64Array
  readonly hamCounts: Uint32Array
  readonly spamCounts: Uint32Array
}

/** Words that are kept at most, 16 octets each in memory. The rarest are left out. */
const MOST_WORDS = 1_000_000
const BLOCK_WORDS = 16_384

/** The last five octets of the SHA-1, which is what SpamAssassin keeps of a word. */
export const keyOf = (word: string | Uint8Array): number =>
  Number.parseInt(hash('sha1', word, 'hex').slice(-10), 16)

/** A table from the rows of a dump. Names of learned messages are passed over: they are not made as our digests are. */
export async function readTable(
  rows: Iterable<ImportedRow> | AsyncIterable<ImportedRow>,
  from: ImportSource,
): Promise<ImportedTable> {
  // Three arrays of numbers: of a million rows, objects would take ten times as much.
  const words: Words = { keys: [], ham: [], spam: [] }
  let totals = { ham: 0, spam: 0 }
  for await (const row of rows) {
    if (row.kind === 'messages') totals = { ham: row.ham, spam: row.spam }
    if (row.kind !== 'token' || row.ham + row.spam === 0) continue
    const isHashed = from === 'spamassassin'
    words.keys.push(isHashed ? Number.parseInt(row.token, 16) : keyOf(Buffer.from(row.token, 'latin1')))
    words.ham.push(row.ham)
    words.spam.push(row.spam)
  }
  const found = mostFrequent(inOrder(words))
  return {
    from,
    ...totals,
    keys: Float64Array.from(found.keys),
    // No word is in more messages than there are.
    hamCounts: Uint32Array.from(found.ham, (count) => Math.min(count, totals.ham)),
    spamCounts: Uint32Array.from(found.spam, (count) => Math.min(count, totals.spam)),
  }
}

interface Words {
  readonly keys: number[]
  readonly ham: number[]
  readonly spam: number[]
}

/** By their keys, those with the same key together. */
function inOrder({ keys, ham, spam }: Words): Words {
  const order = Uint32Array.from(keys, (_, index) => index).sort(
    (a, b) => (keys[a] as number) - (keys[b] as number),
  )
  const found: Words = { keys: [], ham: [], spam: [] }
  for (const index of order) {
    const last = found.keys.length - 1
    if (last >= 0 && found.keys[last] === keys[index]) {
      found.ham[last] = (found.ham[last] as number) + (ham[index] as number)
      found.spam[last] = (found.spam[last] as number) + (spam[index] as number)
    } else {
      found.keys.push(keys[index] as number)
      found.ham.push(ham[index] as number)
      found.spam.push(spam[index] as number)
    }
  }
  return found
}

/** Of more words than are kept, those in the most messages. */
function mostFrequent(words: Words): Words {
  const tooMany = words.keys.length - MOST_WORDS
  if (tooMany <= 0) return words
  const totals = Float64Array.from(words.ham, (count, index) => count + (words.spam[index] as number))
  const least = totals.slice().sort()[tooMany] as number
  let left = totals.filter((total) => total < least).length
  // Of those just as frequent as the last that is kept, some have to go.
  const isKept = totals.map((total) => (total > least || (total === least && left++ >= tooMany) ? 1 : 0))
  const kept = (values: number[]) => values.filter((_, index) => isKept[index] === 1)
  return { keys: kept(words.keys), ham: kept(words.ham), spam: kept(words.spam) }
}

/** Where a key is; -1 when it is not there. */
export function findKey({ keys }: ImportedTable, key: number): number {
  let low = 0
  let high = keys.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = keys[middle] as number
    if (found === key) return middle
    if (found < key) low = middle + 1
    else high = middle - 1
  }
  return -1
}

const VERSION = 1
const metaKey = (prefix: string): string => `${prefix}import/meta`
const blockKey = (prefix: string, block: number): string =>
  `${prefix}import/block/${block.toString().padStart(6, '0')}`

/** The record that changes whenever the table does; undefined when there is none. */
export const tableMark = (from: Pick<StoreTransaction, 'get'>, prefix: string): Uint8Array | undefined =>
  from.get(metaKey(prefix))

export function removeTable(from: StoreTransaction, prefix: string): boolean {
  const keys = from.keys(`${prefix}import/`, `${prefix}import0`)
  for (const key of keys) from.remove(key)
  return keys.length > 0
}

/** In place of the one before, if any. */
export function storeTable(to: StoreTransaction, prefix: string, table: ImportedTable): void {
  removeTable(to, prefix)
  const meta = new Float64Array([
    VERSION,
    randomInt(2 ** 47),
    importSources.indexOf(table.from),
    table.ham,
    table.spam,
    table.keys.length,
  ])
  to.put(metaKey(prefix), new Uint8Array(meta.buffer))
  encodeTable(table).forEach((octets, block) => {
    to.put(blockKey(prefix, block), octets)
  })
}

/** Throws NewerModelError when a later version wrote it. */
export function loadTable(from: Pick<StoreTransaction, 'get'>, prefix: string): ImportedTable | undefined {
  const head = tableHead(from, prefix)
  if (head === undefined) return undefined
  const blocks: Uint8Array[] = []
  for (let block = 0; block * BLOCK_WORDS < head.words; block++)
    blocks.push(from.get(blockKey(prefix, block)) ?? new Uint8Array())
  return decodeTable(head, blocks)
}

export interface TableHead extends Pick<ImportedTable, 'from' | 'ham' | 'spam'> {
  readonly words: number
}

export function tableHead(from: Pick<StoreTransaction, 'get'>, prefix: string): TableHead | undefined {
  const octets = tableMark(from, prefix)
  if (octets === undefined) return undefined
  const [version, , source = 0, ham = 0, spam = 0, words = 0] = new Float64Array(octets.slice().buffer)
  const known = importSources[source]
  if (version !== VERSION || known === undefined)
    throw new NewerModelError(
      `the imported words have format ${version}; this version of Postern knows format ${VERSION}`,
    )
  return { from: known, ham, spam, words }
}

export function encodeTable({ keys, hamCounts, spamCounts }: ImportedTable): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let first = 0; first < keys.length; first += BLOCK_WORDS) {
    const writer = new OctetWriter(8 * BLOCK_WORDS)
    for (let index = first; index < Math.min(keys.length, first + BLOCK_WORDS); index++) {
      const key = keys[index] as number
      writer.octet(Math.floor(key / 2 ** 32))
      for (let shift = 24; shift >= 0; shift -= 8) writer.octet(((key % 2 ** 32) >>> shift) & 0xff)
      writer.varint(hamCounts[index] as number)
      writer.varint(spamCounts[index] as number)
    }
    blocks.push(writer.taken())
  }
  return blocks
}

export function decodeTable({ words, ...head }: TableHead, blocks: readonly Uint8Array[]): ImportedTable {
  const table = {
    ...head,
    keys: new Float64Array(words),
    hamCounts: new Uint32Array(words),
    spamCounts: new Uint32Array(words),
  }
  let index = 0
  for (const octets of blocks) {
    const reader = new OctetReader(octets)
    for (; reader.left > 0 && index < words; index++) {
      let key = 0
      for (let octet = 0; octet < 5; octet++) key = key * 256 + reader.octet()
      table.keys[index] = key
      table.hamCounts[index] = reader.varint()
      table.spamCounts[index] = reader.varint()
    }
  }
  return table
}
