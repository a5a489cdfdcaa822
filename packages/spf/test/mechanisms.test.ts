// What each mechanism asks and when it matches: RFC 7208 §4.3 to §4.7, §5 and §6.1.
import { parseIp } from '@postern/addr'
import { describe, expect, it } from 'vitest'
import { evaluateRecord, parseRecord, type SpfInput, type SpfPorts, type SpfResult } from '../src/index.ts'
import { asked, check, publishing, usual } from './check.ts'

const v4 = '192.0.2.1'
const v6 = '2001:db8::1'

const lines = `
d.example        A     192.0.2.1
d.example        MX    10 mx1.example
d.example        MX    20 mx2.example
mx1.example      A     198.51.100.1
mx1.example      AAAA  2001:db8:1::1
mx2.example      A     192.0.2.1
mx2.example      AAAA  2001:db8::1
near.example     A     192.0.2.200
near.example     AAAA  2001:db8::ffff
far.example      A     203.0.113.1
far.example      AAAA  2001:db9::1
only4.example    A     198.51.100.9
null.example     MX    0 .
farmx.example    MX    1 far.example
alias.example    CNAME mx2.example
aliasmx.example  CNAME d.example
mxalias.example  MX    1 alias.example
list.example     A     127.0.0.2
six.example      AAAA  ::1
1.2.0.192.in-addr.arpa  PTR  mx2.example
1.2.0.192.in-addr.arpa  PTR  forged.d.example
forged.d.example A     198.51.100.7
host.mail.example A    192.0.2.77
77.2.0.192.in-addr.arpa PTR host.mail.example
pass.example     TXT   "v=spf1 +all"
fail.example     TXT   "v=spf1 -all"
soft.example     TXT   "v=spf1 ~all"
neutral.example  TXT   "v=spf1 ?all"
empty.example    TXT   "v=spf1"
broken.example   TXT   "v=spf1 foo"
other.example    TXT   "nothing to do with it"
two.example      TXT   "v=spf1 -all"
two.example      TXT   "v=spf1 -all"
alias-in.example CNAME pass.example
own.example      TXT   "v=spf1 a:%{d} mx:%{d} -all"
`

const result = (terms: string, ip = v4) => check(publishing(`v=spf1 ${terms}`, lines), { ip }).result

describe('mechanisms', () => {
  it.each<[terms: string, ip4: string, ip6: string]>([
    ['all', 'pass', 'pass'],
    ['+all', 'pass', 'pass'],
    ['-all', 'fail', 'fail'],
    ['~all', 'softfail', 'softfail'],
    ['?all', 'neutral', 'neutral'],
    ['', 'neutral', 'neutral'],
    ['-all +all', 'fail', 'fail'],
    ['a ip4:198.51.100.1 -all', 'pass', 'fail'],
    ['ip4:192.0.2.1 -all', 'pass', 'fail'],
    ['ip4:192.0.2.2 -all', 'fail', 'fail'],
    ['ip4:192.0.2.255/24 -all', 'pass', 'fail'],
    ['ip4:192.0.3.0/23 -all', 'pass', 'fail'],
    ['ip4:192.0.3.0/24 -all', 'fail', 'fail'],
    ['ip4:0.0.0.0/0 -all', 'pass', 'fail'],
    ['ip6:2001:db8::1 -all', 'fail', 'pass'],
    ['ip6:2001:db8:0:0:ffff::/64 -all', 'fail', 'pass'],
    ['ip6:::/0 -all', 'fail', 'pass'],
    // RFC 7208 §5: IPv4 clients are listed by ip4 only.
    ['ip6:::ffff:192.0.2.1 -all', 'fail', 'fail'],
    ['a -all', 'pass', 'fail'],
    ['a:far.example -all', 'fail', 'fail'],
    ['a:near.example -all', 'fail', 'fail'],
    ['a:near.example/24 -all', 'pass', 'fail'],
    ['a:near.example//64 -all', 'fail', 'pass'],
    ['a:near.example/25//64 -all', 'fail', 'pass'],
    ['a:far.example/0//0 -all', 'pass', 'pass'],
    ['a:no.example -all', 'fail', 'fail'],
    ['a:alias.example -all', 'pass', 'pass'],
    ['a:MX2.Example. -all', 'pass', 'pass'],
    ['mx -all', 'pass', 'pass'],
    ['mx:mx2.example -all', 'fail', 'fail'],
    ['mx:null.example -all', 'fail', 'fail'],
    ['mx:aliasmx.example -all', 'pass', 'pass'],
    ['mx:mxalias.example -all', 'pass', 'pass'],
    ['mx:no.example -all', 'fail', 'fail'],
    ['exists:list.example -all', 'pass', 'pass'],
    ['exists:six.example -all', 'fail', 'fail'],
    ['exists:no.example -all', 'fail', 'fail'],
    ['ptr:mx2.example -all', 'pass', 'fail'],
    ['ptr:x2.example -all', 'fail', 'fail'],
    ['ptr -all', 'fail', 'fail'],
    ['include:pass.example -all', 'pass', 'pass'],
    ['-include:pass.example +all', 'fail', 'fail'],
    ['include:fail.example +all', 'pass', 'pass'],
    ['include:soft.example ~all', 'softfail', 'softfail'],
    ['include:neutral.example -all', 'fail', 'fail'],
    ['include:empty.example -all', 'fail', 'fail'],
    ['include:alias-in.example -all', 'pass', 'pass'],
    ['include:broken.example +all', 'permerror', 'permerror'],
    ['include:other.example +all', 'permerror', 'permerror'],
    ['include:no.example +all', 'permerror', 'permerror'],
    ['include:two.example +all', 'permerror', 'permerror'],
    ['include:a..example +all', 'permerror', 'permerror'],
    ['redirect=fail.example', 'fail', 'fail'],
    ['redirect=soft.example a', 'pass', 'softfail'],
    ['redirect=pass.example -all', 'fail', 'fail'],
    ['-all redirect=no.example', 'fail', 'fail'],
    ['redirect=empty.example', 'neutral', 'neutral'],
    ['redirect=no.example', 'permerror', 'permerror'],
    ['redirect=other.example', 'permerror', 'permerror'],
    ['redirect=broken.example', 'permerror', 'permerror'],
    ['redirect=two.example', 'permerror', 'permerror'],
    ['moo=cow exp=no.example', 'neutral', 'neutral'],
    ['all foo', 'permerror', 'permerror'],
    ['redirect=pass.example redirect=pass.example', 'permerror', 'permerror'],
  ])('%s: %s by IPv4, %s by IPv6', (terms, ip4, ip6) => {
    expect(result(terms)).toBe(ip4)
    expect(result(terms, v6)).toBe(ip6)
    expect(result(terms.toUpperCase())).toBe(ip4)
    // RFC 7208 §5: an IPv4-mapped address is the IPv4 address.
    expect(result(terms, `::ffff:${v4}`)).toBe(ip4)
    expect(result(terms, `::FFFF:C000:201`)).toBe(ip4)
  })

  it('ptr takes a name within the domain that the addresses confirm', () => {
    const zone = publishing('v=spf1 ptr:mail.example -all', lines)
    expect(check(zone, { ip: '192.0.2.77' }).result).toBe('pass')
    expect(asked(zone)).toEqual(['TXT d.example', 'PTR 77.2.0.192.in-addr.arpa', 'A host.mail.example'])
    expect(check(publishing('v=spf1 ptr -all', lines)).result).toBe('fail')
  })

  it('exists asks for A whatever the client, a and mx for what the client is', () => {
    const zone = publishing('v=spf1 a:far.example mx:farmx.example exists:six.example -all', lines)
    check(zone, { ip: v6 })
    expect(asked(zone)).toEqual([
      'TXT d.example',
      'AAAA far.example',
      'MX farmx.example',
      'AAAA far.example',
      'A six.example',
    ])
    zone.queries.length = 0
    check(zone, { ip: `::ffff:${v4}` })
    expect(asked(zone)).toContain('A far.example')
  })

  it('mx asks for no address of the domain itself when it has no MX', () => {
    const zone = publishing('v=spf1 mx:near.example/24 -all', lines)
    expect(check(zone).result).toBe('fail')
    expect(asked(zone)).toEqual(['TXT d.example', 'MX near.example'])
  })

  it('a null MX (RFC 7505) names no server to ask for, and is an answer', () => {
    const zone = publishing('v=spf1 mx:null.example -all', lines)
    expect(check(zone)).toMatchObject({ result: 'fail', lookups: { terms: 1, void: 0 } })
    expect(asked(zone)).toEqual(['TXT d.example', 'MX null.example'])
  })

  it('within an include the domain is the included one, without it in what follows', () => {
    const zone = publishing('v=spf1 include:own.example a:%{d} -all', lines)
    expect(check(zone).result).toBe('pass')
    expect(asked(zone)).toEqual([
      'TXT d.example',
      'TXT own.example',
      'A own.example',
      'MX own.example',
      'A d.example',
    ])
  })

  it('only TXT is asked for, type 99 never', () => {
    const zone = publishing('v=spf1 include:other.example', lines)
    check(zone)
    expect(asked(zone)).toEqual(['TXT d.example', 'TXT other.example'])
  })
})

describe('records that are found, or not', () => {
  it.each<[name: string, input: Partial<SpfInput>, expected: object]>([
    ['no such domain', { sender: 'a@no.example' }, { result: 'none', reason: 'no-such-domain' }],
    ['no TXT', { sender: 'a@mx1.example' }, { result: 'none', reason: 'no-record' }],
    ['no SPF among the TXT', { sender: 'a@other.example' }, { result: 'none', reason: 'no-record' }],
    [
      'two',
      { sender: 'a@two.example' },
      { result: 'permerror', reason: { code: 'multiple-records', count: 2 } },
    ],
    ['an alias', { sender: 'a@alias-in.example' }, { result: 'pass' }],
    ['capitals', { sender: 'A@PASS.Example' }, { result: 'pass', domain: 'pass.example' }],
    ['a dot at the end', { sender: 'a@pass.example.' }, { result: 'pass', domain: 'pass.example' }],
    [
      'a null sender',
      { sender: '', helo: 'fail.example' },
      { result: 'fail', domain: 'fail.example', sender: 'postmaster@fail.example' },
    ],
    ['a domain alone', { sender: 'pass.example' }, { result: 'pass', sender: 'postmaster@pass.example' }],
    ['no local part', { sender: '@pass.example' }, { result: 'pass', sender: 'postmaster@pass.example' }],
    ['two at signs', { sender: 'a@b@pass.example' }, { result: 'pass', sender: 'a@b@pass.example' }],
    [
      'another domain',
      { sender: 'a@fail.example', domain: 'Pass.example' },
      { result: 'pass', domain: 'pass.example' },
    ],
    ['one label', { sender: 'a@localhost' }, { result: 'none', reason: 'invalid-domain' }],
    ['a literal', { sender: '', helo: '[192.0.2.1]' }, { result: 'none', reason: 'invalid-domain' }],
    ['an address', { sender: '', helo: '192.0.2.1' }, { result: 'none', reason: 'invalid-domain' }],
    ['an empty label', { sender: 'a@pass..example' }, { result: 'none', reason: 'invalid-domain' }],
    ['a dot before', { sender: 'a@.pass.example' }, { result: 'none', reason: 'invalid-domain' }],
    ['two dots after', { sender: 'a@pass.example..' }, { result: 'none', reason: 'invalid-domain' }],
    [
      'a label of 64',
      { sender: `a@${'l'.repeat(64)}.example` },
      { result: 'none', reason: 'invalid-domain' },
    ],
    [
      'a label of 63',
      { sender: `a@${'l'.repeat(63)}.example` },
      { result: 'none', reason: 'no-such-domain' },
    ],
    ['254 characters', { sender: `a@${'l.'.repeat(126)}ll` }, { result: 'none', reason: 'invalid-domain' }],
    ['253 characters', { sender: `a@${'l.'.repeat(126)}l` }, { result: 'none', reason: 'no-such-domain' }],
    ['nothing at all', { sender: '', helo: '' }, { result: 'none', reason: 'invalid-domain', domain: '' }],
    ['no address', { ip: 'x' }, { result: 'none', reason: 'invalid-ip', ip: undefined, domain: 'd.example' }],
    ['an address with a zone', { ip: 'fe80::1%eth0' }, { result: 'none', reason: 'invalid-ip' }],
    ['a network', { ip: '192.0.2.0/24' }, { result: 'none', reason: 'invalid-ip' }],
  ])('%s', (_, input, expected) => {
    expect(check(publishing('v=spf1 +all', lines), input)).toMatchObject(expected)
  })

  it('a domain with 59 TXT records has its record found', () => {
    const many = Array.from({ length: 58 }, (_, i) => `d.example TXT "token-${i}"`).join('\n')
    expect(check(publishing('v=spf1 ip4:192.0.2.1 -all', many)).result).toBe('pass')
  })

  it('a record in several strings is joined without a blank', () => {
    const zone = publishing('x', 's.example TXT "v=spf1 ip4:192.0" ".2.1 " "-all"')
    expect(check(zone, { sender: 'a@s.example' }).result).toBe('pass')
  })

  it('an address that is parsed already is taken', () => {
    const ip = parseIp(`::ffff:${v4}`)
    expect(ip.ok && check(publishing('v=spf1 ip4:192.0.2.1 -all'), { ip: ip.value })).toMatchObject({
      result: 'pass',
      ip: { text: v4 },
    })
  })
})

describe('evaluateRecord', () => {
  function evaluate(text: string, ports: Partial<SpfPorts> = {}, input: Partial<SpfInput> = {}): SpfResult {
    const record = parseRecord(text)
    if (!record.ok) throw new TypeError(text)
    const found = evaluateRecord(
      record.value,
      { ...usual, ...input },
      { resolver: publishing('v=spf1 -all', lines), ...ports },
    )
    if (found instanceof Promise) throw new TypeError(text)
    return found
  }

  it('takes a record for what the domain publishes, without asking for that', () => {
    const resolver = publishing('v=spf1 -all', lines)
    expect(evaluate('v=spf1 a exists:%{d}.no.example -all', { resolver })).toMatchObject({
      result: 'pass',
      domain: 'd.example',
      trace: { domain: 'd.example', lookup: undefined, result: 'pass' },
      chain: [{ domain: 'd.example', term: { text: 'a' } }],
    })
    expect(asked(resolver)).toEqual(['A d.example'])
  })

  it('includes what others publish, also the domain itself', () => {
    expect(evaluate('v=spf1 include:d.example ~all').result).toBe('softfail')
    expect(evaluate('v=spf1 redirect=d.example').result).toBe('fail')
  })

  it('wants a sound client and domain all the same', () => {
    expect(evaluate('v=spf1 +all', {}, { ip: 'x' })).toMatchObject({ result: 'none', reason: 'invalid-ip' })
    expect(evaluate('v=spf1 +all', {}, { sender: 'a@b' })).toMatchObject({
      result: 'none',
      reason: 'invalid-domain',
    })
  })
})
