import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutToBytes, decodeUtf8, encodeUtf8, octetsOf } from '../src/octets.ts'
import { textOf } from './bytes.ts'

// Bytes that are often nearly UTF-8.
const nearlyText = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 3 }).map((text) => [...new TextEncoder().encode(text)]),
    fc.array(fc.nat(255), { maxLength: 3 }),
    fc.constantFrom(
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf0, 0x80],
      [0xe2, 0x82],
      [0xff],
      [0xef, 0xbb, 0xbf],
    ),
  ),
  { maxLength: 12 },
)

const surrogates = fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units))

describe('octets', () => {
  it('decode as the platform does, whatever the bytes', () => {
    fc.assert(
      fc.property(nearlyText, (parts) => {
        const bytes = Uint8Array.from(parts.flat())
        expect(decodeUtf8(octetsOf(bytes, 0, bytes.length))).toBe(textOf(bytes))
      }),
      { numRuns: 2000 },
    )
  })

  it('encode as the platform does, unpaired surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), surrogates, (a, b) => {
        expect(encodeUtf8(a + b)).toEqual(new TextEncoder().encode(a + b))
      }),
    )
  })

  it('are the same from a Buffer and from plain bytes', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, n) => n & 255)
    expect(octetsOf(bytes, 3, 9999)).toBe(octetsOf(Buffer.from(bytes), 3, 9999))
    expect(octetsOf(bytes, 3, 9999)).toHaveLength(9996)
  })

  it('cut to the longest beginning that fits, never inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(60), (text, limit) => {
        const cut = cutToBytes(text, limit)
        const size = new TextEncoder().encode(cut).length
        expect(text.startsWith(cut)).toBe(true)
        expect(size).toBeLessThanOrEqual(limit)
        if (cut === text) return
        const next = String.fromCodePoint(text.codePointAt(cut.length)!)
        expect(size + new TextEncoder().encode(next).length).toBeGreaterThan(limit)
      }),
    )
  })
})
