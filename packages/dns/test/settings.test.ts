import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatServer, parseResolvConf, parseServer } from '../src/index.ts'
import { createResolver, readResolvConf } from '../src/node.ts'

describe('parseServer', () => {
  it.each([
    ['127.0.0.1', { version: 4, address: '127.0.0.1', port: 53 }],
    ['127.0.0.1:5353', { version: 4, address: '127.0.0.1', port: 5353 }],
    ['::1', { version: 6, address: '::1', port: 53 }],
    ['2001:DB8:0::1', { version: 6, address: '2001:db8::1', port: 53 }],
    ['[::1]', { version: 6, address: '::1', port: 53 }],
    ['[::1]:53', { version: 6, address: '::1', port: 53 }],
    ['[2001:db8::1]:65535', { version: 6, address: '2001:db8::1', port: 65535 }],
    ['fe80::1%eth0', { version: 6, address: 'fe80::1%eth0', port: 53 }],
    ['[fe80::1%eth0]:5353', { version: 6, address: 'fe80::1%eth0', port: 5353 }],
  ])('%s', (text, server) => {
    expect(parseServer(text)).toEqual({ ok: true, value: server })
  })

  it.each([
    ['', 'empty', 0],
    ['localhost', 'bad-address', 0],
    ['1.2.3', 'bad-address', 0],
    ['127.0.0.1:', 'bad-port', 9],
    ['127.0.0.1:0', 'bad-port', 9],
    ['127.0.0.1:65536', 'bad-port', 9],
    ['127.0.0.1:+53', 'bad-port', 9],
    ['127.0.0.1:5e1', 'bad-port', 9],
    ['127.0.0.1%eth0', 'bad-address', 0],
    ['[::1', 'unclosed-bracket', 0],
    ['[::1]53', 'bad-port', 5],
    ['[127.0.0.1]:53', 'bad-address', 1],
    ['::1%', 'bad-address', 0],
    [' 127.0.0.1', 'bad-address', 0],
  ])('%j is %s at %i', (text, code, at) => {
    expect(parseServer(text)).toEqual({ ok: false, error: { code, at } })
  })

  it('reads what formatServer writes, and throws at nothing', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789.:[]%f') }))
    fc.assert(
      fc.property(text, (any) => {
        const server = parseServer(any)
        if (server.ok) expect(parseServer(formatServer(server.value))).toEqual(server)
        else expect(server.error.at).toBeLessThanOrEqual(any.length)
      }),
    )
  })
})

const at53 = (...addresses: string[]) =>
  addresses.map((address) => ({ version: address.includes(':') ? 6 : 4, address, port: 53 }))

describe('parseResolvConf', () => {
  const defaults = { timeoutSeconds: 5, attempts: 2, rotate: false }
  it.each([
    ['nothing: this host', '', { ...defaults, servers: at53('127.0.0.1') }],
    ['one server', 'nameserver 192.0.2.1\n', { ...defaults, servers: at53('192.0.2.1') }],
    [
      'comments, blanks, tabs, CRLF',
      '# nameserver 192.0.2.9\r\n; x\r\n \tnameserver\t192.0.2.1 # own\r\nnameserver ::1\r\n',
      { ...defaults, servers: at53('192.0.2.1', '::1') },
    ],
    [
      'three servers and no more',
      'nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4',
      { ...defaults, servers: at53('192.0.2.1', '192.0.2.2', '192.0.2.3') },
    ],
    [
      'lines it cannot use',
      'nameserver\nnameserver dns.example\nnameserver 192.0.2.1:5353\nnameserver [::1]\nnameserver ::2',
      { ...defaults, servers: at53('::2') },
    ],
    [
      'options',
      'search a.example\noptions ndots:2 rotate timeout:3\noptions attempts:4 edns0 trust-ad\n',
      { servers: at53('127.0.0.1'), timeoutSeconds: 3, attempts: 4, rotate: true },
    ],
    [
      'options out of range',
      'options timeout:900 attempts:0',
      { servers: at53('127.0.0.1'), timeoutSeconds: 30, attempts: 1, rotate: false },
    ],
    [
      'options in bad shape',
      'options timeout: attempts:x rotate:1',
      { ...defaults, servers: at53('127.0.0.1') },
    ],
    ['a zone', 'nameserver fe80::1%eth0', { ...defaults, servers: at53('fe80::1%eth0') }],
  ])('%s', (_title, text, conf) => {
    expect(parseResolvConf(text)).toEqual(conf)
  })

  it('always names a server', () => {
    fc.assert(fc.property(fc.string(), (text) => parseResolvConf(`nameserver ${text}`).servers.length > 0))
  })
})

describe('the servers of createResolver', () => {
  it('come from the file where none are given', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-dns-'))
    const path = join(folder, 'resolv.conf')
    writeFileSync(path, 'nameserver 192.0.2.1\nnameserver 2001:db8::1\n')
    const resolver = createResolver({ resolvConf: path })
    expect(resolver.servers).toEqual(at53('192.0.2.1', '2001:db8::1'))
    expect(createResolver({ resolvConf: path, servers: [] }).servers).toEqual(resolver.servers)
    rmSync(folder, { recursive: true })
    expect(readResolvConf(path).servers).toEqual(at53('127.0.0.1'))
  })

  it('may be texts or parsed', () => {
    const [parsed] = at53('192.0.2.1')
    const servers = [parsed as never, '127.0.0.1:5353', '[::1]:53']
    expect(createResolver({ servers }).servers).toEqual([
      parsed,
      { version: 4, address: '127.0.0.1', port: 5353 },
      { version: 6, address: '::1', port: 53 },
    ])
  })

  it('must be addresses: anything else is a bug of the caller', () => {
    expect(() => createResolver({ servers: ['dns.example'] })).toThrow(TypeError)
  })
})
