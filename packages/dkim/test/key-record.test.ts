import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowsHash,
  formatKeyRecord,
  isForEmail,
  type KeyRecord,
  type KeyRecordErrorCode,
  parseKeyRecord,
} from '../src/index.ts'

const record = (fields: Partial<KeyRecord>): KeyRecord => ({
  keyType: 'rsa',
  publicKey: 'AAAA',
  services: ['*'],
  flags: { testing: false, strict: false, others: [] },
  unknown: [],
  ...fields,
})
const flags = (fields: Partial<KeyRecord['flags']>) => ({
  testing: false,
  strict: false,
  others: [],
  ...fields,
})

describe('reads', () => {
  it.each<[text: string, fields: Partial<KeyRecord>]>([
    ['p=AAAA', {}],
    ['p=AAAA;', {}],
    ['v=DKIM1; k=rsa; p=AAAA', { version: 'DKIM1' }],
    ['v=DKIM1;k=rsa;p=AAAA;', { version: 'DKIM1' }],
    [' v = DKIM1 ;\tk = rsa ; p = AAAA ', { version: 'DKIM1' }],
    ['v=DKIM1; p=', { version: 'DKIM1', publicKey: '' }],
    ['k=ed25519; p=AAAA', { keyType: 'ed25519' }],
    ['k=RSA; p=AAAA', {}],
    ['k=x-new; p=AAAA', { keyType: 'x-new' }],
    ['k=; p=AAAA', {}],
    ['p=AA\r\n AA', {}],
    ['p=A A\tA A', {}],
    ['p=QUFBQQ==', { publicKey: 'QUFBQQ==' }],
    ['p=QUFBQQ= =', { publicKey: 'QUFBQQ==' }],
    ['h=sha256; p=AAAA', { hashes: ['sha256'] }],
    ['h=sha1 : SHA256:x-new; p=AAAA', { hashes: ['sha1', 'sha256', 'x-new'] }],
    ['h=; p=AAAA', {}],
    ['s=email; p=AAAA', { services: ['email'] }],
    ['s=x-tel:email; p=AAAA', { services: ['x-tel', 'email'] }],
    ['s=*; p=AAAA', {}],
    ['s=; p=AAAA', {}],
    ['t=y; p=AAAA', { flags: flags({ testing: true }) }],
    ['t=s:y; p=AAAA', { flags: flags({ testing: true, strict: true }) }],
    ['t=S: x-new ; p=AAAA', { flags: flags({ strict: true, others: ['x-new'] }) }],
    ['t=; p=AAAA', {}],
    ['n=ask=20postmaster; p=AAAA', { notes: 'ask=20postmaster' }],
    ['n=; p=AAAA', { notes: '' }],
    ['g=ann; p=AAAA', { unknown: [{ name: 'g', value: 'ann' }] }],
    [
      'p=AAAA; zz=1; Q=2',
      {
        unknown: [
          { name: 'zz', value: '1' },
          { name: 'Q', value: '2' },
        ],
      },
    ],
    ['V=DKIM2; p=AAAA', { unknown: [{ name: 'V', value: 'DKIM2' }] }],
    ['p=AAAA; n=\xc3\xa4', { notes: '\xc3\xa4' }],
  ])('%j', (text, fields) => {
    expect(parseKeyRecord(text)).toEqual({ ok: true, value: record(fields) })
  })
})

describe('refuses', () => {
  it.each<[text: string, code: KeyRecordErrorCode, at: number]>([
    ['', 'empty-tag', 0],
    ['v=spf1 mx -all', 'wrong-version', 0],
    ['v=DKIM1.0; p=AAAA', 'wrong-version', 0],
    ['v=dkim1; p=AAAA', 'wrong-version', 0],
    ['v=; p=AAAA', 'wrong-version', 0],
    ['k=rsa; v=DKIM1; p=AAAA', 'version-not-first', 7],
    ['v=DKIM1; k=rsa', 'missing-public-key', 14],
    ['v=DKIM1; P=AAAA', 'missing-public-key', 15],
    ['"v=DKIM1; p=AAAA"', 'bad-tag-name', 0],
    ['v=DKIM1; p=AAAA; p=', 'duplicate-tag', 17],
    ['v=DKIM1; p=AA*AA', 'bad-base64', 13],
    ['v=DKIM1; p=AA-_', 'bad-base64', 13],
    ['v=DKIM1; p=AA=AA', 'bad-base64', 13],
    ['v=DKIM1; p=A===', 'bad-base64', 12],
    ['v=DKIM1; p=AA"\r\n\t"AA', 'bad-base64', 13],
    ['v=DKIM1; p=AAAA; k=rsa; k=rsa', 'duplicate-tag', 24],
    ['v=DKIM1; p', 'missing-equals', 9],
    ['v=DKIM1;; p=AAAA', 'empty-tag', 8],
    ['v=DKIM1; n=a\0b; p=AAAA', 'bad-character', 12],
  ])('%j', (text, code, at) => {
    expect(parseKeyRecord(text)).toEqual({ ok: false, error: { code, at } })
  })
})

it('knows hashes and services of a key', () => {
  expect(allowsHash(record({}), 'sha256')).toBe(true)
  expect(allowsHash(record({ hashes: ['sha1'] }), 'sha256')).toBe(false)
  expect(allowsHash(record({ hashes: ['sha1', 'sha256'] }), 'sha256')).toBe(true)
  expect(isForEmail(record({}))).toBe(true)
  expect(isForEmail(record({ services: ['x-tel', '*'] }))).toBe(true)
  expect(isForEmail(record({ services: ['email'] }))).toBe(true)
  expect(isForEmail(record({ services: ['x-tel'] }))).toBe(false)
})

it('writes p= last and what needs no saying not at all', () => {
  expect(formatKeyRecord(record({ version: 'DKIM1' }))).toBe('v=DKIM1; k=rsa; p=AAAA')
  const full = record({
    version: 'DKIM1',
    hashes: ['sha256'],
    services: ['email'],
    flags: flags({ testing: true, strict: true }),
    notes: 'x',
    unknown: [{ name: 'g', value: '*' }],
  })
  expect(formatKeyRecord(full)).toBe('v=DKIM1; h=sha256; k=rsa; s=email; t=y:s; n=x; g=*; p=AAAA')
})

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/)
const value = fc.stringMatching(/^([!-:<-~\x80-\xff]([ -:<-~\x80-\xff]{0,9}[!-:<-~\x80-\xff])?)?$/)
const records: fc.Arbitrary<KeyRecord> = fc
  .record(
    {
      version: fc.constant('DKIM1' as const),
      hashes: fc.array(word, { minLength: 1, maxLength: 3 }),
      keyType: word,
      notes: value,
      publicKey: fc.base64String({ maxLength: 60 }),
      services: fc.array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 3 }),
      flags: fc.record({
        testing: fc.boolean(),
        strict: fc.boolean(),
        others: fc.array(word, { maxLength: 2 }),
      }),
      unknown: fc.uniqueArray(
        fc.record({ name: fc.stringMatching(/^([a-gi-jl-moqru-zA-Z]|[a-z][a-z0-9_]{1,5})$/), value }),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    },
    { requiredKeys: ['keyType', 'publicKey', 'services', 'flags', 'unknown'] },
  )
  .filter(({ unknown }) => unknown.every(({ name }) => name !== 'v'))

describe('for any text', () => {
  it('a record that was written is read as it was', () => {
    fc.assert(
      fc.property(records, (any) => {
        expect(parseKeyRecord(formatKeyRecord(any))).toEqual({ ok: true, value: any })
      }),
      { numRuns: 500 },
    )
  })
  it('rubbish is a value with a place in it', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        'v=DKIM1',
        'p=',
        ';',
        '=',
        ' ',
        '\r\n ',
        'k=rsa',
        't=y:',
        'h=',
        '"',
        '\\',
        'AAAA',
        '\0',
        '\xff',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = parts.join('')
        const read = parseKeyRecord(text)
        if (read.ok) expect(parseKeyRecord(formatKeyRecord(read.value))).toEqual(read)
        else {
          expect(read.error.at).toBeGreaterThanOrEqual(0)
          expect(read.error.at).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
