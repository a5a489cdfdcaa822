import { describe, expect, it } from 'vitest'
import { formatIp, ipFromBytes, isSameIp, parseIp, unmapIp } from '../src/index.ts'

/** The canonical text, or the error as `code@index`. */
const read = (text: string) => {
  const ip = parseIp(text)
  return ip.ok ? ip.value.text : `${ip.error.code}@${ip.error.at}`
}

describe('parseIp, IPv4', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['', 'empty@0'],
    ['.', 'not-an-address@0'],
    ['1', 'too-few-octets@1'],
    ['1.2.3', 'too-few-octets@5'],
    ['1.2.3.', 'too-few-octets@6'],
    ['1..2.3', 'not-an-address@2'],
    ['.1.2.3.4', 'not-an-address@0'],
    ['1.2.3.4.', 'not-an-address@8'],
    ['1.2.3.4.5', 'too-many-octets@8'],
    ['01.2.3.4', 'leading-zero@0'],
    ['1.2.3.04', 'leading-zero@6'],
    ['1.2.00.4', 'leading-zero@4'],
    ['256.1.1.1', 'octet-out-of-range@0'],
    ['1.1.1.99999999999999999999', 'octet-out-of-range@6'],
    ['1.2.3.4x', 'not-an-address@7'],
    [' 1.2.3.4', 'not-an-address@0'],
    ['1.2.3.4 ', 'not-an-address@7'],
    ['1.2.3.-4', 'not-an-address@6'],
    ['1.2.3.4/24', 'not-an-address@7'],
    ['0x7f.0.0.1', 'not-an-address@1'],
    ['\u0661.2.3.4', 'not-an-address@0'],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

describe('parseIp, IPv6', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    // RFC 5952 §4.2: the longest run, the first of equal ones, no run of one.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::FFFF:c000:201', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    [':', 'bad-ipv6@0'],
    [':::', 'bad-ipv6@0'],
    ['1:2:3', 'bad-ipv6@0'],
    ['1::2::3', 'bad-ipv6@0'],
    ['12345::', 'bad-ipv6@0'],
    ['1:2:3:4:5:6:7:8:9', 'bad-ipv6@0'],
    ['::1.2.3', 'bad-ipv6@0'],
    ['::ffff:192.0.2.01', 'bad-ipv6@0'],
    ['::ffff:192.0.2.256', 'bad-ipv6@0'],
    ['::g', 'not-an-address@2'],
    [' ::1', 'not-an-address@0'],
    ['::1/64', 'not-an-address@3'],
    ['fe80::1%eth0', 'zone-id@7'],
    [`::${'0'.repeat(60)}`, 'bad-ipv6@45'],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

describe('addresses', () => {
  const ip = (text: string) => {
    const parsed = parseIp(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  }

  it('hold their bytes in network order', () => {
    expect([...ip('192.0.2.1').bytes]).toEqual([192, 0, 2, 1])
    expect([...ip('2001:db8::1').bytes]).toEqual([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::fffe:c000:201', '::fffe:c000:201'],
    ['::192.0.2.1', '::c000:201'],
    ['2001:db8::1', '2001:db8::1'],
    ['192.0.2.1', '192.0.2.1'],
  ])('unmapIp of %s is %s', (mapped, plain) => {
    expect(formatIp(unmapIp(ip(mapped)))).toBe(plain)
  })

  it('are the same by value, and a mapped address is not its IPv4 address', () => {
    expect(isSameIp(ip('::1'), ip('0:0:0:0:0:0:0:1'))).toBe(true)
    expect(isSameIp(ip('::ffff:192.0.2.1'), ip('192.0.2.1'))).toBe(false)
  })

  it('come from 4 or 16 bytes only', () => {
    expect(ipFromBytes(Uint8Array.of(192, 0, 2, 1)).text).toBe('192.0.2.1')
    expect(() => ipFromBytes(new Uint8Array(5))).toThrow(RangeError)
  })
})
