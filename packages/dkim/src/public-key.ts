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

// OpenSSL 3 takes 200 to 300 µs for a SubjectPublicKeyInfo, and 10 for what is in it (measured). So the wrapping is taken off here.

function ed25519KeyOf(bytes: Buffer): KeyObject | undefined {
  const isWrapped = bytes.subarray(0, ED25519_PREFIX.length).equals(ED25519_PREFIX)
  const raw = isWrapped ? bytes.subarray(ED25519_PREFIX.length) : bytes
  if (raw.length !== ED25519_BYTES) return undefined
  return attempt(() =>
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' }),
  )
}

function rsaKeyOf(bytes: Buffer): KeyObject | undefined {
  const key = unwrapRsa(bytes)
  return key && attempt(() => createPublicKey({ key, format: 'der', type: 'pkcs1' }))
}

const INTEGER = 0x02
const BIT_STRING = 0x03
const SEQUENCE = 0x30
/** rsaEncryption, RFC 8017 §A.1: an algorithm for signatures of any kind, and not for PSS only. */
const RSA_ENCRYPTION = Buffer.from('06092a864886f70d010101', 'hex')

/** The RSAPublicKey in a SubjectPublicKeyInfo (RFC 5280 §4.1), or the one that the bytes are. */
function unwrapRsa(bytes: Buffer): Buffer | undefined {
  const outer = readDer(bytes, 0)
  if (outer?.tag !== SEQUENCE) return undefined
  const first = readDer(bytes, outer.start)
  // Two integers, the modulus first.
  if (first?.tag === INTEGER) return bytes
  if (first?.tag !== SEQUENCE) return undefined
  const algorithm = bytes.subarray(first.start, first.start + RSA_ENCRYPTION.length)
  const content = readDer(bytes, first.end)
  // The first byte of a bit string says how many bits at its end are none of it.
  const isKey = content?.tag === BIT_STRING && bytes[content.start] === 0 && content.end <= bytes.length
  return isKey && algorithm.equals(RSA_ENCRYPTION)
    ? bytes.subarray(content.start + 1, content.end)
    : undefined
}

interface DerElement {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** X.690 §8.1: tag, length, content. Keys need two bytes of length at the most. */
function readDer(bytes: Buffer, at: number): DerElement | undefined {
  const tag = bytes[at]
  const short = bytes[at + 1]
  if (tag === undefined || short === undefined) return undefined
  if (short < 0x80) return { tag, start: at + 2, end: at + 2 + short }
  const count = short & 0x7f
  if (count === 0 || count > 2 || at + 2 + count > bytes.length) return undefined
  const start = at + 2 + count
  return { tag, start, end: start + bytes.readUIntBE(at + 2, count) }
}

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    // The crypto library reports what it cannot read by exceptions.
    return undefined
  }
}
