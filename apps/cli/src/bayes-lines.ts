// Lines of a dump, however large it is.

import { createReadStream } from 'node:fs'
import path from 'node:path'
import type { CliIo } from './io.ts'

/** A dump that can be read twice: once to see that it is whole, and then to take it. */
export interface DumpSource {
  /** Lines as byte strings, without their ends. Rejects as the system does when it cannot be read. */
  lines(): AsyncIterable<string>
}

/** No line of a dump is longer: what follows is cut off, and makes no sense to who reads it. */
const LINE_CHARACTERS = 64 * 1024

const NEW_LINE = /\r?\n/

/** The file, or standard input for `-`, which is kept in memory. */
export function openDump(named: string, io: CliIo): DumpSource {
  if (named !== '-') return { lines: () => splitLines(createReadStream(path.resolve(io.cwd, named))) }
  const kept: Uint8Array[] = []
  let isKept = false
  const keep = async function* () {
    for await (const chunk of io.stdin) {
      kept.push(chunk)
      yield chunk
    }
    isKept = true
  }
  const again = async function* () {
    yield* kept
  }
  return { lines: () => splitLines(isKept ? again() : keep()) }
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split(NEW_LINE)
    rest = lines.pop()!.slice(0, LINE_CHARACTERS)
    yield* lines
  }
  if (rest !== '') yield rest
}
