// Lines of a dump, however large it is, and also when gzip has packed it.

import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { CliIo } from './io.ts'

/** A dump that can be read twice: once to see that it is whole, and then to take it. */
export interface DumpSource {
  /** Lines as byte strings, without their ends. Rejects as the system does when it cannot be read. */
  lines(): AsyncIterable<string>
}

/** No line of a dump is longer: the start of such a line, which makes no sense to who reads it, is the last. */
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
  for await (const chunk of unpacked(chunks)) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split(NEW_LINE)
    rest = lines.pop()!
    yield* lines
    if (rest.length > LINE_CHARACTERS) break
  }
  if (rest !== '') yield rest
}

async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const start = await iterator.next()
  const all = async function* () {
    for (let next = start; !next.done; next = await iterator.next()) yield next.value
  }
  try {
    if (start.done || start.value[0] !== 0x1f || start.value[1] !== 0x8b) yield* all()
    // An error of either is that of the last, which is thrown here.
    else yield* pipeline(Readable.from(all()), createGunzip(), () => {})
  } finally {
    // Who has seen enough lets go of the file, and of whoever writes into standard input.
    await iterator.return?.()
  }
}
