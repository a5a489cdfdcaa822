import { decodeTable, importSources, type TableHead } from '../import/imported-table.ts'
import { blocksOf, decodeBlock } from '../model/block.ts'
import { decodeGains, GAIN_OCTETS } from '../model/gains.ts'
import { MODEL_VERSION } from '../model/meta.ts'
import { Model } from '../model/model.ts'
import type { Dump, DumpErrorCode, ModelKind, ReadDump } from './dump.ts'
import { checkOf, DUMP_HEAD, DUMP_VERSION } from './format-dump.ts'

export type DumpLines = Iterable<string> | AsyncIterable<string>

/** No weight comes near. */
const MOST_WEIGHT = 1e6
/** Lines of one block: more octets than any has, and a bound to memory. */
const MOST_PARTS = 1000
/** Blocks of imported words: those of the largest table there may be. */
const MOST_BLOCKS = 64

/** Reads all lines of a dump (as formatDump makes them, also with CR at their ends) into memory. */
export async function readDump(lines: DumpLines): Promise<ReadDump> {
  const reader = new DumpReader()
  let line = 0
  for await (const text of lines) {
    line++
    const code = reader.read(text.endsWith('\r') ? text.slice(0, -1) : text, line)
    if (code !== undefined) return { ok: false, error: { code, line } }
  }
  const dump = reader.end()
  if (typeof dump === 'string') return { ok: false, error: { code: dump, line: Math.max(1, line) } }
  return { ok: true, dump }
}

const isShare = (value: number): boolean => value >= 0 && value <= 1

class DumpReader {
  #kind: ModelKind = 'shared'
  #model: Model | undefined
  #totals: { ham: number; spam: number; mix: number; trust: number } | undefined
  readonly #seen: Dump['seen'][number][] = []
  #head: TableHead | undefined
  readonly #blocks: Buffer[][] = []
  readonly #words: Buffer[][] = []
  #isEnded = false

  read(text: string, line: number): DumpErrorCode | undefined {
    if (line === 1) return readHead(text)
    if (this.#isEnded) return text === '' ? undefined : 'line'
    const body = text.slice(0, -9)
    if (text.length < 10 || text[body.length] !== ' ' || checkOf(body) !== text.slice(-8)) return 'line'
    const [kind = '', ...parts] = body.split(' ')
    if (line === 2) return kind === 'model' ? this.#readModel(parts) : 'line'
    if (line === 3) return kind === 'learned' ? this.#readTotals(parts) : 'line'
    if (kind === 'block') return readPart(parts, this.#blocks, blocksOf(this.#model as Model))
    if (kind === 'words') return this.#head ? readPart(parts, this.#words, MOST_BLOCKS) : 'line'
    if (kind === 'seen') return this.#readSeen(parts)
    if (kind === 'imported') return this.#readImported(parts)
    if (kind !== 'end' || countOf(parts[0]) !== line) return 'line'
    this.#isEnded = true
    return undefined
  }

  end(): Dump | DumpErrorCode {
    const model = this.#model
    if (!this.#isEnded || model === undefined || this.#totals === undefined) return 'cut-off'
    model.ham = this.#totals.ham
    model.spam = this.#totals.spam
    model.order.mix = this.#totals.mix
    model.order.trust = this.#totals.trust
    this.#blocks.forEach((parts, block) => {
      decodeBlock(model, block, Buffer.concat(parts))
    })
    if (!model.weights.weights.every((weight) => Math.abs(weight) < MOST_WEIGHT)) return 'line'
    const head = this.#head
    const imported =
      head &&
      decodeTable(
        head,
        this.#words.map((parts) => Buffer.concat(parts)),
      )
    return { kind: this.#kind, model, seen: this.#seen, imported }
  }

  #readModel([version, kind, slotBits]: string[]): DumpErrorCode | undefined {
    const found = countOf(version)
    if (found === undefined) return 'line'
    if (found !== MODEL_VERSION) return found > MODEL_VERSION ? 'newer' : 'older'
    const bits = countOf(slotBits)
    if ((kind !== 'shared' && kind !== 'user') || bits === undefined || bits < 12 || bits > 24) return 'line'
    this.#kind = kind
    this.#model = new Model(bits)
    return undefined
  }

  #readTotals([hamText, spamText, mixText, trustText]: string[]): DumpErrorCode | undefined {
    const ham = countOf(hamText)
    const spam = countOf(spamText)
    const [mix, trust] = [Number(mixText), Number(trustText)]
    if (ham === undefined || spam === undefined || !isShare(mix) || !isShare(trust)) return 'line'
    this.#totals = { ham, spam, mix, trust }
    return undefined
  }

  #readSeen([digest = '', as, steps = '']: string[]): DumpErrorCode | undefined {
    const octets = Buffer.from(steps, 'base64')
    if (!/^[0-9a-f]{32}$/.test(digest) || (as !== 'spam' && as !== 'ham') || octets.length !== GAIN_OCTETS)
      return 'line'
    this.#seen.push({ digest, isSpam: as === 'spam', gains: decodeGains(octets) })
    return undefined
  }

  #readImported([name, hamText, spamText, wordsText]: string[]): DumpErrorCode | undefined {
    const from = importSources.find((source) => source === name)
    const ham = countOf(hamText)
    const spam = countOf(spamText)
    const words = countOf(wordsText)
    if (from === undefined || ham === undefined || spam === undefined || words === undefined) return 'line'
    if (words > MOST_BLOCKS * 16_384) return 'line'
    this.#head = { from, ham, spam, words }
    return undefined
  }
}

function readHead(text: string): DumpErrorCode | undefined {
  const [name, versionText] = text.split(' ')
  const version = countOf(versionText)
  if (name !== DUMP_HEAD || version === undefined || version === 0) return 'not-a-dump'
  return version > DUMP_VERSION ? 'newer' : undefined
}

function readPart(
  [blockText, part = '']: string[],
  into: Buffer[][],
  blocks: number,
): DumpErrorCode | undefined {
  const block = countOf(blockText)
  // In their order, so that none is missing.
  if (block === undefined || block >= blocks || block < into.length - 1 || block > into.length) return 'line'
  into[block] ??= []
  if (into[block].length === MOST_PARTS) return 'line'
  into[block].push(Buffer.from(part, 'base64'))
  return undefined
}

const countOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
