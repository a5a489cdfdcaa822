// Messages and keys made to harm: a result in little time and memory, never an exception.
import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerifier, type Verification, type VerifyOptions } from '../src/index.ts'
import { fakeDns, newKey, recordOf, sha256, signNaively, type TxtAnswer } from './naive-dkim.ts'

const now = 1_700_000_000
const rsa = newKey('rsa')
const NAME = 'r._domainkey.example.org'

/** Runs it, and expects it to be done in a time that only something worse than linear would need. */
function quickly<T>(run: () => T): T {
  const began = performance.now()
  const value = run()
  expect(performance.now() - began).toBeLessThan(1500)
  return value
}

function verifyFields(
  fields: readonly string[],
  dns: string | TxtAnswer = recordOf(rsa),
  options: Partial<VerifyOptions> = {},
) {
  const verifier = createVerifier({ resolver: fakeDns({ [NAME]: dns }), now, ...options })
  for (const field of fields) verifier.field(field)
  verifier.endOfHeader()
  verifier.body(Buffer.from('Hi\r\n'))
  return verifier.end() as Verification
}

const reasons = ({ signatures }: Verification) => [...new Set(signatures.map(({ reason }) => reason))]

const message = { fields: ['From: ann@example.org'], body: 'Hi\r\n' }
const signed = signNaively(message, { h: 'from' }, rsa.key).fields

/** A key nobody has the private part of, of this many bits. */
function publicRsa(bits: number, exponent = 'AQAB'): string {
  const modulus = Buffer.alloc(bits / 8, 0xa5)
  modulus[0] = 0xc1
  const key = createPublicKey({
    key: { kty: 'RSA', n: modulus.toString('base64url'), e: exponent },
    format: 'jwk',
  })
  return `v=DKIM1; p=${key.export({ type: 'spki', format: 'der' }).toString('base64')}`
}

describe('keys', () => {
  it.each([
    [1024, 'signature-differs'],
    [2048, 'signature-differs'],
    [4096, 'signature-differs'],
    [8192, 'signature-differs'],
    [16_384, 'key-too-large'],
  ])('RSA of %i bits', (bits, reason) => {
    expect(quickly(() => reasons(verifyFields(signed, publicRsa(bits))))).toEqual([reason])
  })

  it('an exponent that takes as long as signing', () => {
    const exponent = Buffer.alloc(250, 0xff).toString('base64url')
    expect(reasons(verifyFields(signed, publicRsa(2048, exponent)))).toEqual(['key-too-large'])
  })

  it('thousands of records', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => [
      `v=DKIM1; n=${i}; p=${rsa.publicKey.slice(0, 300)}`,
    ])
    const answer: TxtAnswer = { kind: 'records', records: texts, ttl: 1, authentic: false }
    const { signatures } = quickly(() => verifyFields(signed, answer))
    expect(signatures).toMatchObject([{ reason: 'key-unusable', key: { records: 5000 } }])
  })

  it.each([
    ['nothing', ''],
    ['64 KB of semicolons', ';'.repeat(65_535)],
    ['64 KB of tags', 'a=;'.repeat(21_845)],
    ['64 KB of white space', ' '.repeat(65_535)],
    ['64 KB of base64', `p=${'A'.repeat(65_000)}`],
    ['64 KB of colons', `h=${':'.repeat(60_000)}; p=`],
    ['8-bit bytes', '\xff'.repeat(65_535)],
    ['NUL bytes', '\0'.repeat(65_535)],
  ])('a record of %s', (_, text) => {
    const [reason = ''] = quickly(() => reasons(verifyFields(signed, text)))
    expect(reason).toMatch(/^key-/)
  })
})

describe('signatures', () => {
  const unit = (text: string) => text.repeat(Math.floor(900_000 / text.length))
  const tags = 'v=1; a=rsa-sha256; d=example.org; s=r; bh=AAAA; c=relaxed/relaxed;'
  it.each<[name: string, text: string, reason: string]>([
    [
      'tags',
      `${tags} h=from; b=AAAA;${Array.from({ length: 90_000 }, (_, i) => `t${i}=`).join(';')}`,
      'signature-syntax',
    ],
    ['semicolons', unit(';'), 'signature-syntax'],
    ['equals', unit('='), 'signature-syntax'],
    ['white space', `${tags} h=from; b=${unit(' ')}AAAA`, 'body-hash-differs'],
    ['folds', `${tags} h=from; b=${unit('\r\n ')}AAAA`, 'body-hash-differs'],
    ['b=', `${tags} h=from; b=${unit('AAAA')}`, 'body-hash-differs'],
    ['names', `${tags} b=AAAA; h=${unit('from:')}`, 'signature-syntax'],
    ['blanks inside of h=', `${tags} b=AAAA; h=from${unit(' ')}to`, 'signature-syntax'],
    ['copies', `${tags} h=from; b=AAAA; z=${unit('From:a|')}`, 'body-hash-differs'],
    ['an identity', `${tags} h=from; b=AAAA; i=${unit('=40')}@example.org`, 'body-hash-differs'],
  ])('a megabyte of %s', (_, text, reason) => {
    expect(quickly(() => reasons(verifyFields([`DKIM-Signature: ${text}`, 'From: x'])))).toEqual([reason])
  })

  it('as many as are verified, each over all fields', () => {
    const fields = Array.from({ length: 9000 }, (_, i) => `X: ${'y '.repeat(40)}${i}`)
    const names = Array(990).fill('x').join(':')
    const bh = sha256('Hi\r\n').toString('base64')
    const signature = `DKIM-Signature: ${tags.replace('AAAA', bh)} b=AAAA; h=from:${names}`
    const z = Array.from({ length: 990 }, (_, i) => `X:${i}`).join('|')
    const all = [...Array.from({ length: 8 }, (_, i) => `${signature}; n=${i}; z=${z}`), ...fields, 'From: x']
    expect(quickly(() => reasons(verifyFields(all)))).toEqual(['signature-differs'])
  })
})

describe('fields', () => {
  it.each<[name: string, fields: string[]]>([
    ['10,000 addresses', [`From: ${'a@b.example, '.repeat(10_000)}`]],
    ['a megabyte of parentheses', [`From: ${'('.repeat(900_000)}`]],
    ['a megabyte of quotes', [`From: ${'"\\'.repeat(450_000)}`]],
    ['a megabyte of blanks before the colon', [`From${' '.repeat(900_000)}: x`]],
    ['a megabyte of blanks', [`From: ${' '.repeat(900_000)}x`]],
    ['9,000 of them', Array(9000).fill('From: a@b.example') as string[]],
  ])('From of %s', (_, from) => {
    const verification = quickly(() => verifyFields([signed[0]!, ...from]))
    expect(reasons(verification)[0]).toMatch(/^(signature-differs|field-added)$/)
  })
})

it('a body of 100 MB takes no more memory than a small one', () => {
  const line = 'words  and \t blanks \r\n \r\n\r\n'
  const chunk = Buffer.from(line.repeat(Math.floor(65_536 / line.length)))
  const verifier = createVerifier({ resolver: fakeDns({ [NAME]: recordOf(rsa) }), now })
  for (const c of ['simple/simple', 'relaxed/relaxed'])
    verifier.field(signNaively({ ...message, body: '' }, { h: 'from', c }, rsa.key).fields[0]!)
  verifier.field('From: ann@example.org')
  verifier.endOfHeader()
  const memory = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  for (let i = 0; i < 50; i++) verifier.body(chunk)
  const before = memory()
  for (let i = 0; i < 1550; i++) verifier.body(chunk)
  expect(memory() - before).toBeLessThan(40_000_000)
  expect(reasons(verifier.end() as Verification)).toEqual(['body-hash-differs'])
})
