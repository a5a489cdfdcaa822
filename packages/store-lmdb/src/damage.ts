// A look at LMDB's file before LMDB maps it: a file that is no database, or whose end is missing, would otherwise show
// only as an unclear error, or end the process at the first access behind the end of the file.

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import path from 'node:path'

// Offsets in LMDB's meta page, as lmdb 3 writes it (data version 2): a page header of 24 bytes, then the fields.
const magic = { at: 24, value: 0xbeefc0de }
const version = { at: 28, value: 2 }
const pageSizeAt = 48
const freeRootAt = 88
const mainRootAt = 136
const lastPageAt = 144
const transactionAt = 152
const metaBytes = 160
/** The root of an empty tree. */
const noPage = 0xffff_ffff_ffff_ffffn

/** The path of the data file if it cannot be a database; a file that is merely short is made whole with empty pages. */
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
  if (size === 0) return true // LMDB makes a new database of an empty file.
  const first = readMeta(descriptor, 0)
  if (!first || first.pageSize < 512 || first.pageSize > 65_536 || size < 2 * first.pageSize) return false
  const { pageSize } = first
  // The two pages that commits write in turn, and between them the note of the last synced one.
  const metas = [first, readMeta(descriptor, pageSize / 2), readMeta(descriptor, pageSize)].filter(
    (m) => m !== undefined,
  )
  const newest = metas.reduce((a, b) => (b.transaction > a.transaction ? b : a))
  const pages = Math.floor(size / pageSize)
  if (newest.roots.some((root) => root !== noPage && root >= pages)) return false
  // Free pages at the end may never have been written; with them in place, no access can fall behind the end.
  const wanted = (Math.max(...metas.map((meta) => Number(meta.lastPage))) + 1) * pageSize
  if (wanted > size && Number.isSafeInteger(wanted)) ftruncateSync(descriptor, wanted)
  return true
}

function readMeta(descriptor: number, offset: number) {
  const meta = Buffer.alloc(metaBytes)
  if (readSync(descriptor, meta, 0, metaBytes, offset) < metaBytes) return undefined
  if (meta.readUInt32LE(magic.at) !== magic.value) return undefined
  if ((meta.readUInt32LE(version.at) & 0xffff) !== version.value) return undefined
  return {
    pageSize: meta.readUInt32LE(pageSizeAt),
    roots: [meta.readBigUInt64LE(freeRootAt), meta.readBigUInt64LE(mainRootAt)],
    lastPage: meta.readBigUInt64LE(lastPageAt),
    transaction: meta.readBigUInt64LE(transactionAt),
  }
}
