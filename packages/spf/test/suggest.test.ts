import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatSpfSuggestion,
  formatZoneLine,
  parseRecord,
  type SpfSuggestFacts,
  splitRecord,
  suggestRecords,
} from '../src/index.ts'

const mail = { name: 'mx.example.org', addresses: ['5.6.7.8', '2a00::8'] }
const nothing: SpfSuggestFacts = { domain: 'example.org', servers: [], addresses: [] }

const rowsOf = (facts: SpfSuggestFacts): string[] =>
  suggestRecords(facts).map(
    ({ code, name, record }) => `${code} ${name === 'example.org' ? '' : `${name} `}${record}`,
  )

describe('what a domain could publish', () => {
  it.each<[what: string, facts: Partial<SpfSuggestFacts>, suggestions: string[]]>([
    [
      'mail servers alone',
      { servers: [mail] },
      [
        'mx v=spf1 mx -all',
        'addresses v=spf1 ip4:5.6.7.8 ip6:2a00::8 -all',
        'trial v=spf1 mx ~all',
        'no-mail v=spf1 -all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'a web server beside them',
      { servers: [mail], addresses: ['5.6.7.9'] },
      [
        'mx v=spf1 mx -all',
        'a-mx v=spf1 a mx -all',
        'addresses v=spf1 ip4:5.6.7.8 ip6:2a00::8 -all',
        'trial v=spf1 mx ~all',
        'no-mail v=spf1 -all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'a domain name that is the mail server',
      { servers: [{ name: 'example.org', addresses: ['5.6.7.8'] }], addresses: ['5.6.7.8'] },
      [
        'mx v=spf1 mx -all',
        'addresses v=spf1 ip4:5.6.7.8 -all',
        'trial v=spf1 mx ~all',
        'no-mail v=spf1 -all',
      ],
    ],
    [
      'a host without mail servers',
      { addresses: ['5.6.7.8'] },
      ['a v=spf1 a -all', 'addresses v=spf1 ip4:5.6.7.8 -all', 'trial v=spf1 a ~all', 'no-mail v=spf1 -all'],
    ],
    ['neither mail servers nor addresses', {}, ['no-mail v=spf1 -all']],
    [
      'mail servers of somebody else',
      { servers: [{ name: 'mx.provider.example', addresses: ['5.6.7.8'] }] },
      [
        'mx v=spf1 mx -all',
        'addresses v=spf1 ip4:5.6.7.8 -all',
        'trial v=spf1 mx ~all',
        'no-mail v=spf1 -all',
      ],
    ],
    [
      'senders that are mail servers',
      { servers: [mail], addresses: ['5.6.7.9'], senders: ['5.6.7.8'] },
      [
        'mx v=spf1 mx -all',
        'addresses v=spf1 ip4:5.6.7.8 -all',
        'trial v=spf1 mx ~all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'senders of the domain name',
      { servers: [mail], addresses: ['5.6.7.9'], senders: ['5.6.7.8', '5.6.7.9'] },
      [
        'a-mx v=spf1 a mx -all',
        'addresses v=spf1 ip4:5.6.7.8 ip4:5.6.7.9 -all',
        'trial v=spf1 a mx ~all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'senders of no name',
      { servers: [mail], addresses: ['5.6.7.9'], senders: ['5.6.7.10', '2a00::10', '5.6.7.8', '5.6.7.10'] },
      [
        'mx-and-addresses v=spf1 mx ip4:5.6.7.10 ip6:2a00::10 -all',
        'addresses v=spf1 ip4:5.6.7.10 ip4:5.6.7.8 ip6:2a00::10 -all',
        'trial v=spf1 mx ip4:5.6.7.10 ip6:2a00::10 ~all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'a current record with includes',
      {
        servers: [mail],
        current: 'v=spf1 a mx include:_spf.p.example ?exists:%{i}.x.example exp=e.example -all',
      },
      [
        'mx v=spf1 mx include:_spf.p.example ?exists:%{i}.x.example exp=e.example -all',
        'addresses v=spf1 ip4:5.6.7.8 ip6:2a00::8 include:_spf.p.example ?exists:%{i}.x.example exp=e.example -all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
    [
      'a record that says that no mail is sent',
      { servers: [{ name: 'mx.p.example', addresses: ['5.6.7.8'] }], current: 'v=spf1 -all' },
      ['no-mail v=spf1 -all', 'mx v=spf1 mx -all', 'addresses v=spf1 ip4:5.6.7.8 -all'],
    ],
    [
      'a mail server that has a record',
      { servers: [{ ...mail, record: 'v=spf1 a -all' }], current: 'v=spf1 mx -all' },
      ['mx v=spf1 mx -all', 'addresses v=spf1 ip4:5.6.7.8 ip6:2a00::8 -all'],
    ],
    [
      'a host of its own that says HELO',
      { servers: [mail], hosts: ['out.example.org', 'out.elsewhere.example'], current: 'v=spf1 mx ?all' },
      [
        'mx v=spf1 mx -all',
        'addresses v=spf1 ip4:5.6.7.8 ip6:2a00::8 -all',
        'trial v=spf1 mx ~all',
        'host out.example.org v=spf1 a -all',
        'host mx.example.org v=spf1 a -all',
      ],
    ],
  ])('%s', (_, facts, suggestions) => {
    expect(rowsOf({ ...nothing, ...facts })).toEqual(suggestions)
  })
  it('what would change, what it costs, and the line for the zone', () => {
    const [first] = suggestRecords({
      ...nothing,
      servers: [mail],
      current: 'V=SPF1 A MX include:p.example ~ALL',
    })
    expect(first).toEqual({
      code: 'mx',
      name: 'example.org',
      record: 'v=spf1 mx include:p.example -all',
      zoneLine: 'example.org. IN TXT "v=spf1 mx include:p.example -all"',
      lookups: 2,
      change: { added: ['-all'], removed: ['a', '~all'] },
    })
  })
  it('a current record that cannot be read is left out', () => {
    const [first] = suggestRecords({
      ...nothing,
      servers: [mail],
      current: 'v=spf1 include:p.example ipv4:1',
    })
    expect(first).toMatchObject({ record: 'v=spf1 mx -all', change: undefined })
  })
  it('each is a record, whatever the facts', () => {
    const addresses = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { maxLength: 5 })
    const facts = fc.record({
      domain: fc.domain(),
      servers: fc.array(fc.record({ name: fc.domain(), addresses }), { maxLength: 3 }),
      addresses,
      senders: fc.option(addresses, { nil: undefined }),
      current: fc.option(fc.oneof(fc.string(), fc.constant('v=spf1 redirect=a.example moo=%{d}')), {
        nil: undefined,
      }),
    })
    fc.assert(
      fc.property(facts, (given) => {
        const suggestions = suggestRecords(given)
        expect(suggestions.length).toBeGreaterThan(0)
        for (const suggestion of suggestions) {
          expect(parseRecord(suggestion.record)).toMatchObject({ ok: true })
          expect(formatSpfSuggestion(suggestion)).toMatch(/^[A-Z].*\.$/)
        }
      }),
    )
  })
})

describe('a line of a zone file', () => {
  it.each([
    ['example.org', 'v=spf1 mx -all', 'example.org. IN TXT "v=spf1 mx -all"'],
    ['example.org.', 'v=spf1 x="\\" -all', 'example.org. IN TXT "v=spf1 x=\\"\\\\\\" -all"'],
  ])('%s %s', (name, record, line) => {
    expect(formatZoneLine(name, record)).toBe(line)
  })
  it('has strings of 255 octets at most, which joined are the record', () => {
    const networks = fc
      .array(fc.ipV4(), { maxLength: 60 })
      .map((list) => ['v=spf1', ...list.map((ip) => `ip4:${ip}`), '-all'].join(' '))
    fc.assert(
      fc.property(fc.oneof(networks, fc.string({ maxLength: 1200 })), (record) => {
        const strings = splitRecord(record)
        expect(strings.join('')).toBe(record)
        for (const string of strings) expect(string.length).toBeLessThanOrEqual(255)
      }),
    )
  })
  it('is split behind blanks', () => {
    const strings = splitRecord(`v=spf1 ${'ip4:192.0.2.1 '.repeat(30)}-all`)
    expect(strings).toHaveLength(2)
    expect(strings[0]).toMatch(/ $/)
    expect(strings[1]).toMatch(/^ip4:/)
  })
})
