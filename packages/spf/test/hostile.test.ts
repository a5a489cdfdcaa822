// Input made to harm: a result in little time and memory, never an exception. RFC 7208 §11.1.
import type { Resolver } from '@postern/dns'
import { createZone } from '@postern/dns/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHost, formatRecord, type Macro, parseRecord, type SpfRecord, scanRecord } from '../src/index.ts'
import { asked, check, publishing, txt, usual } from './check.ts'

/** Runs it, and expects it to be done in a time that only something worse than linear would need. */
function quickly<T>(run: () => T): T {
  const began = performance.now()
  const value = run()
  expect(performance.now() - began).toBeLessThan(1500)
  return value
}

const K64 = 65_536
const dots = `${'a.'.repeat(K64 / 2)}b`

describe('records of 64 KB', () => {
  const room = 65_535 - 'v=spf1 '.length
  const fill = (piece: string) => piece.repeat(Math.floor(room / piece.length))

  const tooLong = 'too-long'

  it.each<[text: string, result: string]>([
    [fill('ip4:198.51.100.1 '), tooLong],
    [fill('ip6:2001:db8::/32 '), tooLong],
    [fill('a '), tooLong],
    [fill('a=b '), tooLong],
    [fill('include:d.example '), tooLong],
    [`a:${fill('%{d}').slice(4)}`, tooLong],
    [`moo=${fill('%{d}').slice(4)}`, tooLong],
    [fill(' '), 'neutral'],
    [`a=${fill('x').slice(2)}`, 'neutral'],
    [`a:${fill('x').slice(2)}`, 'not-a-domain'],
    [`a:x.${fill('x').slice(5)}-`, 'not-a-domain'],
    [`a:x.${fill('1').slice(4)}`, 'not-a-domain'],
    [`a:${fill('x.').slice(3)}y`, 'neutral'],
    [`a:x.y${fill('/1').slice(6)}`, 'not-a-domain'],
    [`a${fill('//').slice(2)}`, 'bad-prefix-length'],
    [`a:${fill('%{').slice(2)}`, 'bad-macro'],
    [`a:%{d${fill('1').slice(6)}}`, 'neutral'],
    [`a:%{d${fill('.-').slice(6)}}`, 'neutral'],
    [`a:${fill('%').slice(2)}`, 'neutral'],
    [`a:${fill('%').slice(3)}`, 'bad-macro'],
    [`ip6:${fill('1:').slice(4)}`, 'bad-address'],
    [`ip4:${fill('1.').slice(4)}`, 'bad-address'],
    [fill('='), 'bad-modifier-name'],
    [fill('-'), 'unknown-mechanism'],
    [fill('\0'), 'unknown-mechanism'],
    [fill('\xff'), 'unknown-mechanism'],
  ])('%.20s', (terms, expected) => {
    const text = `v=spf1 ${terms}`
    expect(text.length).toBeLessThanOrEqual(65_535)
    const result = quickly(() => check(publishing(text)))
    if (expected === 'neutral') expect(result.result).toBe('neutral')
    else expect(result).toMatchObject({ result: 'permerror', reason: { code: 'syntax', syntax: expected } })
    expect(quickly(() => scanRecord(text)).length > 0).toBe(terms.trim() !== '')
  })

  it('have at most 2000 terms, with the parts of their macros', () => {
    const terms = (count: number) => 'ip4:198.51.100.1 '.repeat(count)
    expect(check(publishing(`v=spf1 ${terms(1999)}-all`)).result).toBe('fail')
    expect(check(publishing(`v=spf1 ${terms(2000)}-all`))).toMatchObject({
      reason: { code: 'syntax', syntax: 'too-long', at: 7 + 2000 * 17 },
    })
    expect(check(publishing(`v=spf1 ${terms(1990)}exists:${'%{i}'.repeat(9)} -all`)).result).toBe('fail')
    expect(check(publishing(`v=spf1 ${terms(1990)}exists:${'%{i}'.repeat(10)} -all`)).result).toBe(
      'permerror',
    )
    // A parser has no such limit.
    expect(parseRecord(`v=spf1 ${terms(3000)}`).ok).toBe(true)
  })

  it('and one character more is no record', () => {
    expect(parseRecord(`v=spf1 ${' '.repeat(room)}`).ok).toBe(true)
    expect(parseRecord(`v=spf1 ${' '.repeat(room + 1)}`)).toEqual({
      ok: false,
      error: { code: 'too-long', at: 65_535 },
    })
    expect(check(publishing(`v=spf1 ${' '.repeat(room + 1)}`))).toMatchObject({
      result: 'permerror',
      reason: { code: 'syntax', syntax: 'too-long', at: 65_535 },
    })
  })
})

describe('macro bombs', () => {
  it.each([
    ['%{s}', 1990],
    ['%{sr-+.}', 1990],
    ['%{S100r}', 1990],
    ['%{l1}', 1990],
    ['%{h2r.}', 1990],
    ['%{i}', 1990],
    ['%{p}', 1990],
    ['%_', 30_000],
  ])('%s, %i times, with a sender of 64 KB', (macro, times) => {
    for (const sender of [
      `${dots}@d.example`,
      `${'a'.repeat(K64)}@d.example`,
      `${'-+/'.repeat(20_000)}@d.example`,
    ])
      for (const ip of [usual.ip, '2001:db8::1']) {
        const zone = publishing(`v=spf1 exists:${macro.repeat(times)}`)
        const result = quickly(() => check(zone, { sender, helo: dots, ip }))
        expect(result).toMatchObject({ result: 'neutral' })
        expect(zone.queries.every(({ name }) => name.length <= 253)).toBe(true)
      }
  })

  it('in terms without number count to the limit only', () => {
    const zone = publishing(`v=spf1 ${`exists:${'%{S100r}'.repeat(190)} `.repeat(10)}-all`)
    expect(quickly(() => check(zone, { sender: `${dots}@d.example` }))).toMatchObject({
      result: 'permerror',
      reason: { code: 'too-many-void' },
    })
  })

  it.each(['%{s}', '%{Sr}', '%{l1}', '%{hr}', '%{i}', '%{t}'])('%s in an explanation of 64 KB', (macro) => {
    const zone = createZone([
      txt('d.example', 'v=spf1 -all exp=e.example'),
      txt('e.example', macro.repeat(16_000).slice(0, K64 - (K64 % macro.length))),
    ])
    const result = quickly(() => check(zone, { sender: `${dots}@d.example`, helo: dots }))
    expect(result).toMatchObject({ result: 'fail', explanation: expect.stringMatching(/^[ -~]{400}$/) })
  })

  it('do not change what a name ends in', () => {
    const parts = fc.array(
      fc.constantFrom('%{s}', '%{l1}', '%{l2r}', '%{lr-}', '%{L}', '%{h2}', '.x', 'yy', '%_'),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    const local = fc
      .array(fc.constantFrom('a', 'b.', '-', '.', 'c'.repeat(60), 'd'.repeat(300), '+'), {
        minLength: 1,
        maxLength: 60,
      })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(parts, local, (spec, localPart) => {
        const zone = publishing(`v=spf1 exists:${spec.join('')}.z`)
        const input = { sender: `${localPart}@d.example`, helo: `${localPart}.h` }
        const { trace } = check(zone, input)
        const target = trace?.terms[0]?.target ?? ''
        const whole = expandAsWritten(parsedRecord(`v=spf1 exists:${spec.join('')}.z`), input)
        // A name with a label that is too long is asked for in vain, however much of it is left.
        if (target.split('.').some((label) => label.length > 63))
          expect(whole.endsWith(target.slice(-253))).toBe(true)
        else expect(target).toBe(whole)
      }),
      { numRuns: 2000 },
    )
  })
})

function parsedRecord(text: string): SpfRecord {
  const record = parseRecord(text)
  if (!record.ok) throw new TypeError(text)
  return record.value
}

/** RFC 7208 §7.3, word for word: everything is built and then cut. */
function expandAsWritten(record: SpfRecord, { sender, helo }: { sender: string; helo: string }): string {
  const { mechanism } = record.directives[0]!
  if (mechanism.name !== 'exists') throw new TypeError(mechanism.name)
  const at = sender.lastIndexOf('@')
  const values: Partial<Record<Macro['letter'], string>> = {
    s: at > 0 ? sender : `postmaster${sender}`,
    l: at > 0 ? sender.slice(0, at) : 'postmaster',
    h: helo,
  }
  const expanded = mechanism.domain.parts.map((part) => {
    if (typeof part === 'string') return part
    const { letter, keep, isReversed, delimiters, isEscaped } = part
    let text = values[letter]!
    if (keep !== undefined || isReversed || delimiters !== '') {
      const pieces = text.split(new RegExp(`[${(delimiters || '.').replaceAll(/./g, '\\$&')}]`))
      if (isReversed) pieces.reverse()
      text = pieces.slice(-(keep ?? pieces.length)).join('.')
    }
    return isEscaped ? encodeURIComponent(text) : text
  })
  let name = expanded.join('').toLowerCase()
  while (name.length > 253 && name.includes('.')) name = name.slice(name.indexOf('.') + 1)
  return name
}

it('answers that trickle in, one after the other, are a run each', async () => {
  const servers = (name: string) =>
    Array.from({ length: 10 }, (_, i) => `${name} MX ${i} h${i}.${name}\nh${i}.${name} A 198.51.100.1`).join(
      '\n',
    )
  const names = Array.from({ length: 8 }, (_, i) => `m${i}.example`)
  const zone = publishing(
    `v=spf1 ${names.map((name) => `mx:${name}`).join(' ')} exists:${'%{sr-}'.repeat(900)} ${'ip4:198.51.100.1 '.repeat(1000)} -all`,
    names.map(servers).join('\n'),
  )
  const queue: (() => void)[] = []
  const resolver: Resolver = {
    resolve: (name, type) => new Promise((done) => queue.push(() => done(zone.resolve(name, type)))),
  }
  const began = performance.now()
  let isDone = false
  const result = Promise.resolve(
    checkHost({ ...usual, sender: `${'a-'.repeat(K64 / 2)}@d.example` }, { resolver }),
  )
  void result.then(() => (isDone = true))
  while (!isDone) {
    await new Promise((next) => setImmediate(next))
    queue.shift()?.()
  }
  expect(await result).toMatchObject({ result: 'fail', lookups: { terms: 9 } })
  expect(zone.queries).toHaveLength(1 + 8 + 80 + 1)
  expect(performance.now() - began).toBeLessThan(3000)
})

describe('loops', () => {
  it.each([
    ['v=spf1 include:d.example -all', ''],
    ['v=spf1 redirect=d.example', ''],
    ['v=spf1 include:a.example -all', 'a.example TXT "v=spf1 include:d.example -all"'],
    ['v=spf1 redirect=a.example', 'a.example TXT "v=spf1 redirect=d.example"'],
    [
      'v=spf1 include:a.example redirect=a.example',
      'a.example TXT "v=spf1 include:d.example redirect=d.example"',
    ],
    ['v=spf1 include:%{d}', ''],
    ['v=spf1 include:x.%{d}', '*.d.example TXT "v=spf1 include:y.%{d}"'],
    ['v=spf1 redirect=%{d2}', ''],
  ])('%s', (record, lines) => {
    const zone = publishing(record, lines)
    expect(check(zone)).toMatchObject({
      result: 'permerror',
      reason: { code: 'too-many-terms' },
      lookups: { terms: 11 },
    })
    expect(zone.queries).toHaveLength(11)
  })

  it('of aliases are trouble in the DNS, whatever asks', () => {
    const lines = `
a.example   CNAME b.example
b.example   CNAME a.example
mx.example  MX 1 a.example`
    for (const term of [
      'a:a.example',
      'mx:mx.example',
      'mx:a.example',
      'exists:b.example',
      'include:a.example',
    ])
      expect(check(publishing(`v=spf1 ${term} -all`, lines))).toMatchObject({
        result: 'temperror',
        reason: 'servfail',
      })
    expect(check(publishing('v=spf1 redirect=a.example', lines))).toMatchObject({ result: 'temperror' })
    expect(check(publishing('v=spf1 -all exp=a.example', lines))).toMatchObject({ result: 'fail' })
  })
})

describe('a resolver that does not keep its word', () => {
  const garbage: readonly unknown[] = [
    undefined,
    null,
    0,
    'records',
    Symbol('records'),
    () => 'records',
    {},
    [],
    { kind: 'records' },
    { kind: 'records', records: null },
    { kind: 'records', records: 'v=spf1 -all' },
    { kind: 'records', records: [null] },
    { kind: 'records', records: ['v=spf1 -all'] },
    { kind: 'records', records: [[1]] },
    { kind: 'records', records: [['v=spf1 -all'], { text: 'v=spf1' }] },
    { kind: 'temperror' },
    { kind: 'temperror', reason: 'gone' },
    { kind: 'servfail', reason: 'servfail' },
  ]

  it.each(garbage.map((answer, i) => [i, answer]))('garbage %i', async (_, answer) => {
    const expected = { result: 'temperror', reason: 'network', lookup: { name: 'd.example', type: 'TXT' } }
    expect(check({ resolve: () => answer as never })).toMatchObject(expected)
    expect(await checkHost(usual, { resolver: { resolve: async () => answer as never } })).toMatchObject(
      expected,
    )
  })

  // Each answers every question as if it had been for TXT, and so on.
  it.each([
    ['v=spf1 a -all', [['v=spf1 a -all']]],
    ['v=spf1 exists:x.example -all', [['v=spf1 exists:x.example -all']]],
    ['v=spf1 mx -all', [['v=spf1 mx -all']]],
    ['v=spf1 mx:x.example -all', ['192.0.2.1']],
    ['v=spf1 a:x.example -all', [{ preference: 1, exchange: 'x.example' }]],
  ])('answers of another type: %s', (record, records) => {
    const zone = publishing(record)
    const resolver: Resolver = {
      resolve: (name, type) =>
        type === 'TXT'
          ? zone.resolve(name, type)
          : ({ kind: 'records', records, ttl: 1, authentic: false } as never),
    }
    expect(check(resolver)).toMatchObject({ result: 'temperror', reason: 'network' })
  })

  it('garbage behind ptr, %{p} and exp= is as no answer', () => {
    const zone = publishing('v=spf1 ptr exists:%{p}.x.example -all exp=e.example')
    const resolver: Resolver = {
      resolve: (name, type) =>
        type === 'PTR' || name === 'e.example' ? (null as never) : zone.resolve(name, type),
    }
    expect(check(resolver)).toMatchObject({ result: 'fail', explanation: undefined })
    expect(asked(zone)).toContain('A unknown.x.example')
  })

  it('addresses that are none match nothing', () => {
    const zone = publishing('v=spf1 a/8 mx/8 -all')
    const resolver: Resolver = {
      resolve: (name, type) => {
        if (type === 'TXT') return zone.resolve(name, type)
        const records =
          type === 'MX' ? [{ preference: Number.NaN, exchange: '..' }] : ['', '192', ':::', 'x', '::1']
        return { kind: 'records', records, ttl: -1, authentic: false } as never
      },
    }
    expect(check(resolver)).toMatchObject({ result: 'fail' })
  })

  it.each<[string, Resolver]>([
    [
      'throws',
      {
        resolve: () => {
          throw new Error('gone')
        },
      },
    ],
    ['rejects', { resolve: () => Promise.reject(new Error('gone')) }],
    [
      'has a then that throws',
      {
        resolve: () =>
          ({
            // biome-ignore lint/suspicious/noThenProperty: that is the point
            then: () => {
              throw new Error('gone')
            },
          }) as never,
      },
    ],
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    ['has a then that is none', { resolve: () => ({ then: 1, kind: 'nodata' }) as never }],
  ])('%s', async (name, resolver) => {
    const result = await checkHost(usual, { resolver })
    expect(result).toMatchObject(
      name === 'has a then that is none' ? { result: 'none' } : { result: 'temperror', reason: 'network' },
    )
  })

  it('answers twice, and differently', async () => {
    const found = { kind: 'records', records: [['v=spf1 +all']], ttl: 1, authentic: false } as const
    const resolver = {
      resolve: () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        then: (done: (answer: unknown) => void) => {
          done(found)
          done({ kind: 'nxdomain', ttl: 1 })
        },
      }),
    }
    expect(await checkHost(usual, { resolver: resolver as never })).toMatchObject({ result: 'pass' })
  })

  it('says another thing each time it is asked: one answer counts for the whole evaluation', async () => {
    let turn = 0
    const zone = publishing('v=spf1 a:x.example a:y.example a:x.example -all')
    const resolver: Resolver = {
      async resolve(name, type) {
        if (type === 'TXT') return zone.resolve(name, type)
        turn++
        return { kind: 'records', records: [`198.51.100.${turn}`], ttl: 1, authentic: false } as never
      },
    }
    expect(await checkHost(usual, { resolver })).toMatchObject({
      result: 'fail',
      lookups: { terms: 3, void: 0 },
    })
    expect(turn).toBe(2)
  })
})

describe('what the client says', () => {
  const zone = publishing(
    'v=spf1 exists:%{s}.%{l}.%{o}.%{h}.%{d}.%{i}.x.example include:%{h} -all exp=e.%{o}',
  )
  const bytes = fc.string({ unit: 'binary', maxLength: 300 })
  const strange = fc.oneof(
    bytes,
    fc.constantFrom(
      '',
      '@',
      '.',
      '..',
      '@d.example',
      'a@',
      'a@d.example.',
      'a@@d.example',
      '[192.0.2.1]',
      'd.example',
    ),
    bytes.map((text) => `${text}@d.example`),
    bytes.map((text) => `a@${text}.d.example`),
  )

  it('may be anything', () => {
    fc.assert(
      fc.property(
        strange,
        strange,
        fc.option(strange, { nil: undefined }),
        fc.oneof(strange, fc.ipV4(), fc.ipV6()),
        (sender, helo, domain, ip) => {
          const result = check(zone, { sender, helo, domain, ip })
          expect(result.result).toMatch(/^(none|neutral|pass|fail|softfail|temperror|permerror)$/)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['a sender of 64 KB', { sender: 'a'.repeat(K64) }],
    ['a domain of 64 KB', { sender: `a@${dots}` }],
    ['a domain of 64 KB beyond ASCII', { sender: `a@${'\u00e9.'.repeat(K64 / 2)}example` }],
    ['a label of 64 KB beyond ASCII', { sender: `a@${'\u00e9'.repeat(K64)}.example` }],
    ['a HELO of 64 KB', { sender: '', helo: dots }],
    ['64 KB of @', { sender: '@'.repeat(K64) }],
    ['an address of 64 KB', { ip: '1'.repeat(K64) }],
    ['an address of 64 KB of colons', { ip: ':'.repeat(K64) }],
    ['a NUL in the domain', { sender: 'a@d\0.example' }],
    ['a blank in the domain', { sender: 'a@d .example' }],
  ])('%s: none, and no question', (_, input) => {
    zone.queries.length = 0
    expect(quickly(() => check(zone, input)).result).toBe('none')
    expect(zone.queries).toHaveLength(0)
  })

  it('behind a null sender, HELO with an @ is no sender: no other domain is asked for', () => {
    zone.queries.length = 0
    expect(check(zone, { sender: '', helo: 'ann@d.example' })).toMatchObject({
      result: 'none',
      domain: 'ann@d.example',
      sender: 'postmaster@ann@d.example',
    })
    expect(asked(zone)).toEqual(['TXT ann@d.example'])
  })
})

describe('any bytes as a record', () => {
  const words = fc.constantFrom(
    ...'a mx ptr all include exists ip4 ip6 redirect exp : / // = . - + ~ ? %{ } % %% %_ %- d s l o h i p v c r t 1 24 0 33 x.example 192.0.2.0 2001:db8::'.split(
      ' ',
    ),
    ' ',
    '  ',
    '\t',
    '\0',
    '\x80',
    '\xff',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(words, { maxLength: 25 }).map((pieces) => pieces.join('')),
    fc
      .array(
        fc.array(words, { maxLength: 5 }).map((pieces) => pieces.join('')),
        { maxLength: 8 },
      )
      .map((terms) => terms.join(' ')),
  )
  const records = fc.oneof(
    { weight: 1, arbitrary: text },
    { weight: 9, arbitrary: text.map((rest) => `v=spf1 ${rest}`) },
  )

  it('have a result', () => {
    const clients = fc.constantFrom('192.0.2.1', '2001:db8::1')
    fc.assert(
      fc.property(records, clients, (record, ip) => {
        expect(check(publishing(record, 'x.example A 192.0.2.1'), { ip }).result).toMatch(
          /^(none|neutral|pass|fail|softfail|permerror)$/,
        )
      }),
      { numRuns: 5000 },
    )
  })

  it('are parsed, written and parsed again to the same', () => {
    const places = new Set(['text', 'at'])
    /** Without what depends on where a term stood. */
    const bare = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner) => (places.has(key) ? undefined : inner)))
    fc.assert(
      fc.property(records, (record) => {
        const first = parseRecord(record)
        if (!first.ok) {
          expect(first.error.at).toBeGreaterThanOrEqual(0)
          expect(first.error.at).toBeLessThanOrEqual(record.length)
          return
        }
        const again = parseRecord(formatRecord(first.value))
        expect(again.ok && bare(again.value.terms)).toEqual(bare(first.value.terms))
        expect(again.ok && formatRecord(again.value)).toBe(formatRecord(first.value))
      }),
      { numRuns: 5000 },
    )
  })

  it('have terms whose places are within the text', () => {
    fc.assert(
      fc.property(records, (record) => {
        for (const term of scanRecord(record)) {
          expect(record.slice(term.at, term.at + term.text.length)).toBe(term.text)
          const { parsed } = term
          if (parsed.ok) expect(parsed.value).toMatchObject({ at: term.at, text: term.text })
          else {
            expect(parsed.error.at).toBeGreaterThanOrEqual(term.at)
            expect(parsed.error.at).toBeLessThanOrEqual(term.at + term.text.length)
          }
        }
      }),
      { numRuns: 5000 },
    )
  })
})
