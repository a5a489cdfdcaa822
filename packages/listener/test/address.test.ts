import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatListenAddress, type ListenAddress, parseListenAddress } from '../src/index.ts'

const path107 = `/${'x'.repeat(106)}`

describe('parseListenAddress', () => {
  it.each<[string, ListenAddress]>([
    ['127.0.0.1:10023', { kind: 'tcp', host: '127.0.0.1', port: 10023 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['mx-1.example.org:65535', { kind: 'tcp', host: 'mx-1.example.org', port: 65535 }],
    ['[::1]:10023', { kind: 'tcp', host: '::1', port: 10023 }],
    ['[fe80::1%eth0]:25', { kind: 'tcp', host: 'fe80::1%eth0', port: 25 }],
    ['inet:127.0.0.1:10023', { kind: 'tcp', host: '127.0.0.1', port: 10023 }],
    ['inet:[::1]:10023', { kind: 'tcp', host: '::1', port: 10023 }],
    ['unix:/run/postern.sock', { kind: 'unix', path: '/run/postern.sock' }],
    ['/run/with space:1', { kind: 'unix', path: '/run/with space:1' }],
    [path107, { kind: 'unix', path: path107 }],
  ])('reads %s', (text, address) => {
    expect(parseListenAddress(text)).toEqual({ ok: true, value: address })
  })

  it.each([
    ['', 'empty', 0],
    ['unix:', 'empty', 5],
    ['unix:private/policy', 'relative-path', 5],
    [`${path107}x`, 'path-too-long', 0],
    [`unix:/${'ü'.repeat(54)}`, 'path-too-long', 5],
    ['/a\0b', 'bad-host', 2],
    ['127.0.0.1', 'no-port', 9],
    ['inet:10023', 'no-port', 10],
    ['[::1]', 'no-port', 5],
    ['127.0.0.1:', 'bad-port', 10],
    ['127.0.0.1:65536', 'bad-port', 10],
    ['127.0.0.1:smtp', 'bad-port', 10],
    ['127.0.0.1:-1', 'bad-port', 10],
    [':10023', 'bad-host', 0],
    ['inet::10023', 'bad-host', 5],
    ['::1:10023', 'bad-host', 0],
    ['[127.0.0.1]:10023', 'bad-host', 0],
    ['*:10023', 'bad-host', 0],
    ['a b:10023', 'bad-host', 0],
  ])('refuses %j', (text, code, at) => {
    expect(parseListenAddress(text)).toEqual({ ok: false, error: { code, at } })
  })

  it('reads what formatListenAddress writes, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), fc.nat(65_535), (host, port) => {
        const address: ListenAddress = { kind: 'tcp', host, port }
        expect(parseListenAddress(formatListenAddress(address))).toEqual({ ok: true, value: address })
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof parseListenAddress(text).ok === 'boolean'),
    )
  })
})
