// Which messages our users have sent, and to whom: what a reply is known by. A file of fixed size, which processes share and which
// outlives them; the newest push out the oldest that have the same place.

import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** A message that was sent, and one domain that it went to. All in lower case but the Message-ID. */
export interface SentMessage {
  readonly messageId: string
  /** Whose it is: the address that replies go to. */
  readonly from: string
  readonly toDomain: string
}

export interface SentMail {
  /** Throws what the file system says. */
  remember(sent: SentMessage): void
  has(sent: SentMessage): boolean
  close(): void
}

const keyOctets = 8
const placesInRow = 4
const rowOctets = keyOctets * placesInRow
/** With its four places each: 131,072 messages, one megabyte. */
const rows = 32_768

/** Undefined: in memory only. */
export function createSentMail(file: string | undefined): SentMail {
  let handle: number | undefined
  const memory = file === undefined ? Buffer.alloc(rows * rowOctets) : undefined
  const open = (): number => {
    handle ??= openFile(file!)
    return handle
  }
  const read = (at: number): Buffer => {
    if (memory) return Buffer.from(memory.subarray(at, at + rowOctets))
    const row = Buffer.alloc(rowOctets)
    readSync(open(), row, 0, rowOctets, at)
    return row
  }
  return {
    remember(sent) {
      const { key, at } = placeOf(sent)
      const row = read(at)
      if (isIn(row, key)) return
      row.copyWithin(keyOctets, 0)
      key.copy(row)
      if (memory) row.copy(memory, at)
      else writeSync(open(), row, 0, rowOctets, at)
    },
    has(sent) {
      const { key, at } = placeOf(sent)
      return isIn(read(at), key)
    },
    close() {
      if (handle !== undefined) closeSync(handle)
      handle = undefined
    },
  }
}

function openFile(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  if (fstatSync(handle).size !== rows * rowOctets) ftruncateSync(handle, rows * rowOctets)
  return handle
}

function placeOf({ messageId, from, toDomain }: SentMessage): { key: Buffer; at: number } {
  const digest = createHash('sha256').update(`${messageId}\0${from}\0${toDomain}`).digest()
  return { key: digest.subarray(0, keyOctets), at: (digest.readUInt32BE(keyOctets) % rows) * rowOctets }
}

function isIn(row: Buffer, key: Buffer): boolean {
  for (let place = 0; place < rowOctets; place += keyOctets)
    if (row.compare(key, 0, keyOctets, place, place + keyOctets) === 0) return true
  return false
}
