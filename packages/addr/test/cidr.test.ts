import { describe, expect, it } from 'vitest'
import { cidrContains, formatCidr, formatIp, networkOf, parseCidr, parseIp } from '../src/index.ts'

const cidr = (text: string) => {
  const parsed = parseCidr(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const ip = (text: string) => cidr(text).network

describe('parseCidr', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1/24', '192.0.2.0/24'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.255.255.255/9', '10.128.0.0/9'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
    ['::1', '::1/128'],
    ['::/0', '::/0'],
    ['', 'empty@0'],
    ['/24', 'empty@0'],
    ['192.0.2.0/', 'bad-prefix-length@10'],
    ['192.0.2.0/33', 'bad-prefix-length@10'],
    ['192.0.2.0/024', 'bad-prefix-length@10'],
    ['192.0.2.0/+24', 'bad-prefix-length@10'],
    ['192.0.2.0/2 ', 'bad-prefix-length@10'],
    ['192.0.2.0/24/24', 'bad-prefix-length@10'],
    ['::/129', 'bad-prefix-length@3'],
    ['192.0.2/24', 'too-few-octets@7'],
    ['192.0.02.0/24', 'leading-zero@6'],
  ])('%j is %s', (text, expected) => {
    const parsed = parseCidr(text)
    expect(parsed.ok ? formatCidr(parsed.value) : `${parsed.error.code}@${parsed.error.at}`).toBe(expected)
  })

  it('refuses host bits when asked to', () => {
    expect(parseCidr('192.0.2.1/24', { hostBits: 'error' })).toEqual({
      ok: false,
      error: { code: 'host-bits-set', at: 0 },
    })
    expect(parseCidr('192.0.2.0/24', { hostBits: 'error' }).ok).toBe(true)
  })
})

describe('cidrContains', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.200', true],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::/0', '192.0.2.1', false],
    ['192.0.2.0/24', '::ffff:192.0.2.1', false],
  ])('%s, %s: %s', (network, address, expected) => {
    expect(cidrContains(cidr(network), ip(address))).toBe(expected)
  })
})

describe('networkOf', () => {
  it.each([
    ['192.0.2.77', 24, '192.0.2.0'],
    ['192.0.2.77', 0, '0.0.0.0'],
    ['192.0.2.77', 31, '192.0.2.76'],
    ['192.0.2.77', 32, '192.0.2.77'],
    ['192.0.2.77', 64, '192.0.2.77'],
    ['2001:db8:1:2:3:4:5:6', 64, '2001:db8:1:2::'],
    ['2001:db8:1:2:3:4:5:6', 61, '2001:db8:1::'],
    ['2001:db8:1:2:3:4:5:6', 128, '2001:db8:1:2:3:4:5:6'],
    ['192.0.2.77', -3, '0.0.0.0'],
  ])('%s with %i bits is %s', (address, bits, expected) => {
    const parsed = parseIp(address)
    expect(parsed.ok && formatIp(networkOf(parsed.value, bits))).toBe(expected)
  })
})
