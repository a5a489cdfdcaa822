// Private keys on the disk: written so that nobody else can read them, and never over another.

import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { formatSafetyProblem, unsafeParts } from '@postern/daemon'
import { formatSigningKeyError, readSigningKey, type SigningKey } from '@postern/dkim'

/** Where a key is put unless told. */
export const keyFileName = (domain: string, selector: string): string => `${domain}.${selector}.private`

/** Who a file is to belong to, and its rights. */
export interface FileAccess {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

export type Written = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** Writes a new file that only its owner can read, on the disk before it returns. Its directory is made if need be, none above. */
export function writeKeyFile(file: string, pem: string, access?: FileAccess): Written {
  let handle: number | undefined
  try {
    makeDirectory(path.dirname(file))
    // 'x': RFC 6376 §8 puts all on the private key, and an old one that is lost cannot be had again.
    handle = openSync(file, 'wx', 0o600)
    fchmodSync(handle, access?.mode ?? 0o600)
    if (access !== undefined && isForeign(access)) fchownSync(handle, access.uid, access.gid)
    writeFileSync(handle, pem)
    fsyncSync(handle)
    return { ok: true }
  } catch (error) {
    if (handle !== undefined) unlinkSync(file)
    return { ok: false, message: explainUnwritable(error as NodeJS.ErrnoException, file) }
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

function makeDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 })
}

const isForeign = ({ uid, gid }: FileAccess): boolean =>
  uid !== process.geteuid?.() || gid !== process.getegid?.()

function explainUnwritable({ code, message, syscall }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no directory ${path.dirname(path.dirname(file))}`
  if (code === 'EEXIST') return `${file} is there already, and a key is never written over another`
  if (code === 'EACCES' || code === 'EROFS') return `${file} may not be written by this user`
  if (code === 'EPERM' && syscall === 'fchown')
    return `${file} cannot be given to the owner of the present key: run this as root or as that user`
  return `${file} cannot be written: ${message}`
}

export type ReadKeyFile =
  | {
      readonly ok: true
      readonly key: SigningKey
      /** Sentences about owner and mode that leave the key open to others. */
      readonly unsafe: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

/** Reads a private key, and looks who else could. */
export function readKeyFile(file: string): ReadKeyFile {
  try {
    const read = readSigningKey(readFileSync(file))
    if (!read.ok) return { ok: false, message: `${file} ${formatSigningKeyError(read.error.code)}` }
    return { ok: true, key: read.value, unsafe: unsafeParts(file, ownerOf(file)).map(formatSafetyProblem) }
  } catch (error) {
    return { ok: false, message: explainUnreadable(error as NodeJS.ErrnoException, file) }
  }
}

/** As which user the daemon has to run: root may look at anything, so for root it is whoever owns the file. */
function ownerOf(file: string): { uid: number; gid: number } {
  const uid = process.geteuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getegid?.() ?? 0 }
  return statSync(file)
}

function explainUnreadable({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `There is no file ${file}`
  if (code === 'EACCES') return `${file} may not be read by this user`
  if (code === 'EISDIR') return `${file} is a directory`
  return `${file} cannot be read: ${message}`
}
