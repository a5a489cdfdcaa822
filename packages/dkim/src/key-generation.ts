// New keys, and the record that publishes each.
import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { formatKeyRecord, type KeyFlags, type KeyRecord } from './key-record.ts'
import { MAX_RSA_BITS, MIN_RSA_BITS } from './limits.ts'
import { formatPublicKey, type KeyAlgorithm } from './public-key.ts'

export interface GenerateKeyOptions {
  readonly algorithm: KeyAlgorithm
  /** Of an RSA key; 2048 unless told. RFC 8301 §3.2: 1024 at least, and 2048 is what one should use. */
  readonly bits?: number | undefined
  /** h= of the record; undefined: none, which allows any. */
  readonly hashes?: readonly string[] | undefined
  /** t=y and t=s of the record. */
  readonly testing?: boolean | undefined
  readonly strict?: boolean | undefined
  /** n= of the record. */
  readonly notes?: string | undefined
}

export interface GeneratedKey {
  /** PKCS#8. */
  readonly privateKeyPem: string
  /** The text of the TXT record. */
  readonly record: string
}

/** What everybody verifies, and a TXT record still takes without trouble. */
export const DEFAULT_RSA_BITS = 2048

const generate = promisify(generateKeyPair)

/** Makes a key. Throws a RangeError for bits that no key of this library has: see limits.ts. */
export async function generateKey(options: GenerateKeyOptions): Promise<GeneratedKey> {
  const { publicKey, privateKey } = await pairOf(options)
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: formatKeyRecord(recordOf(publicKey, options)),
  }
}

async function pairOf({ algorithm, bits = DEFAULT_RSA_BITS }: GenerateKeyOptions) {
  if (algorithm === 'ed25519') return generate('ed25519')
  if (!Number.isInteger(bits) || bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
    throw new RangeError(`an RSA key has ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits, not ${bits}`)
  return generate('rsa', { modulusLength: bits })
}

function recordOf(
  key: KeyObject,
  { algorithm, hashes, testing, strict, notes }: GenerateKeyOptions,
): KeyRecord {
  return {
    version: 'DKIM1',
    ...(hashes !== undefined && hashes.length > 0 && { hashes }),
    keyType: algorithm,
    ...(notes !== undefined && { notes }),
    publicKey: formatPublicKey(key),
    services: ['*'],
    flags: flagsOf(testing, strict),
    unknown: [],
  }
}

const flagsOf = (testing = false, strict = false): KeyFlags => ({ testing, strict, others: [] })
