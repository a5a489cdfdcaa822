import type { Entry } from '@postern/greylist'

/** An entry's size in a record: three unsigned 32-bit numbers, which hold times until the year 2106. */
export const entrySize = 12

/** Writes an entry at `offset`. */
export function encodeEntry(entry: Entry, target: Buffer, offset: number): void {
  target.writeUInt32LE(entry.first, offset)
  target.writeUInt32LE(entry.last, offset + 4)
  target.writeUInt32LE(entry.count, offset + 8)
}

/** Reads the entry at `offset`. */
export function decodeEntry(bytes: Buffer, offset = 0): Entry {
  return {
    first: bytes.readUInt32LE(offset),
    last: bytes.readUInt32LE(offset + 4),
    count: bytes.readUInt32LE(offset + 8),
  }
}
