import { createZone } from '@postern/dns/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkHost, lintDomain, type SpfLintReport, type SpfResult } from '../src/index.ts'

const terms = fc.constantFrom(
  ...[
    'a',
    'mx',
    'a:h1.example',
    'a:h2.example',
    'a:none.example',
    'mx:d1.example',
    'mx:d2.example',
    'ip4:5.6.7.8',
  ],
  ...[
    'include:d1.example',
    'include:d2.example',
    'include:d3.example',
    'exists:h1.example',
    'exists:none.example',
  ],
  ...['-a:h1.example', '?mx', '~include:d2.example', 'ptr', 'exists:%{i}.example', 'a:h1.%{d2}'],
)
const endings = fc.constantFrom('-all', '~all', '', 'redirect=d3.example', '+all')
const records = fc
  .tuple(fc.array(terms, { maxLength: 5 }), endings)
  .map(([list, ending]) => ['v=spf1', ...list, ending].join(' ').trimEnd())

const zones = fc.tuple(records, records, records).map((texts) =>
  createZone(`
    ${texts.map((text, i) => `d${i + 1}.example TXT "${text}"`).join('\n')}
    d1.example    MX   1 h1.example
    d1.example    MX   2 h2.example
    d2.example    MX   1 h2.example
    d1.example    A    5.6.7.9
    h1.example    A    5.6.7.8
    h2.example    AAAA 2a00::1
  `),
)

const limits = { terms: 1_000, voidTerms: 1_000 }

it('no client costs more than the linter says, and what it calls sound can be evaluated', () => {
  fc.assert(
    fc.property(zones, fc.constantFrom('5.6.7.8', '9.9.9.9', '2a00::1', '2a00::2'), (resolver, ip) => {
      const report = lintDomain('d1.example', { resolver }) as SpfLintReport
      const sender = 'ann@d1.example'
      const result = checkHost({ ip, sender, helo: '' }, { resolver }) as SpfResult
      const errors = report.problems.filter(({ severity }) => severity === 'error')
      const isCostly = report.problems.some(({ code }) => code === 'too-many-terms' || code === 'void-terms')
      if (errors.length === 0 && !isCostly && !hasPtr(report)) expect(result.result).not.toBe('permerror')
      if (errors.some(({ code }) => code === 'loop')) return
      const free = checkHost({ ip, sender, helo: '' }, { resolver, limits }) as SpfResult
      const [root] = report.records
      expect(free.lookups.terms).toBeLessThanOrEqual(root!.lookups)
      if (!hasPtr(report))
        expect(free.lookups.void).toBeLessThanOrEqual(ip.includes(':') ? root!.void.ip6 : root!.void.ip4)
    }),
    { numRuns: 1500 },
  )
})

/** What "ptr" and %{i} find depends on the client. */
const hasPtr = ({ records: found }: SpfLintReport): boolean =>
  found.some(({ text }) => /ptr|%\{i\}/.test(text))
