// A signature against its key and the message: RFC 6376 §6.1.2, §6.1.3.
import { verify as cryptoVerify, hash } from 'node:crypto'
import type { Answer } from '@postern/dns'
import type { ByteString } from '@postern/message'
import { canonicalizeField } from './canonical-header.ts'
import { findChangedFields } from './changed-fields.ts'
import { ALGORITHMS, type VerifyRules } from './early-checks.ts'
import type { HeaderFields } from './header-fields.ts'
import type { KeyCache, KeyReading } from './key-cache.ts'
import { allowsHash, isForEmail } from './key-record.ts'
import type { PublicKey } from './public-key.ts'
import type { Coverage, KeyFacts, ReasonCode } from './result.ts'
import type { DkimSignature } from './signature.ts'

export interface Case {
  readonly signature: DkimSignature
  /** Index of the signature among all fields. */
  readonly field: number
  readonly header: HeaderFields
  /** Of the canonicalized body: the hash in base64, of l= octets when given, and how many there are in all. */
  readonly body: { readonly digest: string; readonly length: number }
  readonly rules: VerifyRules
}

export interface KeyAnswer {
  readonly name: string
  readonly answer: Answer<readonly string[]>
  readonly keys: KeyCache
  /** Keys to try at the most. */
  readonly limit: number
}

export interface Judgement {
  readonly reason: ReasonCode
  readonly key: KeyFacts
  readonly covered?: Coverage
  readonly isHeaderIntact?: boolean
  readonly changedFields?: readonly string[]
}

const DNS_TROUBLE = {
  timeout: 'dns-timeout',
  servfail: 'dns-servfail',
  refused: 'dns-refused',
  network: 'dns-network',
} as const

export function judgeSignature(theCase: Case, { name, answer, keys, limit }: KeyAnswer): Judgement {
  const facts: KeyFacts = { name, records: 0, authentic: false }
  // RFC 6376 §6.1.2, steps 2 and 3.
  if (answer.kind === 'temperror') return { reason: DNS_TROUBLE[answer.reason], key: facts }
  if (answer.kind !== 'records' || answer.records.length === 0) return { reason: 'key-not-found', key: facts }
  const found: KeyFacts = { name, records: answer.records.length, authentic: answer.authentic }
  // Step 4: the records are tried in turn. A wildcard TXT record is nothing to speak of beside a key record.
  let first: Judgement | undefined
  let other: Judgement | undefined
  let tried = 0
  for (const strings of answer.records) {
    const reading = keys.read(textOf(strings))
    if (!reading.ok && reading.record === undefined) {
      other ??= { reason: 'key-syntax', key: found }
      continue
    }
    const judgement = judgeWithKey(theCase, reading, found)
    if (judgement.reason === 'verified') return judgement
    first ??= judgement
    if (++tried === limit) break
  }
  return first ?? other!
}

/** Texts by their strings, which a cache of the DNS gives again and again: a text that is put together anew is searched slowly. */
const texts = new WeakMap<readonly string[], ByteString>()

// RFC 6376 §3.6.2.2: the strings of a record are joined.
function textOf(strings: readonly string[]): ByteString {
  if (strings.length === 1) return strings[0]!
  let text = texts.get(strings)
  if (text === undefined) {
    text = strings.join('')
    texts.set(strings, text)
  }
  return text
}

function judgeWithKey(theCase: Case, reading: KeyReading, found: KeyFacts): Judgement {
  const { signature, rules } = theCase
  const facts = factsOf(reading, found)
  const trouble = keyTrouble(signature, reading)
  if (trouble !== undefined) return { reason: trouble, key: facts }
  const { key } = reading as Extract<KeyReading, { ok: true }>
  // RFC 8301 §3.2: no signature by such a key is a valid one.
  if (key.algorithm === 'rsa' && key.bits < rules.minRsaBits) return { reason: 'weak-key', key: facts }
  return judgeHashes(theCase, key, facts)
}

function factsOf(reading: KeyReading, { name, records, authentic }: KeyFacts): KeyFacts {
  const { record } = reading
  if (record === undefined) return { name, records, authentic }
  const { testing, strict } = record.flags
  const algorithm = record.keyType
  if (!reading.ok) return { name, records, authentic, algorithm, testing, strict }
  return { name, records, authentic, algorithm, bits: reading.key.bits, testing, strict }
}

const KEY_TROUBLE: Partial<Record<string, ReasonCode>> = {
  revoked: 'key-revoked',
  'unknown-key-type': 'key-type-unknown',
  'not-a-key': 'key-unusable',
  'too-large': 'key-too-large',
}

// RFC 6376 §6.1.2, steps 5 to 8, and §3.6.1 for s= and t=.
function keyTrouble(signature: DkimSignature, reading: KeyReading): ReasonCode | undefined {
  const { record } = reading
  if (record === undefined) return 'key-syntax'
  if (!allowsHash(record, 'sha256')) return 'key-hash-forbidden'
  if (!isForEmail(record)) return 'key-not-for-mail'
  if (!reading.ok) return KEY_TROUBLE[reading.code] ?? 'key-unusable'
  if (reading.key.algorithm !== ALGORITHMS[signature.algorithm]) return 'key-type-differs'
  if (record.flags.strict && signature.identityDomain !== signature.domain) return 'key-strict'
  return undefined
}

function judgeHashes(theCase: Case, key: PublicKey, facts: KeyFacts): Judgement {
  const { signature, field, header, body, rules } = theCase
  const { signedFields, canonicalization, bodyLength, bodyHash } = signature
  const selected = header.select({
    names: signedFields,
    canonicalization: canonicalization.header,
    except: field,
  })
  const covered: Coverage = {
    fields: selected.names,
    bodyBytes: Math.min(bodyLength ?? body.length, body.length),
    bodyTotal: body.length,
  }
  // RFC 6376 §3.7, hash step 2: the signature itself comes last, without CRLF.
  const last = canonicalizeField(signature.unsigned, canonicalization.header)
  const isSigned = isSignedBy(key, octetsOf(selected.text + last), signature.data)
  // RFC 6376 §3.5: l= must not be larger than the body.
  if (bodyLength !== undefined && bodyLength > body.length)
    return { reason: 'body-shorter', key: facts, covered }
  if (bodyHash.toString('base64') !== body.digest)
    return { reason: 'body-hash-differs', key: facts, covered, isHeaderIntact: isSigned }
  if (!isSigned) return { reason: 'signature-differs', key: facts, covered, ...changesOf(signature, header) }
  const isWhole = covered.bodyBytes === body.length
  const reason = isWhole || rules.bodyLength === 'accept' ? 'verified' : 'body-length'
  return { reason, key: facts, covered }
}

/** Most headers fit; nothing else runs while they lie here. */
const scratch = Buffer.allocUnsafeSlow(16_384)

function octetsOf(text: ByteString): Buffer {
  if (text.length > scratch.length) return Buffer.from(text, 'latin1')
  return scratch.subarray(0, scratch.write(text, 'latin1'))
}

function isSignedBy({ algorithm, key }: PublicKey, data: Buffer, signature: Buffer): boolean {
  // RFC 8463 §3: Ed25519 signs the hash, RSA (PKCS#1 v1.5) hashes by itself.
  if (algorithm === 'ed25519') return cryptoVerify(null, hash('sha256', data, 'buffer'), key, signature)
  return cryptoVerify('sha256', data, key, signature)
}

function changesOf(
  { copiedFields, signedFields }: DkimSignature,
  header: HeaderFields,
): Pick<Judgement, 'changedFields'> {
  if (copiedFields === undefined) return {}
  return { changedFields: findChangedFields({ copiedFields, signedFields, header }) }
}
