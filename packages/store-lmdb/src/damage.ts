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
  const meta = Buffer.alloc(metaBytes)
  if (readSync(descriptor, meta, 0, metaBytes, 0) < metaBytes) return false
  if (
    meta.readUInt32LE(magic.at) !== magic.value ||
    (meta.readUInt32LE(version.at) & 0xffff) !== version.value
  )
    return false
  const pageSize = meta.readUInt32LE(pageSizeAt)
  if (pageSize < 512 || pageSize > 65_536 || size < 2 * pageSize) return false
  const pages = BigInt(Math.floor(size / pageSize))
  for (const at of [freeRootAt, mainRootAt]) {
    const root = meta.readBigUInt64LE(at)
    if (root !== noPage && root >= pages) return false
  }
  const wanted = (meta.readBigUInt64LE(lastPageAt) + 1n) * BigInt(pageSize)
  // Free pages at the end may never have been written; with them in place, no access can fall behind the end.
  if (wanted > BigInt(size) && wanted < BigInt(Number.MAX_SAFE_INTEGER))
    ftruncateSync(descriptor, Number(wanted))
  return true
}
