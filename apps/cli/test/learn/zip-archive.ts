// A ZIP archive with files that are deflated, for tests.

import { crc32, deflateRawSync } from 'node:zlib'

/** PKWARE's APPNOTE, 4.3: local headers with their data, the central directory, its end. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    // Version, flags, deflate, time, date, sum, sizes, lengths of name and extra field.
    const facts = numbers(
      [20, 2],
      [0, 2],
      [8, 2],
      [0, 2],
      [0x21, 2],
      [crc32(content), 4],
      [packed.length, 4],
      [content.length, 4],
      [name.length, 2],
      [0, 2],
    )
    const local = Buffer.concat([numbers([0x04034b50, 4]), facts, Buffer.from(name), packed])
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4])
    entries.push(Buffer.concat([numbers([0x02014b50, 4], [20, 2]), facts, rest, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const count = entries.length
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [directory.length, 4],
    [offset, 4],
    [0, 2],
  )
  return Buffer.concat([...locals, directory, end])
}

/** Little-endian numbers of so many octets. */
const numbers = (...values: (readonly [value: number, octets: number])[]): Buffer =>
  Buffer.concat(
    values.map(([value, octets]) => {
      const buffer = Buffer.alloc(octets)
      buffer.writeUIntLE(value, 0, octets)
      return buffer
    }),
  )
