import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatPublicKey,
  generateKey,
  type KeyRecord,
  type PublicKeyErrorCode,
  parseKeyRecord,
  publicKeyOf,
} from '../src/index.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const ed25519 = generateKeyPairSync('ed25519').publicKey
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')
const pkcs1 = (key: KeyObject) => key.export({ type: 'pkcs1', format: 'der' }).toString('base64')

/** A number of so many bits, which need not be the modulus of any key. */
function rsaOf(bits: number, exponent = Buffer.of(1, 0, 1)): KeyObject {
  const n = randomBytes(bits / 8)
  n[0] = 0x80 | n[0]!
  n[n.length - 1] = 1
  return createPublicKey({
    key: { kty: 'RSA', n: n.toString('base64url'), e: exponent.toString('base64url') },
    format: 'jwk',
  })
}

function recordOf(text: string): KeyRecord {
  const record = parseKeyRecord(text)
  if (!record.ok) throw new Error(record.error.code)
  return record.value
}
const read = (keyType: string, publicKey: string) => publicKeyOf(recordOf(`k=${keyType}; p=${publicKey}`))

describe('reads', () => {
  it.each<[form: string, keyType: 'rsa' | 'ed25519', publicKey: string, key: KeyObject, bits: number]>([
    ['RSA as SubjectPublicKeyInfo', 'rsa', spki(rsa), rsa, 1024],
    ['RSA as RSAPublicKey', 'rsa', pkcs1(rsa), rsa, 1024],
    ['RSA without padding', 'rsa', spki(rsa).replaceAll('=', ''), rsa, 1024],
    ['Ed25519 as 32 bytes', 'ed25519', formatPublicKey(ed25519), ed25519, 256],
    ['Ed25519 as SubjectPublicKeyInfo', 'ed25519', spki(ed25519), ed25519, 256],
  ])('%s', (_form, keyType, publicKey, key, bits) => {
    const found = read(keyType, publicKey)
    if (!found.ok) throw new Error(found.error.code)
    expect(found.value).toMatchObject({ algorithm: keyType, bits })
    expect(found.value.key.equals(key)).toBe(true)
  })
  it.each([512, 768, 4096, 8192])('RSA of %i bits', (bits) => {
    expect(read('rsa', spki(rsaOf(bits)))).toMatchObject({ ok: true, value: { bits } })
    expect(read('rsa', pkcs1(rsaOf(bits)))).toMatchObject({ ok: true, value: { bits } })
  })
  it('the record of RFC 8463 §A.2', () => {
    const text = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
    expect(publicKeyOf(recordOf(text))).toMatchObject({ ok: true, value: { algorithm: 'ed25519' } })
  })
  it('what generateKey publishes', async () => {
    const { record } = await generateKey({ algorithm: 'rsa', bits: 1024, hashes: ['sha256'], testing: true })
    expect(record).toMatch(/^v=DKIM1; h=sha256; k=rsa; t=y; p=[A-Za-z0-9+/]+=*$/)
    expect(publicKeyOf(recordOf(record))).toMatchObject({ ok: true, value: { bits: 1024 } })
  })
})

describe('refuses', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  it.each<[what: string, keyType: string, publicKey: string, code: PublicKeyErrorCode]>([
    ['a revoked key', 'rsa', '', 'revoked'],
    ['a revoked key of a kind to come', 'x-new', '', 'revoked'],
    ['a kind to come', 'x-new', spki(rsa), 'unknown-key-type'],
    ['RSA cut off at 255 characters of the record', 'rsa', spki(rsa).slice(0, 200), 'not-a-key'],
    ['RSAPublicKey cut off', 'rsa', pkcs1(rsa).slice(0, 100), 'not-a-key'],
    ['rubbish', 'rsa', 'AAAA', 'not-a-key'],
    ['one byte', 'rsa', 'MA==', 'not-a-key'],
    ['Ed25519 that is said to be RSA', 'rsa', formatPublicKey(ed25519), 'not-a-key'],
    ['the same as SubjectPublicKeyInfo', 'rsa', spki(ed25519), 'not-a-key'],
    ['RSA that is said to be Ed25519', 'ed25519', spki(rsa), 'not-a-key'],
    ['31 bytes', 'ed25519', randomBytes(31).toString('base64'), 'not-a-key'],
    ['an EC key', 'rsa', spki(ec), 'not-a-key'],
    ['RSA of 16,384 bits', 'rsa', spki(rsaOf(16_384)), 'too-large'],
    ['RSA of 8,200 bits', 'rsa', pkcs1(rsaOf(8200)), 'too-large'],
    ['a long exponent', 'rsa', spki(rsaOf(2048, randomBytes(200))), 'too-large'],
    ['more than any key', 'rsa', 'A'.repeat(60_000), 'too-large'],
  ])('%s', (_what, keyType, publicKey, code) => {
    expect(read(keyType, publicKey)).toMatchObject({ ok: false, error: { code } })
  })
})

it('any bytes are a key or a value that says why not', () => {
  const der = Buffer.from(spki(rsa), 'base64')
  const mutations = fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      mutations,
      fc.nat(der.length),
      fc.constantFrom('rsa', 'ed25519'),
      (changes, length, keyType) => {
        const bytes = Buffer.from(der)
        for (const [at, byte] of changes) bytes[at] = byte
        const found = read(keyType, bytes.subarray(0, length).toString('base64'))
        if (found.ok) expect(found.value.bits).toBeLessThanOrEqual(8192)
        else expect(['revoked', 'not-a-key', 'too-large']).toContain(found.error.code)
      },
    ),
    { numRuns: 500 },
  )
})

it.each([1023, 0, 8193, 1536.5, Number.NaN])('generateKey refuses RSA of %f bits', async (bits) => {
  await expect(generateKey({ algorithm: 'rsa', bits })).rejects.toThrow(RangeError)
})
