import { describe, expect, it } from 'vitest'
import { formatAddressLiteral, parseAddressLiteral } from '../src/index.ts'

describe('parseAddressLiteral', () => {
  it.each([
    ['[192.0.2.1]', '[192.0.2.1]'],
    ['[IPv6:2001:db8::1]', '[IPv6:2001:db8::1]'],
    ['[ipv6:2001:DB8:0:0::1]', '[IPv6:2001:db8::1]'],
    ['[IPv6:::]', '[IPv6:::]'],
    ['[IPv6:::ffff:192.0.2.1]', '[IPv6:::ffff:192.0.2.1]'],
    ['', 'not-bracketed@0'],
    ['192.0.2.1', 'not-bracketed@0'],
    ['[192.0.2.1', 'not-bracketed@10'],
    ['[', 'not-bracketed@1'],
    ['[]', 'empty@1'],
    ['[192.0.2]', 'bad-ipv4@8'],
    ['[192.0.2.01]', 'bad-ipv4@9'],
    ['[300.1.1.1]', 'bad-ipv4@1'],
    ['[mail.example]', 'bad-ipv4@1'],
    ['[192.0.2.1 ]', 'bad-ipv4@10'],
    ['[IPv6:]', 'bad-ipv6@6'],
    ['[IPv6:192.0.2.1]', 'bad-ipv6@6'],
    ['[IPv6:::g]', 'bad-ipv6@8'],
    ['[IPv6:fe80::1%eth0]', 'bad-ipv6@13'],
    // Without its tag an IPv6 address is no literal.
    ['[2001:db8::1]', 'bad-ipv6@1'],
    ['[::1]', 'bad-ipv6@1'],
    ['[x400:c=de]', 'unknown-tag@1'],
    ['[IPv9:1]', 'unknown-tag@1'],
  ])('%j is %s', (text, expected) => {
    const ip = parseAddressLiteral(text)
    expect(ip.ok ? formatAddressLiteral(ip.value) : `${ip.error.code}@${ip.error.at}`).toBe(expected)
  })
})
