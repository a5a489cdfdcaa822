// What a result says about how it came about: chain, path, trace, counts, and the sentence for people.
import type { TempReason } from '@postern/dns'
import { describe, expect, it } from 'vitest'
import {
  decidingStep,
  formatSpfReason,
  type RecordTrace,
  type SpfInput,
  type SpfResult,
} from '../src/index.ts'
import { check, publishing } from './check.ts'

const lines = `
in.example    TXT "v=spf1 a:h.example include:deep.example -all"
deep.example  TXT "v=spf1 ip4:192.0.2.0/24 -all"
red.example   TXT "v=spf1 mx redirect=deep.example"
soft.example  TXT "v=spf1 ~all"
empty.example TXT "v=spf1"
broken.example TXT "v=spf1 ip4:192.0.2.1  ipv4:1 -all"
h.example     A   198.51.100.1
red.example   MX  1 h.example
crowd.example MX  1 h.example
crowd.example MX  2 no.example
`
const run = (record: string, input: Partial<SpfInput> = {}, failures: Record<string, TempReason> = {}) =>
  check(publishing(record, lines, { failures }), input, { limits: { mxNames: 1 } })

const chainOf = (result: SpfResult) =>
  'chain' in result
    ? result.chain.map(({ domain, term }) => `${domain} ${term?.text ?? '(nothing)'}`)
    : undefined

describe('chain', () => {
  it.each<[record: string, ip: string, chain: string[]]>([
    ['v=spf1 ip4:192.0.2.1 -all', '192.0.2.1', ['d.example ip4:192.0.2.1']],
    ['v=spf1 ip4:192.0.2.2 -all', '192.0.2.1', ['d.example -all']],
    ['v=spf1 ip4:192.0.2.2', '192.0.2.1', ['d.example (nothing)']],
    [
      'v=spf1 redirect=empty.example',
      '192.0.2.1',
      ['d.example redirect=empty.example', 'empty.example (nothing)'],
    ],
    [
      'v=spf1 include:in.example -all',
      '192.0.2.1',
      ['d.example include:in.example', 'in.example include:deep.example', 'deep.example ip4:192.0.2.0/24'],
    ],
    [
      'v=spf1 -include:deep.example ?all',
      '192.0.2.1',
      ['d.example -include:deep.example', 'deep.example ip4:192.0.2.0/24'],
    ],
    // An include that did not match is no link of it.
    ['v=spf1 include:in.example ~all', '203.0.113.1', ['d.example ~all']],
    [
      'v=spf1 include:soft.example redirect=red.example',
      '192.0.2.9',
      [
        'd.example redirect=red.example',
        'red.example redirect=deep.example',
        'deep.example ip4:192.0.2.0/24',
      ],
    ],
    ['v=spf1 a:h.example a:h.example -all', '198.51.100.1', ['d.example a:h.example']],
  ])('%s for %s', (record, ip, chain) => {
    const result = run(record, { ip })
    expect(chainOf(result)).toEqual(chain)
    if ('chain' in result) {
      const step = decidingStep(result)
      expect(`${step.domain} ${step.term?.text ?? '(nothing)'}`).toBe(chain[chain.length - 1])
      expect(step.record.text).toContain('v=spf1')
    }
  })

  it('is not there without a verdict of a record', () => {
    for (const record of ['x', 'v=spf1 foo', 'v=spf1 include:no.example'])
      expect(run(record)).not.toHaveProperty('chain')
  })
})

describe('permerror', () => {
  it.each<[record: string, expected: object]>([
    [
      'v=spf1 include:broken.example -all',
      {
        reason: {
          code: 'syntax',
          syntax: 'unknown-mechanism',
          at: 22,
          text: 'v=spf1 ip4:192.0.2.1  ipv4:1 -all',
        },
        path: ['d.example', 'broken.example'],
        term: undefined,
      },
    ],
    [
      'v=spf1 include:in.example include:h.example -all',
      {
        reason: { code: 'no-record-at-target', name: 'h.example' },
        path: ['d.example'],
        term: { text: 'include:h.example', at: 26 },
      },
    ],
    [
      'v=spf1 redirect=no.%{d}',
      {
        reason: { code: 'no-record-at-target', name: 'no.d.example' },
        path: ['d.example'],
        term: { kind: 'redirect' },
      },
    ],
    [
      'v=spf1 mx:crowd.example',
      { reason: { code: 'too-many-mx', limit: 1, name: 'crowd.example' }, path: ['d.example'] },
    ],
  ])('%s', (record, expected) => {
    expect(run(record, { ip: '203.0.113.1' })).toMatchObject({ result: 'permerror', ...expected })
  })
})

describe('trace', () => {
  /** A trace in short: domain, result, and each term with what it asked. */
  const short = (trace: RecordTrace | undefined): unknown =>
    trace && [
      trace.domain,
      trace.result,
      ...trace.terms.map(({ term, target, lookups, isVoid, matched, record }) => [
        `${term.text} ${target}${matched ? ' matched' : ''}${isVoid ? ' void' : ''}`,
        ...lookups.map(({ type, name, answer }) => `${type} ${name} ${answer.kind}`),
        ...(record ? [short(record)] : []),
      ]),
    ]

  it('is the tree of what was looked at', () => {
    const result = run('v=spf1 ip4:192.0.2.2 exists:no.%{d} include:in.example redirect=red.example', {
      ip: '203.0.113.1',
    })
    expect(result.lookups).toEqual({ terms: 7, void: 1 })
    expect(short(result.trace)).toEqual([
      'd.example',
      'fail',
      ['exists:no.%{d} no.d.example void', 'A no.d.example nxdomain'],
      [
        'include:in.example in.example',
        [
          'in.example',
          'fail',
          ['a:h.example h.example', 'A h.example records'],
          ['include:deep.example deep.example', ['deep.example', 'fail']],
        ],
      ],
      [
        'redirect=red.example red.example matched',
        [
          'red.example',
          'fail',
          ['mx red.example', 'MX red.example records', 'A h.example records'],
          ['redirect=deep.example deep.example matched', ['deep.example', 'fail']],
        ],
      ],
    ])
  })

  it('ends where the evaluation ended', () => {
    const failed = run(
      'v=spf1 a:h.example include:in.example a:h.example',
      { ip: '203.0.113.1' },
      { 'deep.example': 'servfail' },
    )
    expect(short(failed.trace)).toEqual([
      'd.example',
      'temperror',
      ['a:h.example h.example', 'A h.example records'],
      [
        'include:in.example in.example',
        [
          'in.example',
          'temperror',
          ['a:h.example h.example', 'A h.example records'],
          ['include:deep.example deep.example', ['deep.example', 'temperror']],
        ],
      ],
    ])
    expect(failed.trace?.decisive).toMatchObject({ text: 'include:in.example' })
  })

  it('has the question for each record, and the record', () => {
    const { trace } = run('v=spf1 include:in.example')
    expect(trace).toMatchObject({
      lookup: { name: 'd.example', type: 'TXT', answer: { kind: 'records', ttl: 60 } },
      record: { text: 'v=spf1 include:in.example' },
      decisive: { text: 'include:in.example' },
      terms: [{ record: { lookup: { name: 'in.example' }, record: { directives: [{}, {}, {}] } } }],
    })
    expect(run('x').trace).toMatchObject({
      result: 'none',
      record: undefined,
      decisive: undefined,
      terms: [],
    })
  })

  it('has all lookups of a term again where another asked for the same', () => {
    const pointers = '1.2.0.192.in-addr.arpa PTR h.example'
    const result = check(
      publishing('v=spf1 ptr ptr:x.example a:h.example a:h.example -all', `${lines}\n${pointers}`),
    )
    const pair = ['PTR 1.2.0.192.in-addr.arpa records', 'A h.example records']
    expect(short(result.trace)).toEqual([
      'd.example',
      'fail',
      ['ptr d.example', ...pair],
      ['ptr:x.example x.example', ...pair],
      ['a:h.example h.example', 'A h.example records'],
      ['a:h.example h.example', 'A h.example records'],
    ])
  })

  it('is not there when nothing could be asked', () => {
    for (const input of [{ ip: 'x' }, { sender: 'a@b' }])
      expect(run('v=spf1 -all', input)).toMatchObject({ trace: undefined, lookups: { terms: 0, void: 0 } })
  })
})

describe('formatSpfReason', () => {
  const long = `${'l'.repeat(60)}.${'m'.repeat(60)}.example`

  it.each<
    [record: string, sentence: string, input?: Partial<SpfInput>, failures?: Record<string, TempReason>]
  >([
    ['v=spf1 ip4:192.0.2.1', 'd.example authorizes 192.0.2.1 (ip4:192.0.2.1)'],
    ['v=spf1 +A:H.EXAMPLE -ALL', 'd.example does not authorize 192.0.2.1 (-all)'],
    ['v=spf1 ~all', 'd.example probably does not authorize 192.0.2.1 (~all)'],
    ['v=spf1 ?all', 'd.example says nothing about 192.0.2.1 (?all)'],
    ['v=spf1', 'd.example says nothing about 192.0.2.1 (no mechanism matches)'],
    [
      'v=spf1 include:in.example',
      'd.example authorizes 192.0.2.1 (ip4:192.0.2.0/24 in the record of deep.example)',
    ],
    ['v=spf1 -all', 'd.example does not authorize 2001:db8::1 (-all)', { ip: '2001:DB8::1' }],
    ['x', 'd.example has no SPF record'],
    ['x', 'no.example does not exist', { sender: 'a@no.example' }],
    ['x', '"b" is no domain that could have an SPF record', { sender: 'a@b' }],
    ['x', '"caf? .example" is no domain that could have an SPF record', { sender: 'a@caf\u00e9 .example' }],
    ['x', 'the address of the client cannot be read', { ip: 'x' }],
    ['x', 'the DNS gave no answer about TXT of d.example (timeout)', {}, { 'd.example': 'timeout' }],
    ['v=spf1 include:broken.example', 'an unknown mechanism at "ipv4:1" in the SPF record of broken.example'],
    ['v=spf1 a:\xff', 'a character that may not stand there at "a:?" in the SPF record of d.example'],
    ['v=spf1 include: -all', 'a domain is missing at "include:" in the SPF record of d.example'],
    [
      `v=spf1 exists:${long}`,
      `more than 0 terms for which the DNS has nothing, too many at "exists:${long.slice(0, 70)}..." in the SPF record of d.example`,
    ],
    [
      'v=spf1 include:no.example',
      '"include:no.example" leads to no.example, which has no SPF record, in the SPF record of d.example',
    ],
    [
      'v=spf1 mx:crowd.example',
      'more than 1 mail servers of crowd.example behind "mx:crowd.example" in the SPF record of d.example',
    ],
    [
      'v=spf1 a:h.example a:h.example a:h.example a:h.example',
      'more than 3 terms that ask the DNS, too many at "a:h.example" in the SPF record of d.example',
    ],
  ])('%s: %s', (record, sentence, input = {}, failures = {}) => {
    const zone = publishing(record, lines, { failures })
    const result = check(zone, input, { limits: { terms: 3, voidTerms: 0, mxNames: 1 } })
    expect(formatSpfReason(result)).toBe(sentence)
  })

  it('is printable, and short whatever the client says', () => {
    const texts = ['l', '\0', '\u00e9', 'l.', '%', '"'].map((piece) => piece.repeat(60_000))
    for (const text of texts)
      for (const input of [
        { sender: text },
        { sender: '', helo: `${text}.example` },
        { sender: `a@${text}` },
        { ip: text },
      ])
        expect(formatSpfReason(check(publishing('x'), input))).toMatch(/^[ -~]{1,200}$/)
  })

  it('of two records', () => {
    const zone = publishing('v=spf1 -all', 'd.example TXT "v=spf1 ~all"')
    expect(formatSpfReason(check(zone))).toBe(
      '2 SPF records where there may be one, found in the SPF record of d.example',
    )
  })
})
