// Private keys in the forms that people have them in. Reading a file, its owner and its mode are the caller's.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type Parsed, parsed, parseError } from '@postern/addr'
import { MAX_KEY_FILE_BYTES, MAX_RSA_BITS } from './limits.ts'
import { formatPublicKey, type KeyAlgorithm } from './public-key.ts'

/** A private key to sign with. RFC 8301 §3.2: RSA with fewer than 1024 `bits` must not be; keys below are read, so that one can tell. */
export interface SigningKey {
  readonly algorithm: KeyAlgorithm
  /** Of the modulus for RSA, 256 for Ed25519. */
  readonly bits: number
  readonly key: KeyObject
  /** As p= of the key record has it. */
  readonly publicKey: string
}

export type SigningKeyErrorCode =
  | 'empty'
  /** Neither PEM nor DER nor base64. */
  | 'unknown-format'
  /** PEM that begins and does not end, or with something else than base64 in it; DER that ends too early. */
  | 'damaged'
  /** It wants a passphrase, which a daemon cannot type. */
  | 'encrypted'
  /** A public key. */
  | 'public-key'
  /** PEM of something else: a certificate, a request, a key of OpenSSH. */
  | 'not-a-private-key'
  /** A key of another kind than RSA and Ed25519. */
  | 'unsupported-algorithm'
  /** Its private and public parts do not belong together. */
  | 'inconsistent'
  /** See limits.ts. */
  | 'too-large'

type Reading<T> = Parsed<T, SigningKeyErrorCode>

/**
 * Reads a private key: PEM or DER of PKCS#8 or PKCS#1, their base64 without the PEM lines, or an Ed25519 key as dkimpy (32 bytes
 * in base64) and rspamd (64 bytes) write it. Byte order marks, any line ends, blanks around lines and text around the PEM block do
 * not matter. `at` is where in the text the trouble begins; 0 for DER.
 */
export function readSigningKey(file: string | Uint8Array): Reading<SigningKey> {
  if (file.length > MAX_KEY_FILE_BYTES) return parseError('too-large', MAX_KEY_FILE_BYTES)
  if (typeof file !== 'string' && isDer(file)) return keyFromDer(Buffer.from(file), 0)
  const text = typeof file === 'string' ? file : decodeText(file)
  const at = text.search(/[^\s\uFEFF]/)
  if (at < 0) return parseError('empty', 0)
  const block = findBlock(text)
  if (block !== undefined) return keyFromBlock(block)
  if (text.includes('-----BEGIN')) return parseError('damaged', text.indexOf('-----BEGIN'))
  const bytes = decodeBase64(text)
  if (bytes === undefined) return parseError('unknown-format', at)
  const isSeed = bytes.length === SEED_BYTES || bytes.length === 2 * SEED_BYTES
  if (isSeed) return keyFromSeed(bytes, at)
  return isDer(bytes) ? keyFromDer(bytes, at) : parseError('unknown-format', at)
}

/** The public key that belongs to it. */
export const publicHalf = ({ key }: SigningKey): KeyObject => createPublicKey(key)

const SEQUENCE = 0x30

/** The length of its content stands in the second byte, or in those behind that. */
const isDer = (bytes: Uint8Array): boolean =>
  bytes[0] === SEQUENCE && (bytes[1]! >= 0x80 || bytes[1] === bytes.length - 2)

/** Editors of Windows write UTF-16 too; they say so in the first two bytes. */
function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString(buffer[0] === 0xff && buffer[1] === 0xfe ? 'utf16le' : 'utf8')
}

interface Block {
  readonly label: string
  readonly content: string
  readonly at: number
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----((?:(?!-----)[\s\S])*)-----END \1-----/g

/** RFC 7468 §2: the private key where there are several blocks, else the first. */
function findBlock(text: string): Block | undefined {
  const blocks = Array.from(text.matchAll(BLOCK), ({ index, 1: label = '', 2: content = '' }) => ({
    label,
    content,
    at: index,
  }))
  return blocks.find(({ label }) => label.endsWith('PRIVATE KEY')) ?? blocks[0]
}

function keyFromBlock({ label, content, at }: Block): Reading<SigningKey> {
  switch (label) {
    case 'ENCRYPTED PRIVATE KEY':
      return parseError('encrypted', at)
    case 'PUBLIC KEY':
    case 'RSA PUBLIC KEY':
      return parseError('public-key', at)
    case 'EC PRIVATE KEY':
    case 'DSA PRIVATE KEY':
      return parseError('unsupported-algorithm', at)
    case 'PRIVATE KEY':
    case 'RSA PRIVATE KEY':
      break
    default:
      return parseError('not-a-private-key', at)
  }
  // RFC 1421 §4.6.1.1, as OpenSSL writes it for PKCS#1.
  if (/^\s*Proc-Type:[^\n]*ENCRYPTED/m.test(content)) return parseError('encrypted', at)
  const bytes = decodeBase64(content)
  return bytes === undefined ? parseError('damaged', at) : keyFromDer(bytes, at)
}

function decodeBase64(text: string): Buffer | undefined {
  const plain = text.replaceAll(/[\s\uFEFF]+/g, '')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : undefined
}

function keyFromDer(der: Buffer, at: number): Reading<SigningKey> {
  const key = privateKeyFrom(der, 'pkcs8') ?? privateKeyFrom(der, 'pkcs1')
  if (key !== undefined) return signingKeyOf(key, at)
  if (isEncryptedDer(der)) return parseError('encrypted', at)
  return parseError(publicKeyIn(der) ? 'public-key' : 'damaged', at)
}

const SEED_BYTES = 32

/** RFC 8410 §7: all of a PKCS#8 key that stands before the 32 bytes of RFC 8032. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An Ed25519 key without any wrapping: the 32 bytes of RFC 8032 §5.1.5, behind which NaCl keeps the public key. */
function keyFromSeed(bytes: Buffer, at: number): Reading<SigningKey> {
  const seed = bytes.subarray(0, SEED_BYTES)
  const read = keyFromDer(Buffer.concat([ED25519_PREFIX, seed]), at)
  if (!read.ok || bytes.length === SEED_BYTES) return read
  const isWhole = read.value.publicKey === bytes.subarray(SEED_BYTES).toString('base64')
  return isWhole ? read : parseError('inconsistent', at)
}

function signingKeyOf(key: KeyObject, at: number): Reading<SigningKey> {
  const algorithm = key.asymmetricKeyType
  if (algorithm !== 'rsa' && algorithm !== 'ed25519') return parseError('unsupported-algorithm', at)
  const bits = algorithm === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 256
  if (bits > MAX_RSA_BITS) return parseError('too-large', at)
  const publicKey = createPublicKey(key)
  if (!belongTogether(key, publicKey)) return parseError('inconsistent', at)
  return parsed({ algorithm, bits, key, publicKey: formatPublicKey(publicKey) })
}

/** A damaged file may still parse, and then make signatures that nobody can verify. */
function belongTogether(key: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('probe')
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'sha256' : null
  try {
    return verify(algorithm, probe, publicKey, sign(algorithm, probe, key))
  } catch {
    // Numbers that cannot be those of a key end in an exception of the crypto library.
    return false
  }
}

function privateKeyFrom(der: Buffer, type: 'pkcs8' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPrivateKey({ key: der, format: 'der', type })
  } catch {
    return undefined
  }
}

/** RFC 5958 §3: EncryptedPrivateKeyInfo begins with an algorithm of PKCS#5, or of PKCS#12. */
const isEncryptedDer = (der: Buffer): boolean => encryptions.some((oid) => der.subarray(0, 24).includes(oid))

const encryptions = ['2a864886f70d0105', '2a864886f70d010c'].map((oid) => Buffer.from(oid, 'hex'))

function publicKeyIn(der: Buffer): boolean {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      createPublicKey({ key: der, format: 'der', type })
      return true
    } catch {
      // Not in this form.
    }
  }
  return false
}
