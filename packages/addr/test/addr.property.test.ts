import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Cidr,
  cidrContains,
  formatAddressLiteral,
  formatCidr,
  formatMailbox,
  ipFromBytes,
  networkOf,
  parseAddressLiteral,
  parseCidr,
  parseForwardPath,
  parseHostname,
  parseIp,
  parseMailbox,
  parseReversePath,
  toUnicodeHostname,
} from '../src/index.ts'

/** Strings made of pieces that mean something to a parser, so that they get past its first test. */
const ofPieces = (...pieces: string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...pieces) },
        fc.string({ unit: 'binary', maxLength: 2 }),
      ),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join(''))

const addressText = ofPieces(
  '0',
  '1',
  '255',
  '256',
  '01',
  '.',
  '.',
  '.',
  ':',
  ':',
  '::',
  'ffff',
  'db8',
  '/',
  '24',
  '%',
  '[',
  ']',
  'IPv6:',
)
const nameText = ofPieces(
  'a',
  'mail',
  'example',
  '.',
  '.',
  '-',
  '_',
  '1',
  'xn--',
  'bcher-kva',
  '\u00fc',
  '\u0308',
  '\u3002',
  '\ud800',
  'x'.repeat(62),
)
const mailboxText = ofPieces(
  '<',
  '>',
  '@',
  '@',
  '"',
  '\\',
  'a',
  'b.c',
  '.',
  ' ',
  ',',
  ':',
  '[192.0.2.1]',
  'example.org',
  '@a.example:',
  '\u00f6',
  '\ud83d\ude00',
  '\ud83d',
  'y'.repeat(60),
)
const anyText = fc.oneof(addressText, nameText, mailboxText, fc.string({ unit: 'binary' }))

const ip = fc
  .oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    // Zeros in runs, and mapped addresses.
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map((b) => Uint8Array.from(b)),
    fc
      .uint8Array({ minLength: 4, maxLength: 4 })
      .map((b) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...b)),
  )
  .map(ipFromBytes)

const cidr: fc.Arbitrary<Cidr> = fc
  .tuple(ip, fc.nat(128))
  .map(([address, bits]) => ({ address, prefixLength: Math.min(bits, address.bytes.length * 8) }))
  .map(({ address, prefixLength }) => ({ network: networkOf(address, prefixLength), prefixLength }))

const parsers = {
  parseIp,
  parseCidr,
  parseHostname,
  parseAddressLiteral,
  parseMailbox,
  parseReversePath,
  parseForwardPath,
}

describe('every parser', () => {
  it.each(Object.entries(parsers))('%s never throws, and its errors lie within the text', (_name, parse) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const outcome = parse(text)
        if (outcome.ok) return
        expect(outcome.error.at).toBeGreaterThanOrEqual(0)
        expect(outcome.error.at).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('addresses', () => {
  it('are read back from their text and from their literals', () => {
    fc.assert(
      fc.property(ip, (address) => {
        expect(parseIp(address.text)).toEqual({ ok: true, value: address })
        expect(parseAddressLiteral(formatAddressLiteral(address))).toEqual({ ok: true, value: address })
      }),
    )
  })

  it('have one text each: what parses is canonical', () => {
    fc.assert(
      fc.property(addressText, (text) => {
        const parsed = parseIp(text)
        if (parsed.ok) expect(parseIp(parsed.value.text)).toEqual(parsed)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('networks', () => {
  it('are read back from their text', () => {
    fc.assert(
      fc.property(cidr, (network) => {
        expect(parseCidr(formatCidr(network))).toEqual({ ok: true, value: network })
      }),
    )
  })

  it('contain exactly the addresses that have their network', () => {
    fc.assert(
      fc.property(cidr, ip, fc.nat(127), (network, other, flipped) => {
        const near = Uint8Array.from(network.network.bytes)
        const index = flipped % (near.length * 8)
        near[index >> 3]! ^= 0x80 >> (index & 7)
        for (const address of [other, ipFromBytes(near), network.network]) {
          const isIn =
            address.version === network.network.version &&
            networkOf(address, network.prefixLength).text === network.network.text
          expect(cidrContains(network, address)).toBe(isIn)
        }
      }),
    )
  })
})

describe('host names', () => {
  it('once parsed parse to themselves, also through their Unicode form', () => {
    fc.assert(
      fc.property(nameText, (text) => {
        const name = parseHostname(text, { underscore: true, trailingDot: true })
        if (!name.ok) return
        expect(parseHostname(name.value, { underscore: true })).toEqual(name)
        expect(parseHostname(toUnicodeHostname(name.value), { underscore: true })).toEqual(name)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('mailboxes', () => {
  it('are read back from their text, with and without brackets', () => {
    fc.assert(
      fc.property(mailboxText, (text) => {
        const mailbox = parseMailbox(text)
        if (!mailbox.ok) return
        expect(parseMailbox(formatMailbox(mailbox.value))).toEqual(mailbox)
        // The domains that only the bare notation may have need no test in brackets.
        if (mailbox.value.domain.includes('_')) return
        expect(parseMailbox(`<${formatMailbox(mailbox.value)}>`)).toEqual(mailbox)
      }),
      { numRuns: 5000 },
    )
  })

  it('keep any printable local part', () => {
    const localPart = fc.string({ unit: 'grapheme-ascii', maxLength: 64 })
    fc.assert(
      fc.property(localPart, (value) => {
        const mailbox = { kind: 'mailbox', localPart: value, domain: 'example.org', isUtf8: false } as const
        expect(parseMailbox(formatMailbox(mailbox))).toEqual({ ok: true, value: mailbox })
      }),
      { numRuns: 1000 },
    )
  })
})
