// A look at LMDB's file before LMDB maps it: one that is no database, or whose end is missing, would otherwise show as an unclear
// error, or end the process at the first access behind the end of the file. The same is in @postern/store-lmdb (damage.ts).

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import path from 'node:path'

/** Where the fields of LMDB's meta page are, as lmdb 3 writes it (data version 2) behind a page header of 24 octets. */
const META = {
  magic: 24,
  version: 28,
  pageSize: 48,
  freeRoot: 88,
  mainRoot: 136,
  lastPage: 144,
  transaction: 152,
  octets: 160,
}
const MAGIC = 0xbeefc0de
const DATA_VERSION = 2
const NO_PAGE = 0xffff_ffff_ffff_ffffn

interface MetaPage {
  readonly pageSize: number
  readonly roots: readonly bigint[]
  readonly lastPage: number
  readonly transaction: bigint
}

/** The path of the data file if it cannot be a database; one that is merely short is made whole with empty pages. */
export function damagedFile(directory: string): string | undefined {
  const file = path.join(directory, 'data.mdb')
  if (!existsSync(file)) return undefined
  const descriptor = openSync(file, 'r+')
  try {
    return isDatabase(descriptor) ? undefined : file
  } finally {
    closeSync(descriptor)
  }
}

function isDatabase(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  // LMDB makes a new database of an empty file.
  if (size === 0) return true
  const first = readMetaPage(descriptor, 0)
  if (first === undefined) return false
  const { pageSize } = first
  if (pageSize < 512 || pageSize > 65_536 || size < 2 * pageSize) return false
  // Two pages that commits write in turn, and between them lmdb's note of what is on the disk for sure.
  const pages = [first]
  for (const at of [pageSize / 2, pageSize]) {
    const page = readMetaPage(descriptor, at)
    if (page !== undefined) pages.push(page)
  }
  const newest = pages.reduce((a, b) => (b.transaction > a.transaction ? b : a))
  const whole = BigInt(Math.floor(size / pageSize))
  if (newest.roots.some((root) => root !== NO_PAGE && root >= whole)) return false
  // Free pages at the end may never have been written: with them in place nothing is read behind the end.
  const wanted = (Math.max(...pages.map(({ lastPage }) => lastPage)) + 1) * pageSize
  if (wanted > size && Number.isSafeInteger(wanted)) ftruncateSync(descriptor, wanted)
  return true
}

function readMetaPage(descriptor: number, at: number): MetaPage | undefined {
  const octets = Buffer.alloc(META.octets)
  if (readSync(descriptor, octets, 0, META.octets, at) < META.octets) return undefined
  if (octets.readUInt32LE(META.magic) !== MAGIC) return undefined
  if ((octets.readUInt32LE(META.version) & 0xffff) !== DATA_VERSION) return undefined
  return {
    pageSize: octets.readUInt32LE(META.pageSize),
    roots: [octets.readBigUInt64LE(META.freeRoot), octets.readBigUInt64LE(META.mainRoot)],
    lastPage: Number(octets.readBigUInt64LE(META.lastPage)),
    transaction: octets.readBigUInt64LE(META.transaction),
  }
}
