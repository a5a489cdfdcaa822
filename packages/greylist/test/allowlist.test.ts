import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listsAddress, listsClient, parseAddressList, parseClientList } from '../src/index.ts'
import { ip } from './ip.ts'

describe('a list of clients', () => {
  const { list, problems } = parseClientList(`
# a comment
example.org            # with a note
/^mail\\d+\\.pool\\.example$/
192.0.2.1
198.51.100.0/25
203.0.113
10.20
2001:db8::/32
two words
/(/
300.1.1.1
`)
  it.each([
    ['example.org', '192.0.2.9', true],
    ['MX.Example.Org', '192.0.2.9', true],
    ['badexample.org', '192.0.2.9', false],
    ['example.org.evil.example', '192.0.2.9', false],
    ['mail7.pool.example', '192.0.2.9', true],
    ['mail.pool.example', '192.0.2.9', false],
    [undefined, '192.0.2.1', true],
    [undefined, '192.0.2.2', false],
    [undefined, '198.51.100.127', true],
    [undefined, '198.51.100.128', false],
    [undefined, '203.0.113.255', true],
    [undefined, '10.20.30.40', true],
    [undefined, '10.21.0.1', false],
    [undefined, '2001:db8::1', true],
    [undefined, '2001:db9::1', false],
  ])('%s [%s]: %s', (name, address, listed) => {
    expect(listsClient(list, { name, address: ip(address) })).toBe(listed)
  })
  it('says which lines it cannot use', () => {
    expect(problems).toEqual([
      { line: 10, code: 'not-a-client', text: 'two words' },
      { line: 11, code: 'bad-pattern', text: '/(/' },
      { line: 12, code: 'not-a-client', text: '300.1.1.1' },
    ])
  })
})

describe('a list of addresses', () => {
  const { list, problems } = parseAddressList(`
postmaster@
user@example.org
example.net
/^sales-.*@example\\.com$/
not an address
`)
  it.each([
    ['postmaster@anywhere.example', true],
    ['PostMaster+x@anywhere.example', true],
    ['user@example.org', true],
    ['user+tag@Example.org', true],
    ['other@example.org', false],
    ['user@sub.example.org', false],
    ['anyone@example.net', true],
    ['anyone@sub.example.net', true],
    ['anyone@badexample.net', false],
    ['sales-eu@example.com', true],
    ['sales@example.com', false],
    ['', false],
    ['nodomain', false],
  ])('%s: %s', (address, listed) => {
    expect(listsAddress(list, address)).toBe(listed)
  })
  it('says which lines it cannot use', () => {
    expect(problems).toEqual([{ line: 6, code: 'not-an-address', text: 'not an address' }])
  })
})

describe('an existing /etc/postgrey', () => {
  const file = '/etc/postgrey/whitelist_clients'
  const isHere = existsSync(file)
  if (!isHere)
    console.log(`${file} is not here: Debian's own list is read where postgrey is installed, as in CI`)
  it.runIf(isHere)('is read whole', () => {
    const { list, problems } = parseClientList(readFileSync(file, 'utf8'))
    expect(problems).toEqual([])
    expect(list.names.size + list.networks.length + list.patterns.length).toBeGreaterThan(150)
  })
})
