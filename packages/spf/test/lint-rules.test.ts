import { describe, expect, it } from 'vitest'
import { formatLintProblem, lintRecord } from '../src/index.ts'

/** Every problem of a record's text as `severity code excerpt`. */
const problemsOf = (text: string | readonly string[]): string[] =>
  lintRecord(text).problems.map((problem) => `${problem.severity} ${problem.code} ${problem.text}`.trimEnd())

describe('what the text alone shows', () => {
  it.each<[text: string, problems: string[]]>([
    ['v=spf1 mx -all', []],
    ['v=spf1 mx ~all', []],
    ['v=spf1 redirect=_spf.example.org', []],
    // "all"
    ['v=spf1 mx +all', ['error passes-everyone +all']],
    ['v=spf1 mx ALL', ['error passes-everyone ALL']],
    ['v=spf1 mx ?all', ['warning neutral-all ?all']],
    ['v=spf1 mx', ['warning no-all']],
    ['v=spf1', ['warning no-all']],
    ['v=spf1 mx al1', ['error syntax al1']],
    ['', ['error syntax']],
    ['v=DMARC1; p=none', ['error syntax v=DMARC1; p=none']],
    ['v=spf1 -all mx a:b.example', ['warning after-all mx a:b.example']],
    ['v=spf1 -all exp=e.example', []],
    ['v=spf1 redirect=a.example mx -all', ['warning redirect-ignored redirect=a.example']],
    ['v=spf1 mx -all redirect=a.example', ['warning redirect-ignored redirect=a.example']],
    ['v=spf1 -all -all', ['warning after-all -all']],
    // Widths
    ['v=spf1 ip4:5.0.0.0/8 -all', ['error wide-network ip4:5.0.0.0/8']],
    ['v=spf1 ip4:5.0.0.0/9 -all', ['warning wide-network ip4:5.0.0.0/9']],
    ['v=spf1 ip4:5.0.0.0/16 -all', []],
    ['v=spf1 ip4:0.0.0.0/0 -all', ['error wide-network ip4:0.0.0.0/0']],
    ['v=spf1 ip6:2a00::/31 -all', ['warning wide-network ip6:2a00::/31']],
    ['v=spf1 ip6:2a00::/16 -all', ['error wide-network ip6:2a00::/16']],
    ['v=spf1 a/8 mx//20 -all', ['error wide-network a/8', 'warning wide-network mx//20']],
    ['v=spf1 -ip4:5.0.0.0/8 mx -all', []],
    ['v=spf1 -all ip4:5.0.0.0/8', ['warning after-all ip4:5.0.0.0/8']],
    // ptr
    ['v=spf1 ptr -all', ['warning ptr ptr']],
    ['v=spf1 ptr:example.org -all', ['warning ptr ptr:example.org']],
    ['v=spf1 exists:%{p}.x.example -all', ['advice ptr-macro exists:%{p}.x.example']],
    // Twice
    ['v=spf1 mx MX mx:a.example -all', ['advice duplicate-term MX']],
    ['v=spf1 ip4:5.6.7.8 ip4:5.6.7.8/32 -all', ['advice duplicate-term ip4:5.6.7.8/32']],
    ['v=spf1 ip4:5.6.7.8 ip4:5.6.7.0/24 -all', ['advice covered-network ip4:5.6.7.8']],
    ['v=spf1 -ip4:5.6.7.8 ip4:5.6.7.0/24 -all', []],
    ['v=spf1 ip6:2a00:1::1 ip6:2a00:1::/48 -all', ['advice covered-network ip6:2a00:1::1']],
    // Addresses
    ['v=spf1 ip4:5.6.7.8/24 -all', ['advice host-bits ip4:5.6.7.8/24']],
    ['v=spf1 ip6:2a00:1::5/48 -all', ['advice host-bits ip6:2a00:1::5/48']],
    ['v=spf1 ip4:10.1.2.3 -all', ['warning special-address ip4:10.1.2.3']],
    [
      'v=spf1 ip4:192.168.0.0/16 ip4:172.31.255.1 -all',
      ['warning special-address ip4:192.168.0.0/16', 'warning special-address ip4:172.31.255.1'],
    ],
    [
      'v=spf1 ip4:127.0.0.1 ip6:::1 -all',
      ['warning special-address ip4:127.0.0.1', 'warning special-address ip6:::1'],
    ],
    [
      'v=spf1 ip4:169.254.1.1 ip6:fe80::1 -all',
      ['warning special-address ip4:169.254.1.1', 'warning special-address ip6:fe80::1'],
    ],
    [
      'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all',
      ['warning special-address ip4:192.0.2.1', 'warning special-address ip6:2001:db8::1'],
    ],
    [
      'v=spf1 ip4:100.64.1.1 ip4:198.18.0.1 ip4:224.0.0.1 ip4:255.255.255.255 -all',
      [
        'warning special-address ip4:100.64.1.1',
        'warning special-address ip4:198.18.0.1',
        'warning special-address ip4:224.0.0.1',
        'warning special-address ip4:255.255.255.255',
      ],
    ],
    [
      'v=spf1 ip6:fd00::1 ip6:ff02::1 ip6:::ffff:5.6.7.8 -all',
      [
        'warning special-address ip6:fd00::1',
        'warning special-address ip6:ff02::1',
        'warning special-address ip6:::ffff:5.6.7.8',
      ],
    ],
    ['v=spf1 ip4:172.32.0.1 ip4:11.0.0.1 ip4:100.128.0.1 -all', []],
    // Modifiers
    ['v=spf1 mx moo=cow -all', ['advice unknown-modifier moo=cow']],
    ['v=spf1 mx rp=25 ra=postmaster -all', []],
    ['v=spf1 mx redirct=a.example -all', ['error mistaken-modifier redirct=a.example']],
    [
      'v=spf1 mx -all v=spf1 a -all',
      ['error repeated-version v=spf1', 'warning after-all v=spf1 a -all'].map((text) =>
        text.replace('after-all v=spf1 ', 'after-all '),
      ),
    ],
  ])('%s', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })
})

describe('sizes', () => {
  it('of a text that needs more than one string', () => {
    const text = `v=spf1 ${'ip4:5.6.7.8/30 '.repeat(17)}-all`
    const problems = problemsOf(text).filter((problem) => problem.includes('string'))
    expect(problems).toEqual(['advice needs-strings'])
    expect(lintRecord(text).sizes).toEqual({ record: text.length, strings: undefined, answer: undefined })
  })
  it('of a string that is too long', () => {
    const strings = ['v=spf1 ', `${'ip4:5.6.7.8/30 '.repeat(18)}-all`]
    expect(lintRecord(strings).problems[0]).toMatchObject({
      code: 'long-string',
      octets: 274,
      limit: 255,
      severity: 'error',
    })
    expect(lintRecord(strings).sizes?.strings).toEqual([7, 274])
  })
  it('of a record that may not fit into a reply', () => {
    const strings = [
      'v=spf1 ',
      ...Array.from({ length: 20 }, (_, i) => `include:part-${i}.example.org `),
      '-all',
    ]
    expect(lintRecord(strings).problems.at(-1)).toMatchObject({
      code: 'long-record',
      limit: 450,
      severity: 'advice',
    })
  })
  it('of text beyond ASCII are those of UTF-8', () => {
    expect(lintRecord('v=spf1 \u201cmx\u201d').sizes?.record).toBe(15)
    expect(lintRecord('v=spf1 \u00e2\u0080\u009cmx').sizes?.record).toBe(12)
  })
})

describe('the sentence says what to do', () => {
  it.each<[text: string, sentence: string]>([
    ['v=spf1 ipv4:192.0.2.1 -all', '"ipv4" is no mechanism: write "ip4:192.0.2.1".'],
    [
      'v=spf1 mail.example.org -all',
      '"mail.example.org" is no mechanism; perhaps "a:mail.example.org" was meant.',
    ],
    [
      'v=spf1;mx -all',
      'The record does not begin with "v=spf1" and a blank but with "v=spf1;": write "v=spf1".',
    ],
    [
      'v=spf1 mx\u00a0-all',
      '"\\xa0" may not stand here; only plain blanks and visible ASCII may: write a blank.',
    ],
    ['v=spf1 mx -all\t', '"\\x09" may not stand here; only plain blanks and visible ASCII may: remove it.'],
    ['v=spf1 mx "" -all', '"""" is no mechanism: remove it.'],
    [
      'v=spf1 mx ip4:1.2.3.4/33 -all',
      '"ip4:1.2.3.4/33" has no valid prefix length: /0 to /32 for IPv4, /0 to /128 for IPv6, and // before that of IPv6 with "a" and "mx".',
    ],
    [
      'v=spf1 ip4:5.6.7.1-5.6.7.9 -all',
      '"ip4:5.6.7.1-5.6.7.9" is a range of addresses: give networks such as 192.0.2.0/28.',
    ],
    [
      'v=spf1 ip4:5.6.7.8/24 -all',
      '"ip4:5.6.7.8/24" means "ip4:5.6.7.0/24", the whole network: write it so, or leave the length out to name one host.',
    ],
    [
      'v=spf1 mx +all',
      '"+all" lets every host in the world send as this domain: end the record with -all, or ~all for a trial.',
    ],
    [
      'v=spf1 mx',
      'The record says nothing about hosts that are not listed: end it with -all, or with ~all for a trial.',
    ],
    [
      'v=spf1 ip4=5.6.7.8 -all',
      '"ip4=5.6.7.8" means nothing, and receivers skip it; "ip4" was meant: write "ip4:5.6.7.8".',
    ],
    ['', 'The record is empty.'],
    ['v=spf1 - -all', '"-" is no mechanism; perhaps it is to go.'],
    [
      'x. IN SPF "v=spf1 -all"',
      'The record does not begin with "v=spf1" and a blank but with "x. IN SPF \\"v=spf1": write "v=spf1".',
    ],
  ])('%s', (text, sentence) => {
    expect(
      formatLintProblem(lintRecord(text).problems[0]!).replaceAll('"x. IN SPF "v', '"x. IN SPF \\"v'),
    ).toBe(sentence)
  })
})
