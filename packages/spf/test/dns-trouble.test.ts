// No answer from the DNS: temperror wherever it happens, but where the standard says otherwise. RFC 7208 §4.4, §5, §5.5, §6.2.
import type { TempReason } from '@postern/dns'
import { describe, expect, it } from 'vitest'
import { check, publishing } from './check.ts'

const lines = `
a.example   A     198.51.100.1
a.example   AAAA  2001:db8:1::1
b.example   A     192.0.2.1
mx.example  MX    1 a.example
mx.example  MX    2 b.example
alias.example CNAME a.example
in.example  TXT   "v=spf1 a:a.example include:in2.example ~all"
in2.example TXT   "v=spf1 exists:x.example -all"
why.example TXT   "because"
1.2.0.192.in-addr.arpa PTR a.example
1.2.0.192.in-addr.arpa PTR b.example
`

const run = (record: string, failures: Record<string, TempReason>, ip = '192.0.2.1') =>
  check(publishing(record, lines, { failures }), { ip })

describe('temperror', () => {
  it.each<[record: string, failing: string, lookup: [type: string, name: string], path: string[]]>([
    ['v=spf1 +all', 'd.example TXT', ['TXT', 'd.example'], ['d.example']],
    ['v=spf1 a -all', 'd.example A', ['A', 'd.example'], ['d.example']],
    ['v=spf1 a:a.example +all', 'a.example A', ['A', 'a.example'], ['d.example']],
    ['v=spf1 ?a:alias.example +all', 'a.example A', ['A', 'alias.example'], ['d.example']],
    ['v=spf1 mx:mx.example +all', 'mx.example MX', ['MX', 'mx.example'], ['d.example']],
    ['v=spf1 mx:mx.example +all', 'a.example A', ['A', 'a.example'], ['d.example']],
    ['v=spf1 mx:mx.example +all', 'b.example', ['A', 'b.example'], ['d.example']],
    ['v=spf1 exists:x.example +all', 'x.example A', ['A', 'x.example'], ['d.example']],
    ['v=spf1 include:in.example +all', 'in.example TXT', ['TXT', 'in.example'], ['d.example', 'in.example']],
    ['v=spf1 include:in.example +all', 'a.example A', ['A', 'a.example'], ['d.example', 'in.example']],
    [
      'v=spf1 include:in.example +all',
      'in2.example TXT',
      ['TXT', 'in2.example'],
      ['d.example', 'in.example', 'in2.example'],
    ],
    [
      'v=spf1 ?include:in.example +all',
      'x.example A',
      ['A', 'x.example'],
      ['d.example', 'in.example', 'in2.example'],
    ],
    ['v=spf1 redirect=in.example', 'in.example TXT', ['TXT', 'in.example'], ['d.example', 'in.example']],
    ['v=spf1 redirect=in.example', 'a.example A', ['A', 'a.example'], ['d.example', 'in.example']],
  ])('%s, without %s', (record, failing, [type, name], path) => {
    for (const reason of ['timeout', 'servfail', 'refused', 'network'] as const)
      expect(run(record, { [failing]: reason })).toMatchObject({
        result: 'temperror',
        reason,
        lookup: { name, type },
        path,
        domain: 'd.example',
      })
  })

  it('for AAAA as for A', () => {
    const failures = { 'a.example AAAA': 'servfail' } as const
    expect(run('v=spf1 a:a.example +all', failures, '2001:db8::1')).toMatchObject({
      result: 'temperror',
      lookup: { type: 'AAAA' },
    })
    expect(run('v=spf1 a:a.example +all', failures).result).toBe('pass')
  })

  it('not for what comes after the decision', () => {
    expect(run('v=spf1 ip4:192.0.2.1 a:a.example -all', { 'a.example': 'servfail' }).result).toBe('pass')
    expect(run('v=spf1 -all redirect=in.example', { 'in.example': 'servfail' }).result).toBe('fail')
    // The mail server asked for first has matched.
    expect(run('v=spf1 mx:mx.example -all', { 'b.example': 'servfail' }).result).toBe('temperror')
    expect(
      check(
        publishing('v=spf1 mx:mx.example -all', `${lines}\na.example A 192.0.2.1`, {
          failures: { 'b.example': 'servfail' },
        }),
      ).result,
    ).toBe('pass')
  })

  it('is not overtaken by an error in what comes later', () => {
    expect(run('v=spf1 a:a.example include:no.example', { 'a.example': 'timeout' }).result).toBe('temperror')
    expect(run('v=spf1 include:no.example a:a.example', { 'a.example': 'timeout' }).result).toBe('permerror')
  })
})

describe('where trouble is no temperror', () => {
  it.each([
    ['the PTR lookup: no match', 'v=spf1 ptr:b.example -all', '1.2.0.192.in-addr.arpa', 'fail'],
    ['a name of the client: it is left out', 'v=spf1 ptr:b.example -all', 'a.example', 'pass'],
    ['a name of the client, the one that counts', 'v=spf1 ptr:b.example -all', 'b.example', 'fail'],
    ['%{p}', 'v=spf1 exists:%{p}.x.example -all', '1.2.0.192.in-addr.arpa', 'fail'],
    ['exp=', 'v=spf1 -all exp=why.example', 'why.example', 'fail'],
    ['%{p} in exp=', 'v=spf1 -all exp=%{p}.example', '1.2.0.192.in-addr.arpa', 'fail'],
  ])('%s', (_, record, failing, expected) => {
    for (const reason of ['timeout', 'servfail'] as const)
      expect(run(record, { [failing]: reason })).toMatchObject({
        result: expected,
        lookups: { terms: expect.any(Number) },
      })
  })

  it('and it does not count as void', () => {
    expect(run('v=spf1 ptr ptr ptr -all', { '1.2.0.192.in-addr.arpa': 'servfail' })).toMatchObject({
      result: 'fail',
      lookups: { terms: 3, void: 0 },
    })
  })
})
