// The journal of one process: what it has answered for and not yet committed to LMDB. It is written before an answer
// goes out and so survives the sudden end of the process (the kernel holds the pages); LMDB's own synced commits, which
// follow some milliseconds later, are what survives a power cut. Two files take turns: while the batch of one is being
// committed, new records go to the other.

import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { Entry, EntryKey } from '@postern/greylist'
import { decodeEntry, encodeEntry, entrySize } from './entry-codec.ts'
import { limits } from './limits.ts'

/** One change: the entry now under the key, or undefined when it was removed. */
export type JournalRecord = readonly [key: EntryKey, entry: Entry | undefined]

// A batch: its length, its checksum, the round it belongs to, then records. A record: length of the key, whether an entry
// follows, key, entry. A file is written over from its start once it is committed, since pages that are there already cost a third
// of what it costs to make a file longer (measured); a batch of another round, or a length of zero, is where reading ends.
const batchHeader = 12
const crcStart = 8
const noBatch = Buffer.alloc(batchHeader)
const recordHeader = 4

export class Journal {
  readonly #files: readonly [number, number]
  readonly #paths: readonly [string, string]
  readonly #sizes: [number, number] = [0, 0]
  #current: 0 | 1 = 0
  /** Counts how often each file has been begun anew. */
  readonly #rounds: [number, number] = [1, 1]
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #length = batchHeader

  /** Opens (creating) the two files of this process; throws the system's error when that fails. */
  constructor(directory: string) {
    const name = `journal-${owner.pid}-${owner.started}-${owner.journals++}`
    this.#paths = [path.join(directory, `${name}-a`), path.join(directory, `${name}-b`)]
    this.#files = [openSync(this.#paths[0], 'w', 0o600), openSync(this.#paths[1], 'w', 0o600)]
  }

  /** Notes a change; nothing is written until `write`. */
  add(key: EntryKey, entry: Entry | undefined): void {
    const needed = recordHeader + key.length * 3 + entrySize
    if (this.#length + needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe((this.#buffer.length + needed) * 2)
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    const buffer = this.#buffer
    const keyLength = buffer.write(key, this.#length + recordHeader)
    buffer.writeUInt32LE(keyLength * 2 + (entry ? 1 : 0), this.#length)
    this.#length += recordHeader + keyLength
    if (!entry) return
    encodeEntry(entry, buffer, this.#length)
    this.#length += entrySize
  }

  /** Writes what was noted; throws the system's error (disk full) with the file as it was before. */
  write(): void {
    if (this.#length === batchHeader) return
    const batch = this.#buffer.subarray(0, this.#length)
    this.#length = batchHeader
    batch.writeUInt32LE(batch.length - batchHeader, 0)
    batch.writeUInt32LE(this.#rounds[this.#current], crcStart)
    batch.writeUInt32LE(crc32(batch.subarray(crcStart)), 4)
    const file = this.#files[this.#current]
    const size = this.#sizes[this.#current]
    try {
      for (let written = 0; written < batch.length; )
        written += writeSync(file, batch, written, batch.length - written, size + written)
      this.#sizes[this.#current] = size + batch.length
    } catch (error) {
      ftruncateSync(file, size) // What is there of the batch was never answered for.
      throw error
    }
  }

  /** From here on records go to the other file; returns what to call when all before is committed. */
  turn(): () => void {
    const full = this.#current
    this.#current = full === 0 ? 1 : 0
    return () => {
      if (this.#sizes[full] > limits.journalBytes) ftruncateSync(this.#files[full], 0)
      else if (this.#sizes[full] > 0) writeSync(this.#files[full], noBatch, 0, batchHeader, 0)
      this.#sizes[full] = 0
      this.#rounds[full] = (this.#rounds[full] + 1) >>> 0
    }
  }

  /** Ends the journal and removes its files, after everything was committed. */
  close(): void {
    for (const file of this.#files) closeSync(file)
    for (const name of this.#paths) unlinkSync(name)
  }

  /** Whether another living process has the store in this directory open too (or this one, a second time). */
  isAlone(directory: string): boolean {
    return !journalFiles(directory).some(({ file, isAlive }) => isAlive && !this.#paths.includes(file))
  }
}

/** The records of processes that ended without committing, oldest first for each process, and how to forget them. */
export function orphanedRecords(directory: string): { records: JournalRecord[]; discard: () => void } {
  const orphans = journalFiles(directory).filter(({ isAlive }) => !isAlive)
  const records = orphans.flatMap(({ file }) => [...readRecords(file)])
  return {
    records,
    discard: () => {
      for (const { file } of orphans)
        try {
          unlinkSync(file)
        } catch {
          // Another process that started at the same moment has done the same work.
        }
    },
  }
}

/** The records of a file up to the first batch that is not whole: what follows it was never answered for. */
export function* readRecords(file: string): Generator<JournalRecord> {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch {
    return // Gone: another process has just recovered it.
  }
  const round = bytes.length < batchHeader ? 0 : bytes.readUInt32LE(crcStart)
  for (let at = 0; at + batchHeader <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    const batch = bytes.subarray(at, at + batchHeader + length)
    if (length === 0 || batch.length < batchHeader + length || batch.readUInt32LE(crcStart) !== round) return
    if (crc32(batch.subarray(crcStart)) !== batch.readUInt32LE(4)) return
    yield* decodeBatch(batch.subarray(batchHeader))
    at += batch.length
  }
}

function* decodeBatch(batch: Buffer): Generator<JournalRecord> {
  for (let at = 0; at < batch.length; ) {
    const header = batch.readUInt32LE(at)
    const keyEnd = at + recordHeader + (header >>> 1)
    const key = batch.toString('utf8', at + recordHeader, keyEnd)
    at = keyEnd
    if ((header & 1) === 0) yield [key, undefined]
    else {
      yield [key, decodeEntry(batch, at)]
      at += entrySize
    }
  }
}

const owner = { pid: process.pid, started: startOf(process.pid) ?? '0', journals: 0 }

function journalFiles(directory: string): { file: string; isAlive: boolean }[] {
  return readdirSync(directory).flatMap((name) => {
    const [, pid, started] = /^journal-(\d+)-(\d+)-\d+-[ab]$/.exec(name) ?? []
    if (pid === undefined || started === undefined) return []
    return [{ file: path.join(directory, name), isAlive: isAlive(Number(pid), started) }]
  })
}

/** A process is the one that wrote its name into the file when its start time is the same: numbers are used again. */
function isAlive(pid: number, started: string): boolean {
  const start = startOf(pid)
  if (start !== undefined) return start === started
  if (started !== '0') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started, in the kernel's ticks since boot; undefined when it is gone or the system has no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
