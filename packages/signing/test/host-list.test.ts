import { parseIp } from '@postern/addr'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHostList } from '../src/index.ts'

const client = (address: string, name?: string) => {
  const ip = parseIp(address)
  if (!ip.ok) throw new Error(address)
  return { address: ip.value, name }
}

describe('host lists', () => {
  const { problems, find, matches } = parseHostList([
    '# our networks',
    '127.0.0.1   localhost',
    '192.0.2.0/24',
    '!192.0.2.128/25',
    '192.0.2.130 # the exception of the exception',
    '[198.51.100.7]',
    '[198.51.101.0]/24',
    '2001:DB8::/32',
    '!2001:db8:0:1::/64',
    '::ffff:203.0.113.0/120',
    'MX.example.org',
    '.internal.example',
    '!guest.internal.example',
    '!.wifi.internal.example',
  ])

  it.each([
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['192.0.2.5', undefined, '192.0.2.0/24'],
    ['192.0.2.129', undefined, undefined],
    ['192.0.2.130', undefined, '192.0.2.130'],
    ['::ffff:192.0.2.5', undefined, '192.0.2.0/24'],
    ['198.51.100.7', undefined, '198.51.100.7'],
    ['198.51.101.9', undefined, '198.51.101.0/24'],
    ['2001:db8:5::1', undefined, '2001:db8::/32'],
    ['2001:db8:0:1::1', undefined, undefined],
    ['203.0.113.9', undefined, '203.0.113.0/24'],
    ['203.0.114.1', 'mx.EXAMPLE.org', 'mx.example.org'],
    ['203.0.114.1', 'a.mx.example.org', undefined],
    ['203.0.114.1', 'internal.example', undefined],
    ['203.0.114.1', 'a.internal.example', '.internal.example'],
    ['203.0.114.1', 'guest.internal.example', undefined],
    ['203.0.114.1', 'a.wifi.internal.example', undefined],
    // A "not" among names says nothing of the address.
    ['192.0.2.5', 'guest.internal.example', '192.0.2.0/24'],
  ])('%s %s -> %s', (address, name, expected) => {
    expect(find(client(address, name))).toBe(expected)
    expect(matches(client(address, name))).toBe(expected !== undefined)
  })

  it('has no problems, and knows nobody without address and name', () => {
    expect(problems).toEqual([])
    expect(find({})).toBeUndefined()
  })

  it('of two that are as precise, "not" wins wherever it stands', () => {
    for (const lines of [
      ['192.0.2.1', '!192.0.2.1'],
      ['!192.0.2.1', '192.0.2.1'],
    ])
      expect(parseHostList(lines).matches(client('192.0.2.1'))).toBe(false)
    expect(parseHostList(['192.0.2.1', '!192.0.2.1/32']).matches(client('192.0.2.1'))).toBe(true)
  })

  it.each([
    ['192.0.2.1/24', 'host-bits-set'],
    ['192.0.2.0/33', 'not-a-host'],
    ['192.0.2', 'not-a-host'],
    ['2001:db8::/129', 'not-a-host'],
    ['!', 'not-a-host'],
    ['-x.example', 'not-a-host'],
    ['*.example.org', 'wildcard'],
    ['192.168.*', 'wildcard'],
  ])('%j is told as %s', (line, code) => {
    expect(parseHostList(['10.0.0.0/8', line]).problems).toEqual([{ line: 2, code, text: line }])
  })

  it('finds what a walk from the longest prefix to the shortest finds', () => {
    const ip = fc.tuple(fc.constant(10), fc.constant(0), fc.nat(1), fc.nat(7)).map((bytes) => bytes.join('.'))
    const entry = fc.tuple(ip, fc.integer({ min: 24, max: 32 }), fc.boolean())
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), ip, (entries, asked) => {
        const number = (text: string) => text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
        const masked = entries.map(([text, bits, isNot]) => {
          const net = (number(text) >>> (32 - bits)) << (32 - bits)
          const dotted = [24, 16, 8, 0].map((shift) => (net >>> shift) & 255).join('.')
          return { net: net >>> 0, bits, isNot, line: `${isNot ? '!' : ''}${dotted}/${bits}` }
        })
        let expected = false
        for (let bits = 32; bits >= 24; bits--) {
          const here = masked.filter(
            (one) => one.bits === bits && one.net >>> (32 - bits) === number(asked) >>> (32 - bits),
          )
          if (here.length === 0) continue
          expected = here.every(({ isNot }) => !isNot)
          break
        }
        expect(parseHostList(masked.map(({ line }) => line)).matches(client(asked))).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
