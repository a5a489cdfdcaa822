import { readFileSync } from 'node:fs'
import type { MaybeAsync, Resolver } from '@postern/dns'
import { createZone } from '@postern/dns/testing'
import { runReadmeExample } from '@postern/tooling/readme-example'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatLintProblem,
  lintDomain,
  lintRecord,
  type SpfLintReport,
  suggestRecords,
} from '../src/index.ts'

/** The report of a resolver that answers at once. */
function atOnce(report: MaybeAsync<SpfLintReport>): SpfLintReport {
  if (report instanceof Promise) throw new Error('not at once')
  return report
}

const lint = (zone: string, domain = 'example.org'): SpfLintReport =>
  atOnce(lintDomain(domain, { resolver: createZone(zone) }))

const problemsOf = ({ problems }: SpfLintReport): string[] =>
  problems.map(({ severity, code, domain, text }) => `${severity} ${code} ${domain} ${text}`.trimEnd())

/** A record and its mail server, without any problem. */
const sound = `
example.org      TXT  "v=spf1 mx -all"
example.org      MX   10 mx.example.org
mx.example.org   A    5.6.7.8
mx.example.org   AAAA 2a00::1
`

describe('a domain', () => {
  it('with a sound record has no problems', () => {
    const report = lint(sound)
    expect(report).toMatchObject({
      domain: 'example.org',
      text: 'v=spf1 mx -all',
      problems: [],
      fixed: undefined,
      sizes: { record: 14, strings: [14] },
      questions: 4,
      isComplete: true,
    })
    expect(report.records).toEqual([
      {
        domain: 'example.org',
        via: 'start',
        text: 'v=spf1 mx -all',
        lookups: 1,
        void: { ip4: 0, ip6: 0 },
        terms: [
          {
            at: 7,
            text: 'mx',
            name: 'mx',
            target: 'example.org',
            isFollowed: false,
            isReached: true,
            lookups: 1,
            void: { ip4: 0, ip6: 0 },
          },
          {
            at: 10,
            text: '-all',
            name: 'all',
            target: undefined,
            isFollowed: false,
            isReached: true,
            lookups: 0,
            void: { ip4: 0, ip6: 0 },
          },
        ],
      },
    ])
  })
  it('is told the same by a resolver that takes its time', async () => {
    const report = lintDomain('Example.org.', { resolver: createZone(sound, { async: true }) })
    expect(report).toBeInstanceOf(Promise)
    expect(await report).toEqual(lint(sound))
  })
  it.each<[what: string, domain: string, zone: string, problem: string]>([
    ['that is none', 'a..b', sound, 'error bad-domain a..b'],
    ['that does not exist', 'gone.example', sound, 'error no-such-domain gone.example'],
    ['without TXT', 'mx.example.org', sound, 'error no-record mx.example.org'],
    ['with other TXT only', 'a.example', 'a.example TXT "v=DKIM1; p="', 'error no-record a.example'],
    [
      'with two records',
      'a.example',
      'a.example TXT "v=spf1 -all"\na.example TXT "V=SPF1 a -all"',
      'error multiple-records a.example',
    ],
  ])('%s', (_, domain, zone, problem) => {
    expect(problemsOf(lint(zone, domain))).toEqual([problem])
  })
  it('whose record only nearly is one', () => {
    const report = lint('a.example TXT "v=spf1;ip4:5.6.7.8 -all"\na.example TXT "other"', 'a.example')
    expect(problemsOf(report)).toEqual(['error no-record a.example', 'error syntax a.example v=spf1;'])
    expect(report.fixed).toBe('v=spf1 ip4:5.6.7.8 -all')
  })
  it('whose DNS is in trouble', () => {
    const resolver = createZone(sound, { failures: { 'example.org TXT': 'servfail' } })
    const report = atOnce(lintDomain('example.org', { resolver }))
    expect(report.problems).toMatchObject([
      { code: 'not-looked-up', type: 'TXT', reason: 'servfail', severity: 'error' },
    ])
    expect(report.isComplete).toBe(false)
  })
  it('a part of whose DNS is in trouble', () => {
    const resolver = createZone(sound, { failures: { 'mx.example.org AAAA': 'timeout' } })
    const report = atOnce(lintDomain('example.org', { resolver }))
    expect(problemsOf(report)).toEqual(['warning not-looked-up example.org mx'])
    expect(report.isComplete).toBe(false)
  })
})

describe('includes and redirects', () => {
  it('are all counted, each record once', () => {
    const report = lint(`
      example.org  TXT "v=spf1 include:a.example include:b.example redirect=c.example"
      a.example    TXT "v=spf1 include:b.example exists:%{i}.x.example ~all"
      b.example    TXT "v=spf1 a:h.example ptr:b.example -all a:never.example"
      c.example    TXT "v=spf1 ip4:5.6.7.8 -all"
      h.example    A   5.6.7.9
      h.example    AAAA 2a00::9
    `)
    expect(report.records.map(({ domain, via, lookups }) => [domain, via, lookups])).toEqual([
      ['example.org', 'start', 9],
      ['a.example', 'include', 4],
      ['b.example', 'include', 2],
      ['c.example', 'redirect', 0],
    ])
    expect(
      report.records[0]!.terms.map(({ text, lookups, isFollowed }) => [text, lookups, isFollowed]),
    ).toEqual([
      ['include:a.example', 5, true],
      ['include:b.example', 3, true],
      ['redirect=c.example', 1, true],
    ])
    expect(problemsOf(report)).toEqual(['warning many-terms example.org redirect=c.example'])
    expect(report.problems[0]).toMatchObject({ count: 9, limit: 10 })
  })
  it('beyond 10 terms are an error at the term that goes beyond', () => {
    const hosts = Array.from({ length: 12 }, (_, i) => `a:h${i}.example`)
    const addresses = hosts.map((host) => `${host.slice(2)} A 5.6.7.8\n${host.slice(2)} AAAA 2a00::1`)
    const report = lint(`example.org TXT "v=spf1 ${hosts.join(' ')} -all"\n${addresses.join('\n')}`)
    expect(problemsOf(report)).toEqual(['error too-many-terms example.org a:h10.example'])
    expect(report.problems[0]).toMatchObject({ count: 12, limit: 10 })
  })
  it('count %{p} once', () => {
    const report = lint('example.org TXT "v=spf1 exists:%{p}.a.example exists:%{p}.b.example -all"')
    expect(report.records[0]!.lookups).toBe(3)
  })
  it('follow %{d}', () => {
    const report = lint(
      'example.org TXT "v=spf1 redirect=_spf.%{d}"\n_spf.example.org TXT "v=spf1 ip4:5.6.7.8 -all"',
    )
    expect(report.records.map(({ domain }) => domain)).toEqual(['example.org', '_spf.example.org'])
    expect(report.problems).toEqual([])
  })
  it.each<[what: string, zone: string, problems: string[]]>([
    [
      'to nowhere',
      'example.org TXT "v=spf1 include:a.example -all"',
      ['error target-without-record example.org include:a.example'],
    ],
    [
      'to a domain without a record',
      'example.org TXT "v=spf1 redirect=a.example"\na.example TXT "x"',
      ['error target-without-record example.org redirect=a.example'],
    ],
    [
      'to two records',
      'example.org TXT "v=spf1 include:a.example -all"\na.example TXT "v=spf1 a"\na.example TXT "v=spf1 b"',
      ['error target-with-many-records example.org include:a.example'],
    ],
    [
      'to itself',
      'example.org TXT "v=spf1 include:example.org -all"',
      ['error loop example.org include:example.org'],
    ],
    [
      'around',
      'example.org TXT "v=spf1 redirect=a.example"\na.example TXT "v=spf1 redirect=b.example"\nb.example TXT "v=spf1 redirect=a.example"',
      ['error loop b.example redirect=a.example'],
    ],
    [
      'to a record with a fault',
      'example.org TXT "v=spf1 include:a.example -all"\na.example TXT "v=spf1 ipv4:5.6.7.8 -all"',
      ['error syntax a.example ipv4'],
    ],
    [
      'to a record that passes everyone',
      'example.org TXT "v=spf1 include:a.example -all"\na.example TXT "v=spf1 +all"',
      ['error passes-everyone a.example +all'],
    ],
    [
      'to a record that passes nobody',
      'example.org TXT "v=spf1 include:a.example -all"\na.example TXT "v=spf1 ?ip4:5.6.7.8 -all"',
      ['warning passes-nobody example.org include:a.example'],
    ],
    [
      'to a record with matters of its own',
      'example.org TXT "v=spf1 include:a.example -all"\na.example TXT "v=spf1 ptr mx moo=1 ip4:10.1.2.3/8"',
      ['error wide-network a.example ip4:10.1.2.3/8'],
    ],
    [
      'to a part of the same domain',
      'example.org TXT "v=spf1 include:a.example.org -all"\na.example.org TXT "v=spf1 ptr ip4:5.6.7.8"',
      ['warning ptr a.example.org ptr'],
    ],
    [
      'that is never reached',
      'example.org TXT "v=spf1 -all include:a.example"',
      ['warning after-all example.org include:a.example'],
    ],
  ])('%s', (_, zone, problems) => {
    expect(problemsOf(lint(zone))).toEqual(problems)
  })
  it('tell whose record a problem is in', () => {
    const { problems } = lint(`
      example.org    TXT "v=spf1 ip4:10.0.0.1 include:a.example.org include:b.example -all"
      a.example.org  TXT "v=spf1 ip4:10.0.0.2"
      b.example      TXT "v=spf1 +all"
    `)
    expect(problems.map(({ domain, standing }) => [domain, standing])).toEqual([
      ['b.example', 'foreign'],
      ['example.org', 'own'],
      ['a.example.org', 'part'],
    ])
    expect(formatLintProblem(problems[0]!)).toContain('drop the include')
  })
})

describe('hosts', () => {
  it.each<[what: string, zone: string, problems: string[]]>([
    ['mx without MX', 'example.org TXT "v=spf1 mx -all"', ['warning no-mx example.org mx']],
    [
      'mx of a null MX',
      'example.org TXT "v=spf1 mx -all"\nexample.org MX 0 .',
      ['warning null-mx example.org mx'],
    ],
    [
      'mx to a host without address',
      'example.org TXT "v=spf1 mx -all"\nexample.org MX 1 m.example',
      ['warning mx-without-address example.org mx'],
    ],
    ['a without address', 'example.org TXT "v=spf1 a -all"', ['warning no-address example.org a']],
    ['a with an address of one kind', 'example.org TXT "v=spf1 a -all"\nexample.org A 5.6.7.8', []],
  ])('%s', (_, zone, problems) => {
    expect(problemsOf(lint(zone))).toEqual(problems)
  })
  it('eleven mail servers are too many', () => {
    const servers = Array.from({ length: 11 }, (_, i) => `example.org MX ${i} m${i}.example`).join('\n')
    const { problems } = lint(`example.org TXT "v=spf1 mx -all"\n${servers}`)
    expect(problems).toMatchObject([{ code: 'too-many-mx', count: 11, limit: 10, severity: 'error' }])
  })
  it('void lookups are counted by term, for each kind of client', () => {
    const report = lint(`
      example.org    TXT "v=spf1 a:a.example mx a:b.example exists:c.example -all"
      example.org    MX  1 a.example
      example.org    MX  2 b.example
      a.example      A   5.6.7.8
      b.example      A   5.6.7.9
    `)
    expect(report.records[0]).toMatchObject({ lookups: 4, void: { ip4: 1, ip6: 4 } })
    expect(problemsOf(report)).toEqual(['warning void-terms example.org a:b.example'])
    expect(report.problems[0]).toMatchObject({ version: 6, count: 4, limit: 2 })
  })
  it('more than two of them for IPv4 are an error', () => {
    const report = lint('example.org TXT "v=spf1 a:a.example a:b.example a:c.example -all"')
    expect(report.problems[0]).toMatchObject({
      code: 'void-terms',
      version: 4,
      severity: 'error',
      text: 'a:c.example',
    })
  })
  it('limits can be raised', () => {
    const zone = createZone('example.org TXT "v=spf1 a:a.example a:b.example a:c.example -all"')
    const report = atOnce(lintDomain('example.org', { resolver: zone, limits: { voidTerms: 3 } }))
    expect(report.problems.map(({ code }) => code)).not.toContain('void-terms')
  })
})

describe('explanations', () => {
  it.each<[text: string | undefined, reason: string | undefined]>([
    [undefined, 'no-text'],
    ['"%{i} may not send for %{d}"', undefined],
    ['"100% forged"', 'bad-macro'],
    ['"verb\\195\\182ten"', 'not-ascii'],
    ['"one"\nexp.example.org TXT "two"', 'several-texts'],
  ])('%s', (text, reason) => {
    const exp = text === undefined ? '' : `exp.example.org TXT ${text}`
    const { problems } = lint(`example.org TXT "v=spf1 ip4:5.6.7.8 -all exp=exp.%{d}"\n${exp}`)
    expect(problems.map((problem) => problem.code === 'exp-unusable' && problem.reason)).toEqual(
      reason === undefined ? [] : [reason],
    )
  })
})

describe('sizes', () => {
  it('an answer that is too long for UDP', () => {
    const others = Array.from({ length: 4 }, (_, i) => `example.org TXT "${String(i).repeat(100)}"`).join(
      '\n',
    )
    const { problems, sizes } = lint(`example.org TXT "v=spf1 ip4:5.6.7.8 -all"\n${others}`)
    // Header and question 29, five records of 12 and a length octet, 23 + 400 of text.
    expect(sizes?.answer).toBe(29 + 5 * 13 + 23 + 400)
    expect(problems).toMatchObject([{ code: 'long-answer', octets: 517, limit: 512, severity: 'warning' }])
  })
})

describe('a text', () => {
  it('is looked up as if the domain published it', () => {
    const resolver = createZone(sound)
    const report = atOnce(lintRecord('v=spf1 mx a -all', { resolver, domain: 'example.org' }))
    expect(problemsOf(report)).toEqual(['warning no-address example.org a'])
    expect(resolver.queries.some(({ type }) => type === 'TXT')).toBe(false)
  })
  it('without a domain is looked up as far as that goes', () => {
    const resolver = createZone('a.example TXT "v=spf1 +all"')
    const report = atOnce(lintRecord('v=spf1 mx include:a.example -all', { resolver }))
    expect(report.records.map(({ domain, lookups }) => [domain, lookups])).toEqual([
      [undefined, 2],
      ['a.example', 0],
    ])
    expect(problemsOf(report)).toEqual(['error passes-everyone a.example +all'])
  })
  it('is not looked up where no domain can be meant', () => {
    const resolver = createZone(sound)
    const report = atOnce(lintRecord('v=spf1 include:a.example,include:b.example -all', { resolver }))
    expect(problemsOf(report)).toEqual(['error odd-domain undefined include:a.example,include:b.example'])
    expect(resolver.queries).toEqual([])
  })
  it('without a resolver asks for nothing', () => {
    expect(lintRecord('v=spf1 include:a.example -all')).toMatchObject({
      problems: [],
      questions: 0,
      isComplete: false,
    })
    expect(lintRecord('v=spf1 ip4:5.6.7.8 -all')).toMatchObject({ problems: [], isComplete: true })
  })
})

describe('bounds', () => {
  it('asks 50 questions at most, whatever a record leads to', () => {
    const resolver: Resolver & { count: number } = {
      count: 0,
      resolve(_, type) {
        this.count++
        const text = Array.from({ length: 30 }, (_, i) => `include:${this.count}-${i}.example`).join(' ')
        return (
          type === 'TXT'
            ? { kind: 'records', records: [[`v=spf1 mx ${text}`]], ttl: 1, authentic: false }
            : { kind: 'nodata', ttl: 1 }
        ) as never
      },
    }
    const report = atOnce(lintDomain('example.org', { resolver }))
    expect(resolver.count).toBe(50)
    expect(report).toMatchObject({ questions: 50, isComplete: false })
    expect(report.problems.at(-1)).toMatchObject({ code: 'too-much-to-ask', severity: 'advice' })
  })
  it('keeps questions for records when there are many hosts', () => {
    const hosts = Array.from({ length: 100 }, (_, i) => `a:h${i}.example`).join(' ')
    const zone = createZone('last.example TXT "v=spf1 +all"')
    const report = atOnce(lintRecord(`v=spf1 ${hosts} include:last.example -all`, { resolver: zone }))
    expect(zone.queries).toHaveLength(31)
    expect(report.problems.map(({ code }) => code)).toContain('passes-everyone')
  })
  it('ends chains that never end, and names that grow', () => {
    const resolver: Resolver = {
      resolve: (_, type) =>
        (type === 'TXT'
          ? { kind: 'records', records: [['v=spf1 redirect=very-long-label.%{d}']], ttl: 1, authentic: false }
          : { kind: 'nodata', ttl: 1 }) as never,
    }
    const report = atOnce(lintDomain('example.org', { resolver }))
    expect(report.questions).toBeLessThan(15)
    expect(report.problems.map(({ code }) => code)).toContain('too-many-terms')
  })
  it('counts includes that double at every step without walking them all', () => {
    const zone = Array.from(
      { length: 9 },
      (_, i) => `d${i}.example TXT "v=spf1 include:d${i + 1}.example include:d${i + 1}.example -all"`,
    )
    const report = lint([...zone, 'd9.example TXT "v=spf1 ip4:5.6.7.8 -all"'].join('\n'), 'd0.example')
    expect(report.records[0]!.lookups).toBe(2 ** 10 - 2)
  })
  it('any record, any answer: a report with sentences, and no exception', () => {
    const words = fc.constantFrom(
      ...[
        'mx',
        'a',
        'a:%{d}',
        'include:a.example',
        'include:%{i}.example',
        'redirect=b.example',
        'exists:c.example',
        '-all',
        '?all',
        '+all',
      ],
      ...[
        'ptr',
        'exp=a.example',
        'ip4:5.6.7.8/7',
        'ipv4:1.2.3.4',
        'v=spf1',
        '\u0000',
        '"',
        'moo=%{p}',
        'include:example.org',
        'exists:%{p}',
      ],
    )
    const texts = fc.array(words, { maxLength: 12 }).map((terms) => ['v=spf1', ...terms].join(' '))
    const answers = fc.oneof(
      fc.constant({ kind: 'nodata', ttl: 1 }),
      fc.constant({ kind: 'nxdomain', ttl: 1 }),
      fc.constant({ kind: 'temperror', reason: 'timeout' }),
      fc
        .array(texts, { minLength: 1, maxLength: 2 })
        .map((records) => ({ kind: 'records', records, ttl: 1 })),
    )
    fc.assert(
      fc.property(
        texts,
        fc.array(answers, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (text, given, isOwn) => {
          let next = 0
          const resolver: Resolver = {
            resolve(_, type) {
              const answer = given[next++ % given.length] as { kind: string; records?: string[] }
              if (answer.kind !== 'records') return answer as never
              const records = answer.records!.map((record) =>
                type === 'TXT'
                  ? [record]
                  : type === 'MX'
                    ? { preference: 1, exchange: 'm.example' }
                    : '5.6.7.8',
              )
              return { ...answer, records } as never
            },
          }
          const report = atOnce(lintRecord(text, { resolver, domain: isOwn ? 'example.org' : undefined }))
          for (const problem of report.problems) {
            const sentence = formatLintProblem(problem)
            expect(sentence).toMatch(/^[ -~]{10,}\.$/)
            expect(sentence).not.toMatch(/undefined|\[object|NaN|\.\.$/)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

it('the example in README.md does what it says', async () => {
  expect.assertions(7)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const resolver = createZone(`
    example.org       TXT "v=spf1 include:_spf.example.net -all"
    _spf.example.net  TXT "v=spf1 ip4:192.0.2.0/24 ~all"
  `)
  const names = { formatLintProblem, lintDomain, lintRecord, suggestRecords, resolver }
  const section = readme.slice(readme.indexOf('## Linting'))
  await runReadmeExample(section, names, (value, expected) => expect(value).toEqual(expected))
})
