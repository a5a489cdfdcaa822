import { type Cidr, type Ip, parseCidr, parseIp } from '@postern/addr'
import { createZone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { checkHelo, defaultActions, type HeloFinding, type HeloSubject, rules } from '../src/index.ts'

const ip = (text: string) => (parseIp(text) as { value: Ip }).value
const cidr = (text: string) => (parseCidr(text) as { value: Cidr }).value
const client = { address: ip('192.0.2.7') }
const own = {
  names: ['mx.ours.example', 'ours.example'],
  networks: [cidr('198.51.100.0/24'), cidr('2001:db8::/32')],
}

const zone = createZone(`
  elsewhere.example     A    198.51.100.1
  here.example          A    198.51.100.1
  here.example          A    192.0.2.7
  here.example          AAAA 2001:db8::7
  six.example           AAAA 2001:db8::7
  mailonly.example      MX   10 here.example
`)
zone.fail('broken.example', 'servfail')

/** The hits of all rules, without waiting. */
const hitsOf = (subject: HeloSubject) =>
  (checkHelo(subject, { resolver: zone }, { thorough: true }) as HeloFinding).hits

/** The hit of one rule. */
const hitOf = (rule: string, subject: HeloSubject) => hitsOf(subject).find((hit) => hit.rule === rule)

describe('the table', () => {
  it('has each rule once, those without DNS first, and an action for each', () => {
    const names = rules.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(defaultActions).toSorted()).toEqual(names.toSorted())
    const needs = rules.map((rule) => rule.needs)
    expect(needs.lastIndexOf('syntax')).toBeLessThan(needs.indexOf('dns'))
  })

  it("refuses by default on Postfix's three rules only", () => {
    const refusing = Object.entries(defaultActions).filter(([, action]) => action !== 'note')
    expect(refusing).toEqual([
      ['invalid-hostname', 'reject'],
      ['non-fqdn-hostname', 'reject'],
      ['unknown-hostname', 'reject'],
    ])
  })
})

describe('missing-helo', () => {
  it('hits when nothing was sent, and nothing else does', () => {
    expect(hitsOf({ helo: '', client, own })).toEqual([{ rule: 'missing-helo' }])
  })
})

// What is valid, fully qualified and known is told by golden.test.ts; here are the reasons.
describe("Postfix's three", () => {
  it.each([
    [
      'a b',
      [
        ['invalid-hostname', 'bad-name'],
        ['non-fqdn-hostname', 'bad-name'],
        ['unknown-hostname', 'no-records'],
      ],
    ],
    [
      '[300.1.1.1]',
      [
        ['invalid-hostname', 'bad-literal'],
        ['non-fqdn-hostname', 'bad-literal'],
        ['unknown-hostname', 'bad-literal'],
      ],
    ],
    [
      'localhost',
      [
        ['non-fqdn-hostname', 'single-label'],
        ['unknown-hostname', 'no-records'],
      ],
    ],
    [
      '192.0.2.7',
      [
        ['non-fqdn-hostname', 'bad-name'],
        ['unknown-hostname', 'no-records'],
      ],
    ],
    ['here.example', []],
    ['mailonly.example', []],
    ['broken.example', [['unknown-hostname', 'servfail']]],
  ])('%s: %j', (helo, expected) => {
    const three = ['invalid-hostname', 'non-fqdn-hostname', 'unknown-hostname']
    const hits = hitsOf({ helo, client }).filter(({ rule }) => three.includes(rule))
    expect(hits.map((hit) => [hit.rule, 'reason' in hit ? hit.reason : undefined])).toEqual(expected)
  })

  it('unknown-hostname is temporary when the DNS is in trouble', () => {
    expect(hitOf('unknown-hostname', { helo: 'broken.example', client })).toMatchObject({ temporary: true })
    expect(hitOf('unknown-hostname', { helo: 'nothing.example', client })).toMatchObject({ temporary: false })
  })
})

describe('bare-ip', () => {
  it.each([
    ['192.0.2.7', true],
    ['192.0.2.7.', true],
    ['2001:db8::7', true],
    ['[192.0.2.7]', false],
    ['here.example', false],
    ['300.0.2.7', false],
  ])('%s: %s', (helo, expected) => {
    expect(hitOf('bare-ip', { helo, client }) !== undefined).toBe(expected)
  })
})

describe('literal-not-client', () => {
  it.each([
    ['[192.0.2.7]', '192.0.2.7', undefined],
    ['[192.0.2.7]', '::ffff:192.0.2.7', undefined],
    ['[IPv6:::ffff:192.0.2.7]', '192.0.2.7', undefined],
    ['[IPv6:2001:DB8:0::7]', '2001:db8::7', undefined],
    ['[192.0.2.8]', '192.0.2.7', '192.0.2.8'],
    ['[IPv6:2001:db8::8]', '192.0.2.7', '2001:db8::8'],
    ['[192.0.02.7]', '192.0.2.7', '192.0.02.7'],
    ['[IPv6:A:B:C]', '192.0.2.7', 'ipv6:a:b:c'],
    ['192.0.2.8', '192.0.2.7', undefined],
    ['[300.1.1.1]', '192.0.2.7', undefined],
  ])('%s from %s: %s', (helo, from, literal) => {
    const hit = hitOf('literal-not-client', { helo, client: { address: ip(from) } })
    expect(hit).toEqual(literal === undefined ? undefined : { rule: 'literal-not-client', literal })
  })
})

describe('own-name', () => {
  it.each([
    ['mx.ours.example', 'mx.ours.example'],
    ['MX.Ours.Example.', 'mx.ours.example'],
    ['ours.example', 'ours.example'],
    ['other.ours.example', undefined],
    ['[198.51.100.25]', '198.51.100.0/24'],
    ['198.51.100.25', '198.51.100.0/24'],
    ['[IPv6:2001:db8::1]', '2001:db8::/32'],
    ['[IPv6:::ffff:198.51.100.25]', '198.51.100.0/24'],
    ['[192.0.2.7]', undefined],
    ['192.0.02.7', undefined],
  ])('%s from a stranger: %s', (helo, used) => {
    expect(hitOf('own-name', { helo, client, own })).toEqual(
      used === undefined ? undefined : { rule: 'own-name', own: used },
    )
  })

  it('is no matter when it is ours who connects, or when we are nobody', () => {
    const helo = 'mx.ours.example'
    expect(hitOf('own-name', { helo, client: { address: ip('198.51.100.2') }, own })).toBeUndefined()
    expect(hitOf('own-name', { helo, client: { address: ip('::ffff:198.51.100.2') }, own })).toBeUndefined()
    expect(hitOf('own-name', { helo, client })).toBeUndefined()
  })
})

describe('ptr-mismatch', () => {
  it.each([
    ['mail.example.com', 'mail.example.com', undefined],
    ['smtp.example.com', 'host7.out.Example.com.', undefined],
    ['example.com', 'mail.example.com', undefined],
    ['mail.example.com', 'mail.example.net', 'mail.example.net'],
    ['mail.a.co.uk', 'mail.b.co.uk', 'mail.b.co.uk'],
    ['mail.a.co.uk', 'x.y.a.co.uk', undefined],
    ['mail.a.de', 'x.a.de', undefined],
    ['mail.a.de', 'x.b.de', 'x.b.de'],
    ['[192.0.2.7]', 'mail.example.com', undefined],
    ['mail.example.com', 'unknown', undefined],
    ['server01', 'mail.example.com', undefined],
  ])('%s from %s: %s', (helo, name, clientName) => {
    const hit = hitOf('ptr-mismatch', { helo, client: { ...client, name } })
    expect(hit).toEqual(
      clientName === undefined ? undefined : { rule: 'ptr-mismatch', clientName, verified: true },
    )
  })

  it('goes by the unverified name when there is no other, and says so', () => {
    const reverseName = 'mail.example.net'
    expect(hitOf('ptr-mismatch', { helo: 'mail.example.com', client: { ...client, reverseName } })).toEqual({
      rule: 'ptr-mismatch',
      clientName: reverseName,
      verified: false,
    })
    expect(hitOf('ptr-mismatch', { helo: 'mail.example.com', client })).toBeUndefined()
  })
})

describe('not-forward-confirmed', () => {
  it.each([
    ['here.example', '192.0.2.7', undefined],
    ['HERE.example.', '192.0.2.7', undefined],
    ['here.example', '2001:db8::7', undefined],
    ['here.example', '::ffff:192.0.2.7', undefined],
    ['elsewhere.example', '192.0.2.7', ['198.51.100.1']],
    ['six.example', '192.0.2.7', []],
    ['mailonly.example', '192.0.2.7', []],
    ['nothing.example', '192.0.2.7', []],
    ['[192.0.2.7]', '192.0.2.7', undefined],
    ['a b', '192.0.2.7', undefined],
  ])('%s from %s: %j', (helo, from, addresses) => {
    const hit = hitOf('not-forward-confirmed', { helo, client: { address: ip(from) } })
    expect(hit).toEqual(
      addresses === undefined ? undefined : { rule: 'not-forward-confirmed', temporary: false, addresses },
    )
  })

  it('is temporary when the DNS is in trouble', () => {
    expect(hitOf('not-forward-confirmed', { helo: 'broken.example', client })).toEqual({
      rule: 'not-forward-confirmed',
      temporary: true,
      reason: 'servfail',
    })
  })
})
