// The private keys, read once and kept until a reload.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { formatSafetyProblem, unsafeParts, type Who } from '@postern/daemon'
import { formatSigningKeyError, readSigningKey, type SigningKey } from '@postern/dkim'
import type { KeyReference } from '@postern/signing'

/** A key, or the sentence for the administrator that says why there is none. */
export type FoundKey =
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly problem: string }

export interface KeyRing {
  /** Reads a key the first time it is asked for. */
  find(reference: KeyReference): FoundKey
}

export interface KeyRingOptions {
  /** Relative paths count from here. */
  readonly directory: string
  /** Undefined: files are not checked for owner and mode. */
  readonly who: Who | undefined
}

/** With patterns in a key table senders choose the names of files: beyond this all are forgotten and read again. */
const maxKeys = 10_000
const minRsaBits = 1024

export function createKeyRing({ directory, who }: KeyRingOptions): KeyRing {
  const found = new Map<string, FoundKey>()
  const load = (reference: KeyReference): FoundKey =>
    reference.kind === 'inline'
      ? readKey(reference.text, 'the key in the table')
      : readKeyFile(path.resolve(directory, reference.path), who)
  return {
    find(reference) {
      const id = reference.kind === 'inline' ? reference.text : reference.path
      const known = found.get(id)
      if (known !== undefined) return known
      if (found.size >= maxKeys) found.clear()
      const key = load(reference)
      found.set(id, key)
      return key
    },
  }
}

function readKeyFile(file: string, who: Who | undefined): FoundKey {
  try {
    const problems = who === undefined ? [] : unsafeParts(file, who)
    if (problems.length > 0)
      return { ok: false, problem: `key data is not secure: ${problems.map(formatSafetyProblem).join('; ')}` }
    return readKey(readFileSync(file), file)
  } catch (error) {
    return { ok: false, problem: explainUnreadable(error as NodeJS.ErrnoException, file) }
  }
}

function readKey(data: string | Uint8Array, where: string): FoundKey {
  const read = readSigningKey(data)
  if (!read.ok) return { ok: false, problem: `${where} ${formatSigningKeyError(read.error.code)}` }
  const { algorithm, bits } = read.value
  // RFC 8301 §3.2: signers use 1024 bits at least, and verifiers take nothing shorter.
  return algorithm === 'rsa' && bits < minRsaBits
    ? {
        ok: false,
        problem: `${where} is an RSA key of ${bits} bits: ${minRsaBits} are the least that anybody takes`,
      }
    : { ok: true, key: read.value }
}

function explainUnreadable({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no key file ${file}`
  if (code === 'EACCES') return `the key file ${file} may not be read by this user`
  return `the key file ${file} cannot be read: ${message}`
}
