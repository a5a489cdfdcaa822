// Our entries in LMDB: how they are keyed, read and written, and two things that lmdb does not offer plainly.

import { createHash } from 'node:crypto'
import type { Entry, EntryKey } from '@postern/greylist'
import type { RootDatabase } from 'lmdb'
import { decodeEntry, encodeEntry, entrySize } from './entry-codec.ts'
import { limits } from './limits.ts'

export type Database = RootDatabase<Buffer, string>

export function read(database: Database, key: EntryKey): Entry | undefined {
  const bytes = database.getBinaryFast(storedKey(key))
  return bytes && decodeEntry(bytes)
}

export function encoded(entry: Entry): Buffer {
  const bytes = Buffer.allocUnsafe(entrySize)
  encodeEntry(entry, bytes, 0)
  return bytes
}

/** LMDB's keys are bounded: of a longer one (no real address makes one) the end is hashed. */
export function storedKey(key: EntryKey): string {
  if (key.length * 3 <= limits.maxKeyBytes) return key
  if (Buffer.byteLength(key) <= limits.maxKeyBytes) return key
  const digest = createHash('sha256').update(key).digest('base64url')
  return `${Buffer.from(key)
    .subarray(0, limits.maxKeyBytes - 64)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e\n]/g, '?')
    .slice(0, 256)}\n#${digest}`
}

/** The number of the last committed transaction, of whichever process; cheap, unlike `getStats`. */
export function lastTransaction(database: Database): number {
  const { env } = database as unknown as { env: { info(): { lastTxnId: number } } }
  return env.info().lastTxnId
}

/** LMDB's own error; lmdb hands it over as a promise that rejects, which somebody must catch. */
export async function commitErrorOf(error: Error & { commitError?: Promise<never> }): Promise<Error> {
  try {
    return (await error.commitError) ?? error
  } catch (cause) {
    return cause as Error
  }
}
