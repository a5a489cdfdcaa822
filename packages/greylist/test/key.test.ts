import { describe, expect, it } from 'vitest'
import {
  entryKey,
  hostGroupOf,
  type IdentityRules,
  identify,
  mergeEntries,
  normalizeSender,
  parseEntryKey,
} from '../src/index.ts'
import { ip } from './ip.ts'

describe('normalizeSender', () => {
  it.each([
    ['a@example.org', 'a@example.org'],
    ['', ''],
    ['no-at-sign', 'no-at-sign'],
    ['list+user=example.net@example.org', 'list@example.org'],
    ['bounce-12345-67@example.org', 'bounce-#-#@example.org'],
    ['b12c@example.org', 'b12c@example.org'],
    ['n_12@example.org', 'n_12@example.org'],
    ['1@2.example', '#@2.example'],
    ['prvs=1234abcd12=user@example.org', 'user@example.org'],
    ['prvs=user=1234abcd12@example.org', 'user@example.org'],
    ['prvs=1234abcd12=1234abcd99@example.org', '1234abcd99@example.org'],
    ['prvs=only@example.org', 'prvs=only@example.org'],
    ['prvs=a=b=c@example.org', 'prvs=a=b=c@example.org'],
    ['prvs=a=@example.org', 'prvs=a=@example.org'],
    ['+tag@example.org', '@example.org'],
  ])('%s -> %s', (sender, normal) => {
    expect(normalizeSender(sender)).toBe(normal)
  })
})

describe('hostGroupOf', () => {
  it.each([
    ['mail-db8eur05on2071.outbound.protection.outlook.com', 'outbound.protection.outlook.com'],
    ['mail-yb1-f173.google.com', 'google.com'],
    ['example.org', 'example.org'],
    ['mx.co.uk', 'mx.co.uk'],
    ['mx.example.co.uk', 'example.co.uk'],
    ['mx.example.de', 'example.de'],
    ['localhost', undefined],
  ])('%s -> %s', (name, group) => {
    expect(hostGroupOf(name)).toBe(group)
  })
})

describe('identify', () => {
  const byName: IdentityRules = { identity: 'name', ipv4Prefix: 24, ipv6Prefix: 64 }
  const byNetwork: IdentityRules = { ...byName, identity: 'network' }
  const text = (
    address: string,
    name: string | undefined,
    rules: IdentityRules,
    authenticatedDomain?: string,
  ) => identify({ address: ip(address), confirmedName: name, authenticatedDomain }, rules)

  it('takes the network as postgrey does, and the whole address for passes', () => {
    expect(text('192.0.2.77', 'mx.example.org', byNetwork)).toEqual({
      kind: 'network',
      text: '192.0.2.0',
      clientText: '192.0.2.77',
    })
    expect(text('2001:db8:1:2:3::4', undefined, byNetwork).text).toBe('2001:db8:1:2::')
    expect(text('192.0.2.77', undefined, { ...byNetwork, ipv4Prefix: 32 }).text).toBe('192.0.2.77')
  })
  it('takes the group of a confirmed name, so that a pool is one sender', () => {
    const one = text('192.0.2.1', 'out-1.pool.example.org', byName)
    expect(one).toEqual({ kind: 'host-group', text: '.pool.example.org', clientText: '.pool.example.org' })
    expect(text('198.51.100.9', 'OUT-2.pool.example.org', byName)).toEqual(one)
  })
  it('prefers a domain that SPF has confirmed', () => {
    expect(text('192.0.2.1', 'out-1.pool.example.org', byName, 'Example.NET').text).toBe('@example.net')
  })
  it.each([
    'host-192-0-2-77.dsl.example.net',
    '77.2.0.192.pool.example.net',
    '192000002077.example.net',
    'c000024d.dyn.example.net',
    'client-2-77.192-0.example.net',
  ])('does not take %s, which carries the address, for a pool', (name) => {
    expect(text('192.0.2.77', name, byName).kind).toBe('network')
  })
})

describe('keys and entries', () => {
  it('takes keys apart again', () => {
    expect(parseEntryKey(entryKey('triplet', 'a\nb\nc'))).toEqual({ kind: 'triplet', parts: ['a', 'b', 'c'] })
    expect(parseEntryKey('nonsense')).toBeUndefined()
  })
  it('joins entries so that neither is taken back', () => {
    const a = { first: 1, last: 5, count: 1 }
    const b = { first: 1, last: 9, count: 0 }
    expect(mergeEntries(a, b)).toEqual({ first: 1, last: 9, count: 1 })
    expect(mergeEntries(b, a)).toEqual({ first: 1, last: 9, count: 1 })
  })
})
