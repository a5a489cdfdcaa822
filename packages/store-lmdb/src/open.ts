import { mkdirSync, renameSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { open } from 'lmdb'
import { damagedFile } from './damage.ts'
import { limits } from './limits.ts'
import { LmdbGreylistStore, type LmdbStore } from './lmdb-store.ts'
import { recoverJournals } from './recovery.ts'

export interface LmdbStoreOptions {
  /** Where the store keeps its files; made when missing. */
  readonly directory: string
  /** Told of each commit that failed; it is tried again. */
  readonly onCommitError?: (error: Error) => void
}

export type OpenErrorCode = 'no-permission' | 'disk-full' | 'not-a-directory' | 'read-only' | 'other'

export type OpenedStore =
  | {
      readonly ok: true
      readonly store: LmdbStore
      /** Changes taken over from processes that ended suddenly. */
      readonly recovered: number
      /** The old file was no database any more and now lies here; the store began anew. */
      readonly setAside?: string
    }
  | {
      readonly ok: false
      readonly error: { readonly code: OpenErrorCode; readonly path: string; readonly cause: Error }
    }

/** Opens the store in a directory, or says why not. Several processes may have it open at once. */
export function openLmdbStore(options: LmdbStoreOptions): OpenedStore {
  const { directory, onCommitError } = options
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 })
    const damaged = damagedFile(directory)
    if (damaged) return openAfresh(options, damaged)
    const parts = { database: openDatabase(directory), directory, onCommitError }
    if (!isReadable(parts.database)) {
      void parts.database.close()
      return openAfresh(options, path.join(directory, 'data.mdb'))
    }
    const recovered = recoverJournals(parts.database, directory)
    return { ok: true, store: new LmdbGreylistStore(parts), recovered }
  } catch (error) {
    return failure(error as Error, directory)
  }
}

function openAfresh(options: LmdbStoreOptions, damaged: string): OpenedStore {
  const setAside = `${damaged}.damaged-${process.pid}-${statSync(damaged).mtime.toISOString().replaceAll(/[:.]/g, '')}`
  renameSync(damaged, setAside)
  const opened = openLmdbStore(options)
  return opened.ok ? { ...opened, setAside } : opened
}

function openDatabase(directory: string) {
  return open<Buffer, string>({
    path: directory,
    encoding: 'binary',
    // lmdb takes a path with a dot in its last part for a file's.
    noSubdir: false,
    pageSize: limits.pageBytes,
    maxReaders: 1024,
    // Every write here is in an explicit batch. The implicit ones drop a promise, whose rejection nobody can catch.
    eventTurnBatching: false,
  })
}

/** Whether the tree can be walked down at both ends. */
function isReadable(database: ReturnType<typeof openDatabase>): boolean {
  try {
    for (const reverse of [false, true]) for (const _ of database.getRange({ reverse, limit: 1 })) break
    return true
  } catch {
    return false
  }
}

/** LMDB reports a full disk as an input/output error. */
function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize < 1024 * 1024
  } catch {
    return false
  }
}

function failure(cause: Error, directory: string): OpenedStore {
  const system = (cause as NodeJS.ErrnoException).code
  const text = `${system} ${cause.message}`
  const code: OpenErrorCode = /EACCES|EPERM|Permission denied/.test(text)
    ? 'no-permission'
    : /ENOSPC|EDQUOT|No space left/.test(text) || isFull(directory)
      ? 'disk-full'
      : /ENOTDIR|EEXIST/.test(text)
        ? 'not-a-directory'
        : /EROFS|Read-only/.test(text)
          ? 'read-only'
          : 'other'
  return { ok: false, error: { code, path: directory, cause } }
}
