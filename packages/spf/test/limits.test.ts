// What one evaluation may spend: RFC 7208 §4.6.4 and §11.1.
import { describe, expect, it } from 'vitest'
import type { SpfLimits, SpfResult } from '../src/index.ts'
import { asked, check, publishing } from './check.ts'

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** h0.example to h19.example with an address that is not the client's, e0 and so on with none. */
const hosts = times(20, (i) => `h${i}.example A 198.51.100.${i}\nh${i}.example AAAA 2001:db8:1::${i}`).join(
  '\n',
)

const tooManyTerms = { result: 'permerror', reason: { code: 'too-many-terms', limit: 10 } }
const tooManyVoid = { result: 'permerror', reason: { code: 'too-many-void', limit: 2 } }

describe('ten terms that ask the DNS', () => {
  const terms = (count: number) => times(count, (i) => `a:h${i}.example`).join(' ')
  const run = (record: string, lines = '', limits: Partial<SpfLimits> = {}): SpfResult =>
    check(publishing(record, `${hosts}\n${lines}`), {}, { limits })

  it('are allowed, eleven are not', () => {
    expect(run(`v=spf1 ${terms(10)} -all`)).toMatchObject({ result: 'fail', lookups: { terms: 10, void: 0 } })
    expect(run(`v=spf1 ${terms(11)} -all`)).toMatchObject({
      ...tooManyTerms,
      lookups: { terms: 11, void: 0 },
      path: ['d.example'],
      term: { text: 'a:h10.example', at: 137 },
    })
  })

  it('each kind counts once, whatever it asks; all, ip4, ip6, exp and unknown modifiers do not', () => {
    const lines = `
mx.example  MX 1 h0.example
mx.example  MX 2 h1.example
mx.example  MX 3 h2.example
in.example  TXT "v=spf1 ?all"
1.2.0.192.in-addr.arpa PTR h0.example
1.2.0.192.in-addr.arpa PTR h1.example`
    const record =
      'v=spf1 ip4:198.51.100.1 a:h0.example mx:mx.example ptr exists:no.example include:in.example moo=%{p} ip6:::1'
    expect(run(`${record} -all exp=h0.example`, lines)).toMatchObject({
      result: 'fail',
      lookups: { terms: 5 },
    })
    expect(run(`${record} redirect=in.example`, lines)).toMatchObject({
      result: 'neutral',
      lookups: { terms: 6 },
    })
  })

  it('count over all includes', () => {
    const lines = `
in.example  TXT "v=spf1 ${terms(4)} include:sub.example -all"
sub.example TXT "v=spf1 ${terms(2)} -all"`
    expect(run(`v=spf1 a:h9.example include:in.example a:h8.example -all`, lines)).toMatchObject({
      result: 'fail',
      lookups: { terms: 10 },
    })
    expect(run(`v=spf1 a:h9.example include:in.example a:h8.example a:h7.example -all`, lines)).toMatchObject(
      {
        ...tooManyTerms,
        path: ['d.example'],
        term: { text: 'a:h7.example' },
      },
    )
    expect(run(`v=spf1 ${terms(4)} include:in.example -all`, lines)).toMatchObject({
      ...tooManyTerms,
      path: ['d.example', 'in.example', 'sub.example'],
      term: { text: 'a:h0.example' },
    })
  })

  it('count over redirects, as long as they are followed', () => {
    const lines = `more.example TXT "v=spf1 ${terms(5)} -all"`
    expect(run(`v=spf1 ${terms(4)} redirect=more.example`, lines)).toMatchObject({
      result: 'fail',
      lookups: { terms: 10 },
    })
    expect(run(`v=spf1 ${terms(5)} redirect=more.example`, lines)).toMatchObject({
      ...tooManyTerms,
      path: ['d.example', 'more.example'],
    })
    expect(run(`v=spf1 ${terms(10)} ip4:192.0.2.1 redirect=more.example`, lines)).toMatchObject({
      result: 'pass',
      lookups: { terms: 10 },
    })
    expect(run(`v=spf1 ${terms(10)} redirect=more.example`, lines)).toMatchObject({
      ...tooManyTerms,
      path: ['d.example'],
      term: { kind: 'redirect' },
    })
  })

  it('nothing is asked for the one that is too many', () => {
    const zone = publishing(`v=spf1 ${terms(12)} -all`, hosts)
    check(zone)
    expect(asked(zone)).toEqual(['TXT d.example', ...times(10, (i) => `A h${i}.example`)])
  })

  it('what stands behind the match does not count', () => {
    expect(run(`v=spf1 ${terms(10)} ip4:192.0.2.1 ${terms(10)}`)).toMatchObject({ result: 'pass' })
  })

  it('%{p} counts, once in an evaluation, and not where ptr has asked already', () => {
    const p = (count: number) => times(count, (i) => `exists:%{p}.h${i}.example`).join(' ')
    const many = { voidTerms: 99 }
    expect(run(`v=spf1 ${terms(8)} exists:%{p}.h1.example -all`)).toMatchObject({ lookups: { terms: 10 } })
    expect(run(`v=spf1 ${terms(9)} exists:%{p}.h1.example -all`)).toMatchObject({
      ...tooManyTerms,
      term: { text: 'exists:%{p}.h1.example' },
    })
    expect(run(`v=spf1 ${p(9)} -all`, '', many)).toMatchObject({ result: 'fail', lookups: { terms: 10 } })
    expect(run(`v=spf1 ${p(10)} -all`, '', many)).toMatchObject(tooManyTerms)
    expect(run(`v=spf1 ptr ${p(9)} -all`, '', many)).toMatchObject({ result: 'fail', lookups: { terms: 10 } })
    // Nor in an explanation.
    expect(run(`v=spf1 ${terms(10)} -all exp=%{p}.example`, 'unknown.example TXT "by %{p}"')).toMatchObject({
      result: 'fail',
      explanation: 'by unknown',
    })
  })

  it('can be raised and lowered', () => {
    expect(run(`v=spf1 ${terms(11)} -all`, '', { terms: 11 }).result).toBe('fail')
    expect(run(`v=spf1 ${terms(2)} -all`, '', { terms: 1 })).toMatchObject({
      reason: { code: 'too-many-terms', limit: 1 },
    })
    expect(run('v=spf1 a -all', '', { terms: 0 }).result).toBe('permerror')
    expect(run('v=spf1 -all', '', { terms: 0 }).result).toBe('fail')
  })
})

describe('two void lookups, counted by term', () => {
  const lines = `
${hosts}
only4.example   A     198.51.100.9
only4.example   MX    1 only4.example
only4.example   MX    2 only4b.example
only4b.example  A     198.51.100.8
mixed.example   MX    1 only4.example
mixed.example   MX    2 h1.example
dead.example    MX    1 no1.example
dead.example    MX    2 no2.example
dead.example    MX    3 no3.example
dangling.example CNAME no.example
lucky.example   MX    1 no.example
lucky.example   MX    2 mine.example
mine.example    A     192.0.2.1
mine.example    AAAA  2001:db8::1
in.example      TXT   "v=spf1 a:no1.example -all"
in2.example     TXT   "v=spf1 -mx:lucky.example"
`
  const run = (terms: string, ip = '192.0.2.1', limits: Partial<SpfLimits> = {}) =>
    check(publishing(`v=spf1 ${terms} -all`, lines), { ip }, { limits })
  const v6 = '2001:db8::1'

  it.each<[terms: string, count: number]>([
    ['a:h1.example', 0],
    ['a:no.example', 1],
    ['exists:no.example', 1],
    ['mx:no.example', 1],
    ['mx:h1.example', 1],
    ['ptr', 1],
    ['a:only4.example', 0],
    ['a:dangling.example', 1],
    ['mx:dead.example', 1],
    ['mx:mixed.example', 0],
    ['include:in.example', 1],
    ['a:no.example a:no.example', 2],
    ['a:no.example mx:dead.example', 2],
    ['ptr ptr:h1.example', 2],
    ['a:no.example include:in.example', 2],
    ['a:no.example include:in2.example', 1],
    // Names that cannot be asked for.
    ['a:a..example exists:a..example mx:a..example', 0],
    [`exists:${'l'.repeat(64)}.example`, 0],
    // What %{p} asks is not the term's own question.
    ['a:%{p}.example', 1],
  ])('%s: %i', (terms, count) => {
    expect(run(terms)).toMatchObject({ result: 'fail', lookups: { void: count } })
  })

  it.each([
    ['a:no.example a:no.example a:no.example', 'a:no.example', 33],
    ['a:no1.example mx:dead.example exists:no.example a:h1.example', 'exists:no.example', 37],
    ['ptr ptr ptr', 'ptr', 15],
  ])('the third ends the evaluation: %s', (terms, text, at) => {
    expect(run(terms)).toMatchObject({
      ...tooManyVoid,
      lookups: { void: 3 },
      path: ['d.example'],
      term: { text, at },
    })
  })

  it('the third may be in an include', () => {
    expect(run('a:no.example a:no.example include:in.example')).toMatchObject({
      ...tooManyVoid,
      path: ['d.example', 'in.example'],
      term: { text: 'a:no1.example' },
    })
  })

  it('nothing is asked behind the third', () => {
    const zone = publishing('v=spf1 a:no.example a:no1.example a:no2.example a:h1.example -all', lines)
    check(zone)
    expect(asked(zone).slice(1)).toEqual(['A no.example', 'A no1.example', 'A no2.example'])
  })

  it('a client by IPv6 is not refused because the servers are on IPv4', () => {
    const zone = publishing(
      'v=spf1 a mx -all',
      'd.example A 198.51.100.1\nd.example MX 1 a.example\nd.example MX 2 b.example\na.example A 198.51.100.2\nb.example A 198.51.100.3',
    )
    expect(check(zone, { ip: v6 })).toMatchObject({ result: 'fail', lookups: { terms: 2, void: 2 } })
    expect(check(zone)).toMatchObject({ result: 'fail', lookups: { terms: 2, void: 0 } })
    expect(run('mx:only4.example a:only4.example', v6)).toMatchObject({
      result: 'fail',
      lookups: { void: 2 },
    })
    expect(run('mx:only4.example a:only4.example a:only4b.example', v6)).toMatchObject(tooManyVoid)
  })

  it('a term that matches is none, in whichever order its mail servers come', () => {
    expect(run('a:no.example a:no1.example mx:lucky.example')).toMatchObject({
      result: 'pass',
      lookups: { void: 2 },
    })
  })

  it('exp= is none', () => {
    expect(check(publishing('v=spf1 a:no.example a:no1.example -all exp=no2.example'))).toMatchObject({
      result: 'fail',
      explanation: undefined,
      lookups: { void: 2 },
    })
  })

  it('can be raised and lowered', () => {
    const three = 'a:no.example a:no1.example a:no2.example'
    expect(run(three, undefined, { voidTerms: 3 })).toMatchObject({ result: 'fail', lookups: { void: 3 } })
    expect(run(three, undefined, { voidTerms: Number.POSITIVE_INFINITY }).result).toBe('fail')
    expect(run('a:no.example', undefined, { voidTerms: 0 })).toMatchObject({
      result: 'permerror',
      reason: { code: 'too-many-void', limit: 0 },
    })
  })
})

describe('ten mail servers', () => {
  const servers = (count: number) => times(count, (i) => `crowd.example MX ${i} h${i}.example`).join('\n')
  const run = (count: number, limits: Partial<SpfLimits> = {}, more = '') =>
    check(publishing('v=spf1 mx:crowd.example -all', `${hosts}\n${servers(count)}\n${more}`), {}, { limits })

  it('are allowed, eleven are not, also where the first matches', () => {
    expect(run(10)).toMatchObject({ result: 'fail', lookups: { terms: 1, void: 0 } })
    expect(run(10, {}, 'h9.example A 192.0.2.1').result).toBe('pass')
    expect(run(11, {}, 'h0.example A 192.0.2.1')).toMatchObject({
      result: 'permerror',
      reason: { code: 'too-many-mx', limit: 10, name: 'crowd.example' },
      path: ['d.example'],
      term: { text: 'mx:crowd.example' },
    })
  })

  it('can be raised and lowered', () => {
    expect(run(11, { mxNames: 11 }).result).toBe('fail')
    expect(run(2, { mxNames: 1 })).toMatchObject({ reason: { code: 'too-many-mx', limit: 1 } })
  })
})

describe('ten names of the client', () => {
  const names = (count: number) =>
    times(count, (i) => `1.2.0.192.in-addr.arpa PTR n${i}.d.example\nn${i}.d.example A 198.51.100.1`).join(
      '\n',
    )
  const run = (record: string, count: number, limits: Partial<SpfLimits> = {}) => {
    const zone = publishing(record, `${names(count)}\nn${count - 1}.d.example A 192.0.2.1`)
    const result = check(zone, {}, { limits })
    return { result, questions: asked(zone).filter((question) => question.startsWith('A n')) }
  }

  it('are looked at, the others are left out', () => {
    expect(run('v=spf1 ptr -all', 10)).toMatchObject({ result: { result: 'pass' } })
    const eleven = run('v=spf1 ptr -all', 11)
    expect(eleven.result).toMatchObject({ result: 'fail', lookups: { terms: 1, void: 0 } })
    expect(eleven.questions).toHaveLength(10)
  })

  it('for %{p} too', () => {
    expect(run('v=spf1 exists:%{p}.x -all', 10).result.trace?.terms[0]?.target).toBe('n9.d.example.x')
    const eleven = run('v=spf1 exists:%{p}.x -all', 11)
    expect(eleven.result.trace?.terms[0]?.target).toBe('unknown.x')
    expect(eleven.questions).toHaveLength(10)
  })

  it('can be raised and lowered', () => {
    expect(run('v=spf1 ptr -all', 11, { ptrNames: 11 }).result.result).toBe('pass')
    expect(run('v=spf1 ptr -all', 2, { ptrNames: 1 }).questions).toHaveLength(1)
  })
})
