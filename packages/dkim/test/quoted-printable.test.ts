import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64 } from '../src/base64.ts'
import { decodeQuotedPrintable, encodeQuotedPrintable } from '../src/quoted-printable.ts'

const octets = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

// RFC 6376 §2.11.
describe('dkim-quoted-printable', () => {
  it.each<[text: string, value: string | undefined]>([
    ['', ''],
    ['abc', 'abc'],
    ['a=20b=3B=3D', 'a b;='],
    [' a\r\n\tb ', 'ab'],
    ['a= 20', 'a '],
    ['=C3=BC', '\xc3\xbc'],
    ['\xc3\xbc', '\xc3\xbc'],
    ['=', undefined],
    ['=2', undefined],
    ['=2g', undefined],
    ['=c3', undefined],
    ['a;b', undefined],
    ['a\x7f', undefined],
    ['=20\0', undefined],
  ])('%j', (text, value) => {
    expect(decodeQuotedPrintable(text)).toBe(value)
  })

  it('reads what it writes, which is printable and has no bar', () => {
    fc.assert(
      fc.property(octets, (value) => {
        const text = encodeQuotedPrintable(value)
        expect(text).toMatch(/^[!-:<-{}~]*$/)
        expect(decodeQuotedPrintable(text)).toBe(value)
      }),
    )
  })
})

describe('base64', () => {
  it('reads what Buffer writes, with padding and without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(decodeBase64(text)).toEqual(Buffer.from(bytes))
        expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('refuses all that has another character in it', () => {
    const unit = fc.constantFrom('A', 'z', '0', '+', '/', '=', '-', '_', ' ', '\xe9', '*')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(decodeBase64(text) !== undefined).toBe(
          /^([A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,4}={0,2}$/.test(text),
        )
      }),
      { numRuns: 3000 },
    )
  })
})
