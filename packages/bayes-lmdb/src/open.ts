import { mkdirSync, renameSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { open } from 'lmdb'
import { damagedFile } from './damaged-file.ts'
import { type Database, LmdbBayesStore, type StoreKey } from './lmdb-bayes-store.ts'

export interface LmdbBayesStoreOptions {
  /** Where the store keeps its files; made when missing. All processes that open it share what is learned. */
  readonly directory: string
}

/**
 * Opens the store in a directory. A file there that is no database any more is set aside, and the store begins anew: see
 * `setAside`. Rejects with an error whose `code` is EACCES, ENOSPC, ENOTDIR, EEXIST (a file lies where the directory should), EROFS
 * or another of the system's.
 */
export async function openLmdbBayesStore({ directory }: LmdbBayesStoreOptions): Promise<LmdbBayesStore> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 })
    const damaged = damagedFile(directory)
    if (damaged !== undefined) return openAfresh(directory, damaged)
    const database = openDatabase(directory)
    if (isReadable(database)) return storeOf(database, directory)
    await database.close()
    return openAfresh(directory, path.join(directory, 'data.mdb'))
  } catch (error) {
    throw await explained(error as Error, directory)
  }
}

function openAfresh(directory: string, damaged: string): LmdbBayesStore {
  const time = statSync(damaged).mtime.toISOString().replaceAll(/[:.]/g, '')
  const setAside = `${damaged}.damaged-${process.pid}-${time}`
  renameSync(damaged, setAside)
  return storeOf(openDatabase(directory), directory, setAside)
}

const storeOf = (database: Database, directory: string, setAside?: string): LmdbBayesStore =>
  new LmdbBayesStore(database, {
    octets: () => statSync(path.join(directory, 'data.mdb')).size,
    explain: (error) => explained(error, directory),
    ...(setAside !== undefined && { setAside }),
  })

const openDatabase = (directory: string): Database =>
  open<Buffer, StoreKey>({
    path: directory,
    encoding: 'binary',
    // lmdb takes a path with a dot in its last part for a file's.
    noSubdir: false,
    maxReaders: 1024,
    // Every write is in an explicit transaction. The implicit ones drop a promise, whose rejection nobody can catch.
    eventTurnBatching: false,
  })

/** Whether the tree can be walked down at both ends. */
function isReadable(database: Database): boolean {
  try {
    for (const reverse of [false, true]) for (const _ of database.getRange({ reverse, limit: 1 })) break
    return true
  } catch {
    return false
  }
}

const codes: readonly (readonly [RegExp, string])[] = [
  [/permission denied|not permitted/i, 'EACCES'],
  [/no space left/i, 'ENOSPC'],
  [/read-only/i, 'EROFS'],
  [/not a directory/i, 'ENOTDIR'],
]

/** The error with the system's code, which LMDB tells in words at most; of a commit, that of LMDB and not of lmdb. */
async function explained(error: Error & { commitError?: Promise<never> }, directory: string): Promise<Error> {
  const cause: NodeJS.ErrnoException = await Promise.resolve(error.commitError).then(
    () => error,
    (reason) => reason as Error,
  )
  if (typeof cause.code === 'string') return cause
  const code = isFull(directory) ? 'ENOSPC' : codes.find(([pattern]) => pattern.test(cause.message))?.[1]
  return code === undefined ? cause : Object.assign(new Error(cause.message, { cause }), { code })
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
