import { crc32 } from 'node:zlib'
import { encodeTable } from '../import/imported-table.ts'
import { blocksOf, encodeBlock } from '../model/block.ts'
import { encodeGains } from '../model/gains.ts'
import { MODEL_VERSION } from '../model/meta.ts'
import type { Dump } from './dump.ts'

/** Of the lines, not of what is in the blocks. */
export const DUMP_VERSION = 1
export const DUMP_HEAD = 'postern-bayes'

/** Octets of a block in one line: 4,000 characters, which every program for text takes. */
const LINE_OCTETS = 3000

/** What a line ends with: eight hexadecimal digits that tell when it was changed. */
export const checkOf = (line: string): string => crc32(line).toString(16).padStart(8, '0')

/**
 * The lines of a dump, without line ends, in ASCII:
 *
 *     postern-bayes 1
 *     model 1 shared 20                   its format, shared or user, slots as a power of two
 *     learned 3000 1500 0.4 1             ham, spam, and how they came in turn (LearningOrder: mix, trust)
 *     block 0 BASE64                      a part of the tables; a long one goes on in the next line
 *     seen DIGEST spam BASE64             a message that was learned, and what it did to the weights; the oldest first
 *     imported bogofilter 900 700 40000   from another filter: ham, spam, words
 *     words 0 BASE64                      those words, as block
 *     end 60                              lines, this one included
 *
 * Every line but the first ends with a space and the CRC-32 of what is before them.
 */
export function* formatDump({ kind, model, seen, imported }: Dump): Generator<string> {
  yield `${DUMP_HEAD} ${DUMP_VERSION}`
  let lines = 1
  const checked = (line: string) => {
    lines++
    return `${line} ${checkOf(line)}`
  }
  yield checked(`model ${MODEL_VERSION} ${kind} ${model.slotBits}`)
  yield checked(`learned ${model.ham} ${model.spam} ${model.order.mix} ${model.order.trust}`)
  for (let block = 0; block < blocksOf(model); block++)
    for (const part of partsOf(encodeBlock(model, block))) yield checked(`block ${block} ${part}`)
  for (const { digest, isSpam, gains } of seen) {
    const steps = Buffer.from(encodeGains(gains)).toString('base64')
    yield checked(`seen ${digest} ${isSpam ? 'spam' : 'ham'} ${steps}`)
  }
  if (imported !== undefined) {
    const { from, ham, spam, keys } = imported
    yield checked(`imported ${from} ${ham} ${spam} ${keys.length}`)
    for (const [block, octets] of encodeTable(imported).entries())
      for (const part of partsOf(octets)) yield checked(`words ${block} ${part}`)
  }
  yield checked(`end ${lines + 1}`)
}

function* partsOf(octets: Uint8Array): Generator<string> {
  for (let from = 0; from < octets.length; from += LINE_OCTETS)
    yield Buffer.from(octets.subarray(from, from + LINE_OCTETS)).toString('base64')
}
