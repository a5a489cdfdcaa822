import { ipFromBytes, parseIp } from '@postern/addr'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isQueryName, normalizeName, reverseName } from '../src/index.ts'

describe('normalizeName', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['.', ''],
    ['', ''],
    ['a..', 'a.'],
    ['_DMARC.Example.', '_dmarc.example'],
    // Unicode folding would make an ASCII k and an ASCII i of these.
    ['\u212aELVIN.test', '\u212aelvin.test'],
    ['\u0130STANBUL', '\u0130stanbul'],
  ])('%j is %j', (text, name) => {
    expect(normalizeName(text)).toBe(name)
  })

  it('changes nothing the second time, once the dots are gone', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = normalizeName(text)
        expect(normalizeName(name)).toBe(name.endsWith('.') ? name.slice(0, -1) : name)
        expect(name).not.toMatch(/[A-Z]/)
      }),
    )
  })
})

describe('isQueryName', () => {
  it.each([
    ['', true],
    ['com', true],
    ['a.b', true],
    ['_spf._x.example', true],
    ['with blank.example', true],
    [`${'a'.repeat(63)}.example`, true],
    [`${'a'.repeat(64)}.example`, false],
    [`${'a.'.repeat(126)}a`, true],
    [`${'a.'.repeat(126)}aa`, false],
    ['.', false],
    ['a..b', false],
    ['.a', false],
    ['a.', false],
    ['a\0b', false],
    ['a\nb', false],
    ['ä.example', false],
  ])('%j: %j', (name, isName) => {
    expect(isQueryName(name)).toBe(isName)
  })
})

describe('reverseName', () => {
  it.each([
    ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
    ['255.255.255.255', '255.255.255.255.in-addr.arpa'],
    ['2001:db8::567:89ab', 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ])('%s is %s', (text, name) => {
    const ip = parseIp(text)
    expect(ip.ok && reverseName(ip.value)).toBe(name)
  })

  it('is a name that can be asked for', () => {
    const anyIp = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    )
    fc.assert(fc.property(anyIp, (bytes) => isQueryName(reverseName(ipFromBytes(bytes)))))
  })
})
