import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintRecord, parseRecord, type SpfProblem } from '../src/index.ts'

const textFaults = (text: string | readonly string[]): readonly SpfProblem[] =>
  lintRecord(text).problems.filter(({ severity }) => severity === 'error')

describe('a text that clearly means something else is mended', () => {
  it.each<[text: string, fixed: string]>([
    // The version.
    ['v=spf1;mx -all', 'v=spf1 mx -all'],
    ['v=spf1: mx -all', 'v=spf1 mx -all'],
    ['v=spf2 mx -all', 'v=spf1 mx -all'],
    ['v=spf mx -all', 'v=spf1 mx -all'],
    ['v=spf1.0 mx -all', 'v=spf1 mx -all'],
    ['v=spf10 mx -all', 'v=spf1 mx -all'],
    ['v = spf1 mx -all', 'v=spf1 mx -all'],
    ['v=sfp1 mx -all', 'v=spf1 mx -all'],
    ['spf1 mx -all', 'v=spf1 mx -all'],
    [' v=spf1 mx -all', 'v=spf1 mx -all'],
    ['v=spf1include:_spf.example.org -all', 'v=spf1 include:_spf.example.org -all'],
    ['v=spf1-all', 'v=spf1 -all'],
    ['v=spf1"', 'v=spf1'],
    // A line of a zone file, and what its quotes leave.
    ['example.org. IN TXT "v=spf1 mx -all"', 'v=spf1 mx -all'],
    ['@ 3600 IN TXT ( "v=spf1 mx -all" )', 'v=spf1 mx -all'],
    ['example.org. 300 IN SPF "v=spf1 mx -all"', 'v=spf1 mx -all'],
    ['"v=spf1 ip4:192.0.2.1 " "mx -all"', 'v=spf1 ip4:192.0.2.1 mx -all'],
    ["'v=spf1 mx -all'", 'v=spf1 mx -all'],
    ['\\"v=spf1 mx -all\\"', 'v=spf1 mx -all'],
    // Blanks and signs of word processors, as text and as bytes.
    ['v=spf1 \u201cmx\u201d \u2013all', 'v=spf1 mx -all'],
    ['v=spf1 mx\u00a0-all', 'v=spf1 mx -all'],
    ['v=spf1 mx\u00c2\u00a0a \u00e2\u0080\u0093all', 'v=spf1 mx a -all'],
    ['v=spf1 mx\u200b \u223call', 'v=spf1 mx ~all'],
    ['v=spf1\tmx\t-all\r\n', 'v=spf1 mx -all'],
    ['v=spf1 ip4\uff1a192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    // Names.
    ['v=spf1 ipv4:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['v=spf1 ip:192.0.2.1 ip:2001:db8::1 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all'],
    ['v=spf1 includes:_spf.example.org -all', 'v=spf1 include:_spf.example.org -all'],
    ['v=spf1 inlcude:_spf.example.org -all', 'v=spf1 include:_spf.example.org -all'],
    ['v=spf1 mxx -al', 'v=spf1 mx -all'],
    ['v=spf1 redirect:_spf.example.org', 'v=spf1 redirect=_spf.example.org'],
    ['v=spf1 redirct=_spf.example.org', 'v=spf1 redirect=_spf.example.org'],
    ['v=spf1 ip4=192.0.2.1 include=a.example -all', 'v=spf1 ip4:192.0.2.1 include:a.example -all'],
    ['v=spf1 -redirect=a.example', 'v=spf1 redirect=a.example'],
    ['v=spf1 mx --all', 'v=spf1 mx -all'],
    // A mechanism of the wrong kind.
    ['v=spf1 192.0.2.1 2001:db8::/32 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all'],
    ['v=spf1 ip4:2001:db8::1 ip6:192.0.2.1 -all', 'v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 -all'],
    [
      'v=spf1 a:192.0.2.1 mx:192.0.2.2 include:192.0.2.0/24 -all',
      'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.0/24 -all',
    ],
    ['v=spf1 ip4:mail.example.org -all', 'v=spf1 a:mail.example.org -all'],
    // Addresses.
    ['v=spf1 ip4:192.0.2.0/255.255.255.0 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 ip4:192.0.2.* ip4:198.51.*.* -all', 'v=spf1 ip4:192.0.2.0/24 ip4:198.51.0.0/16 -all'],
    ['v=spf1 ip6:[2001:db8::1] -all', 'v=spf1 ip6:2001:db8::1 -all'],
    ['v=spf1 ip4:192.0.2.1/ -all', 'v=spf1 ip4:192.0.2.1 -all'],
    [
      'v=spf1 a/24:example.org a:example.org/64 a/24/64 -all',
      'v=spf1 a:example.org/24 a:example.org//64 a/24//64 -all',
    ],
    // Blanks too many or missing.
    ['v=spf1 ip4: 192.0.2.1 include example.org - all', 'v=spf1 ip4:192.0.2.1 include:example.org -all'],
    ['v=spf1 a :example.org redirect= b.example', 'v=spf1 a:example.org redirect=b.example'],
    ['v=spf1 ip4:192.0.2.1ip4:192.0.2.2-all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all'],
    [
      'v=spf1 include_spf.example.org ip4192.0.2.1 ~all',
      'v=spf1 include:_spf.example.org ip4:192.0.2.1 ~all',
    ],
    ['v=spf1 include:_spf.a.example-all', 'v=spf1 include:_spf.a.example -all'],
    // Commas and semicolons.
    [
      'v=spf1 ip4:192.0.2.1,192.0.2.2,ip4:192.0.2.3 -all;',
      'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 -all',
    ],
    ['v=spf1 include:a.example,include:b.example -all', 'v=spf1 include:a.example include:b.example -all'],
    ['v=spf1 mx, a; -all.', 'v=spf1 mx a -all'],
    // Twice.
    ['v=spf1 redirect=a.example redirect=a.example', 'v=spf1 redirect=a.example'],
    ['v=spf1 v=spf1 mx -all', 'v=spf1 mx -all'],
  ])('%s', (text, fixed) => {
    expect(lintRecord(text).fixed).toBe(fixed)
    expect(textFaults(fixed)).toEqual([])
  })
})

describe('where more than one thing may be meant, nothing is mended', () => {
  it.each<[text: string, guess: string | undefined]>([
    ['v=spf1 mail.example.org -all', 'a:mail.example.org'],
    ['v=spf1 ip4:192.000.002.001 -all', 'ip4:192.0.2.1'],
    ['v=spf1 ip4:192.0.2 -all', 'ip4:192.0.2.0/24'],
    ['v=spf1 ip4:192.0.2.1:25 -all', 'ip4:192.0.2.1'],
    ['v=spf1 include:user@example.org -all', 'include:example.org'],
    ['v=spf1 ip4:192.0.2.1-192.0.2.9 -all', undefined],
    ['v=spf1 ip4:192.0.2.1/33 -all', undefined],
    ['v=spf1 http://example.org -all', undefined],
    ['v=spf1 exists:%{x} -all', undefined],
    ['v=spf1 redirect=a.example redirect=b.example', undefined],
    ['v=spf1 mx -all v=spf1 a -all', ''],
    ['v=spf1 ip5:192.0.2.1 -all', undefined],
    ['v=DMARC1; p=none', undefined],
    ['spf2.0/mfrom,pra +mx -all', undefined],
    ['', undefined],
    ['mx', undefined],
  ])('%s', (text, guess) => {
    const [problem] = textFaults(text)
    expect(lintRecord(text).fixed).toBeUndefined()
    expect(problem && 'fix' in problem ? problem.fix?.text : undefined).toBe(guess)
    expect(problem && 'fix' in problem ? (problem.fix?.isSure ?? false) : false).toBe(false)
  })
})

describe('the place of each fault is told', () => {
  it.each<[text: string, faults: [syntax: string, excerpt: string][]]>([
    [
      'v=spf1 ipv4:192.0.2.1 foo mx/33 ip4:1.2.3 exists:%{z} -all',
      [
        ['unknown-mechanism', 'ipv4'],
        ['unknown-mechanism', 'foo'],
        ['bad-prefix-length', '/33'],
        ['bad-address', ''],
        ['bad-macro', '%{z}'],
      ],
    ],
    [
      'v=spf1\u00a0mx\ta',
      [
        ['not-spf', 'v=spf1'],
        ['bad-character', '\t'],
      ],
    ],
    ['v=spf1 a:ex\u00e4mple.org -all', [['bad-character', '\u00e4']]],
    [
      'v=spf1 a:%{c}.example include: all:x',
      [
        ['macro-not-here', '%{c}'],
        ['missing-domain', ''],
        ['unexpected-argument', ':x'],
      ],
    ],
    ['v=spf1 exp=a.example mx EXP=b.example', [['duplicate-modifier', 'EXP=b.example']]],
    ['v=spf1 ip4: 192.0.2.1', [['missing-address', 'ip4: 192.0.2.1']]],
  ])('%s', (text, faults) => {
    const found = textFaults(text)
    expect(
      found.map((problem) => [problem.code === 'syntax' ? problem.syntax : problem.code, problem.text]),
    ).toEqual(faults)
    for (const { at = 0, length, text: excerpt } of found) expect(text.slice(at, at + length)).toBe(excerpt)
  })
})

it('strings that were joined without a blank are told apart', () => {
  const report = lintRecord(['v=spf1 ip4:192.0.2.1', 'include:a.example -all'])
  expect(report.problems[0]).toMatchObject({ code: 'syntax', isAtStringEnd: true, at: 20 })
  expect(report.fixed).toBe('v=spf1 ip4:192.0.2.1 include:a.example -all')
})

it.each([
  'V=SPF1 MX -ALL',
  'v=spf1  mx   -all  ',
  'v=spf1',
  'v=spf1 a:_x.Example.org. -all',
  'v=spf1 a.b=c rp=postmaster -all',
])('%j has no fault', (text) => {
  expect(textFaults(text)).toEqual([])
  expect(lintRecord(text).fixed).toBeUndefined()
})

describe('any text', () => {
  const words = fc.constantFrom(
    ...[
      'v=spf1',
      ' ',
      ' ',
      ' ',
      '-',
      '~',
      '+',
      'all',
      'mx',
      'a',
      'ip4',
      'ip6',
      'include',
      ':',
      '=',
      '/',
      '//',
      '24',
      ',',
    ],
    ...[
      '192.0.2.1',
      '2001:db8::',
      'example.org',
      '%{d}',
      '%{',
      '"',
      '\u201c',
      '\u00a0',
      '\0',
      '\t',
      'redirect=',
      'exp=',
      ';',
      'ptr',
    ],
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(words, { maxLength: 30 }).map((parts) => `v=spf1 ${parts.join('')}`),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
  )
  it('has a syntax problem when, and only when, it cannot be parsed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const hasFault = lintRecord(text).problems.some(({ code }) => code === 'syntax')
        expect(hasFault).toBe(!parseRecord(text).ok)
      }),
      { numRuns: 2000 },
    )
  })
  it('is mended into a record, or not at all', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { fixed } = lintRecord(text)
        if (fixed === undefined) return
        expect(parseRecord(fixed).ok).toBe(true)
        expect(textFaults(fixed).filter(({ code }) => code === 'syntax')).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
  it('has faults that lie within it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const problem of lintRecord(text).problems) {
          if (problem.at === undefined) continue
          expect(problem.at + problem.length).toBeLessThanOrEqual(text.length)
          expect(text.slice(problem.at, problem.at + problem.length)).toBe(problem.text)
        }
      }),
      { numRuns: 1000 },
    )
  })
  it.each<[what: string, text: string]>([
    [
      'thousands of networks',
      `v=spf1 ${Array.from({ length: 5000 }, (_, i) => `ip4:10.${i >> 8}.${i & 255}.1/${24 + (i % 8)}`).join(' ')}`,
    ],
    ['thousands of mistakes', `v=spf1 ${'ipv4:192.0.2.1, '.repeat(4000)}`],
    ['one term of 64 KB', `v=spf1 ${'a,'.repeat(32_000)}`],
    ['blanks of 64 KB', `v=spf1 ${'\t'.repeat(65_000)}-all`],
    ['signs of 64 KB', `v=spf1 ${'-'.repeat(65_000)}`],
    ['macros of 64 KB', `v=spf1 exists:${'%{d}'.repeat(16_000)}.%{x}`],
    ['64 KB of nothing', '\0'.repeat(65_000)],
    ['more than a record can be', `v=spf1 ${'a '.repeat(100_000)}`],
    ['quotes of 64 KB', '"'.repeat(65_000)],
    ['a zone line that never comes', `${'1'.repeat(30_000)} ${' '.repeat(30_000)}`],
  ])('is quick about %s', (_, text) => {
    const begun = performance.now()
    expect(lintRecord(text).problems.length).toBeGreaterThan(0)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
