// Keys of the tests: files as the daemon wants them, records for the DNS and for dkimpy.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { splitKeyRecord } from '@postern/dkim'

export interface KeyPair {
  /** As a settings file names it. */
  readonly file: string
  readonly pem: string
  /** Ed25519: the seed, in base64, which is all that dkimpy takes. */
  readonly seed: string
  /** The text of the record. */
  readonly record: string
}

export type Algorithm = 'rsa' | 'ed25519'

/** Makes a key in a file of that name, which nobody but its owner may read. */
export function makeKey(
  directory: string,
  name: string,
  options: { algorithm?: Algorithm; bits?: number; owner?: { uid: number; gid: number } } = {},
): KeyPair {
  const { algorithm = 'rsa', bits = 2048, owner } = options
  const { publicKey, privateKey } = pairOf(algorithm, bits)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  mkdirSync(directory, { recursive: true, mode: 0o755 })
  const file = path.join(directory, name)
  writeFileSync(file, pem, { mode: 0o600 })
  chmodSync(file, 0o600)
  if (owner) chownSync(file, owner.uid, owner.gid)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const isRsa = algorithm === 'rsa'
  return {
    file,
    pem,
    // RFC 8410: the key is the end of both forms.
    seed: isRsa ? '' : privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64'),
    record: `v=DKIM1; k=${algorithm}; p=${(isRsa ? spki : spki.subarray(-32)).toString('base64')}`,
  }
}

const pairOf = (algorithm: Algorithm, bits: number): { publicKey: KeyObject; privateKey: KeyObject } =>
  algorithm === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')

/** Lines of zone text for records by `selector._domainkey.domain`. */
export const zoneOf = (records: Readonly<Record<string, string>>): string =>
  Object.entries(records)
    .map(
      ([name, text]) =>
        `${name} TXT ${splitKeyRecord(text)
          .map((part) => JSON.stringify(part))
          .join(' ')}\n`,
    )
    .join('')
