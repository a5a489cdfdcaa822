// The key inside p= of a record.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { type Parsed, parsed, parseError } from '@postern/addr'
import type { KeyRecord } from './key-record.ts'
import { MAX_EXPONENT_BITS, MAX_PUBLIC_KEY_CHARACTERS, MAX_RSA_BITS } from './limits.ts'

export type KeyAlgorithm = 'rsa' | 'ed25519'

export interface PublicKey {
  readonly key: KeyObject
  readonly algorithm: KeyAlgorithm
  /** Of the modulus for RSA, 256 for Ed25519. Whether they are enough is the verifier's to say (RFC 8301 §3.2: 1024). */
  readonly bits: number
}

export type PublicKeyErrorCode =
  /** p= is empty. */
  | 'revoked'
  /** k= is something else than rsa and ed25519. */
  | 'unknown-key-type'
  /** p= is no key of that type, or not the whole of one. */
  | 'not-a-key'
  /** More than this library works with, see limits.ts: such a key costs too much at each signature. */
  | 'too-large'

/**
 * The key that a record publishes. RSA as SubjectPublicKeyInfo, which is what everybody publishes, or as the bare RSAPublicKey
 * that RFC 6376 §3.6.1 names; Ed25519 as its 32 bytes (RFC 8463 §4.2) or as SubjectPublicKeyInfo. `at` is an index into
 * `record.publicKey`.
 */
export function publicKeyOf(record: KeyRecord): Parsed<PublicKey, PublicKeyErrorCode> {
  const { keyType, publicKey } = record
  if (publicKey === '') return parseError('revoked', 0)
  if (keyType !== 'rsa' && keyType !== 'ed25519') return parseError('unknown-key-type', 0)
  if (publicKey.length > MAX_PUBLIC_KEY_CHARACTERS) return parseError('too-large', MAX_PUBLIC_KEY_CHARACTERS)
  const bytes = Buffer.from(publicKey, 'base64')
  const key = keyType === 'rsa' ? rsaKeyOf(bytes) : ed25519KeyOf(bytes)
  if (key?.asymmetricKeyType !== keyType) return parseError('not-a-key', 0)
  if (keyType === 'ed25519') return parsed({ key, algorithm: keyType, bits: 256 })
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (bits > MAX_RSA_BITS || publicExponent >> BigInt(MAX_EXPONENT_BITS) > 0n)
    return parseError('too-large', 0)
  return parsed({ key, algorithm: keyType, bits })
}

/** What p= says for a key. */
export function formatPublicKey(key: KeyObject): string {
  const spki = key.export({ type: 'spki', format: 'der' })
  const isEd25519 = key.asymmetricKeyType === 'ed25519'
  return (isEd25519 ? spki.subarray(-ED25519_BYTES) : spki).toString('base64')
}

/** Both forms that an RSA key is published in. */
export const rsaPublicKeyForms = (key: KeyObject): readonly string[] =>
  (['spki', 'pkcs1'] as const).map((type) => key.export({ type, format: 'der' }).toString('base64'))

/** A short name for a key, as OpenSSH has them: `SHA256:` and the base64 of the SHA-256 of its SubjectPublicKeyInfo. */
export function keyFingerprint(key: KeyObject): string {
  const spki = key.export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(spki).digest('base64').replaceAll('=', '')}`
}

const ED25519_BYTES = 32
/** RFC 8410 §4: all of a SubjectPublicKeyInfo that stands before the key. */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const ed25519KeyOf = (bytes: Buffer): KeyObject | undefined =>
  publicKeyFrom(bytes.length === ED25519_BYTES ? Buffer.concat([ED25519_PREFIX, bytes]) : bytes, 'spki')

const rsaKeyOf = (bytes: Buffer): KeyObject | undefined =>
  publicKeyFrom(bytes, startsWithInteger(bytes) ? 'pkcs1' : 'spki')

const SEQUENCE = 0x30
const INTEGER = 0x02

/** An RSAPublicKey is a sequence of two integers, a SubjectPublicKeyInfo one that begins with a sequence. */
function startsWithInteger(bytes: Buffer): boolean {
  const [tag, length = 0] = bytes
  const header = length < 0x80 ? 2 : 2 + (length & 0x7f)
  return tag === SEQUENCE && bytes[header] === INTEGER
}

function publicKeyFrom(der: Buffer, type: 'spki' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type })
  } catch {
    // The crypto library reports what it cannot read by exceptions.
    return undefined
  }
}
