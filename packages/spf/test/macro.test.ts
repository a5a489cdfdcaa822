// Macros: RFC 7208 §7. What a name expands to is seen in the name that is asked for.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMacroString, parseMacroString, type SpfInput } from '../src/index.ts'
import { asked, check, publishing } from './check.ts'

/** RFC 7208 §7.4. */
const standard = {
  sender: 'strong-bad@email.example.com',
  helo: 'mx.example.org',
  ip: '192.0.2.3',
  domain: 'd.example',
} satisfies SpfInput

/** The name that exists asks for. */
function expanded(spec: string, input: Partial<SpfInput> = {}, lines = ''): string | undefined {
  const { trace } = check(publishing(`v=spf1 exists:${spec}`, lines), { ...standard, ...input })
  return trace?.terms[0]?.target
}

describe('the examples of the standard', () => {
  const domain = { domain: 'email.example.com' }
  const zone = (spec: string) => `email.example.com TXT "v=spf1 exists:${spec}"`
  const expandedThere = (spec: string, input: Partial<SpfInput> = {}) =>
    check(publishing('v=spf1', zone(spec)), { ...standard, ...domain, ...input }).trace?.terms[0]?.target

  it.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ])('%s: %s', (spec, name) => {
    expect(expandedThere(spec)).toBe(name)
  })

  it('IPv6', () => {
    expect(expandedThere('%{ir}.%{v}._spf.%{d2}', { ip: '2001:db8::cb01' })).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
    )
  })
})

describe('letters', () => {
  it.each<[spec: string, input: Partial<SpfInput>, name: string]>([
    ['%{s}.x', { sender: 'Ann@D.Example' }, 'ann@d.example.x'],
    ['%{s}.x', { sender: '' }, 'postmaster@mx.example.org.x'],
    ['%{s}.x', { sender: 'd.example' }, 'postmaster@d.example.x'],
    ['%{s}.x', { sender: '@d.example' }, 'postmaster@d.example.x'],
    ['%{s}.x', { sender: 'a@b@d.example' }, 'a@b@d.example.x'],
    ['%{l}.x', { sender: '' }, 'postmaster.x'],
    ['%{l}.x', { sender: '@d.example' }, 'postmaster.x'],
    ['%{l}.x', { sender: 'a@b@d.example' }, 'a@b.x'],
    ['%{o}.x', { sender: '' }, 'mx.example.org.x'],
    ['%{o}.x', { sender: 'ann@other.example' }, 'other.example.x'],
    ['%{d}.x', { sender: 'ann@other.example' }, 'd.example.x'],
    ['%{d}.x', { domain: 'D.Example.' }, 'd.example.x'],
    ['%{h}.x', { helo: '' }, '.x'],
    ['%{h}.x', { helo: '[192.0.2.1]' }, '[192.0.2.1].x'],
    ['%{i}.x', { ip: '::ffff:192.0.2.9' }, '192.0.2.9.x'],
    ['%{v}.x', { ip: '::ffff:192.0.2.9' }, 'in-addr.x'],
    ['%{v}.x', { ip: '2001:db8::1' }, 'ip6.x'],
    ['%{i}.x', { ip: '::' }, `${'0.'.repeat(32)}x`],
    ['%{p}.x', {}, 'unknown.x'],
  ])('%s', (spec, input, name) => {
    expect(expanded(spec, input)).toBe(name)
  })

  it('%{d} is the domain at work, %{o} the sender’s', () => {
    const zone = publishing(
      'v=spf1 include:inner.example redirect=other.example',
      `
inner.example TXT "v=spf1 exists:%{d}.%{o}.inc.example"
other.example TXT "v=spf1 exists:%{d}.%{o}.red.example"`,
    )
    check(zone)
    expect(asked(zone)).toEqual([
      'TXT d.example',
      'TXT inner.example',
      'A inner.example.d.example.inc.example',
      'TXT other.example',
      'A other.example.d.example.red.example',
    ])
  })

  describe('%{p}', () => {
    const names = (...list: string[]) =>
      list.map((name) => `3.2.0.192.in-addr.arpa PTR ${name}\n${name} A 192.0.2.3`).join('\n')

    it.each([
      ['the domain itself', names('a.example', 'x.d.example', 'd.example'), 'd.example'],
      ['else one below it', names('a.example', 'x.d.example', 'y.d.example'), 'x.d.example'],
      ['else any', names('notd.example', 'a.example'), 'notd.example'],
      [
        'only confirmed ones',
        `${names('a.example')}\n3.2.0.192.in-addr.arpa PTR d.example\nd.example A 192.0.2.4`,
        'a.example',
      ],
      ['unknown without', '3.2.0.192.in-addr.arpa PTR a.example', 'unknown'],
    ])('is %s', (_, lines, name) => {
      expect(expanded('%{p}.x', {}, lines)).toBe(`${name}.x`)
    })

    it('is unknown when the DNS is in trouble, and leaves out a name that is', () => {
      const lines = names('a.example', 'b.example')
      const target = (failures: Record<string, 'servfail'>) =>
        check(publishing('v=spf1 exists:%{p}.x', lines, { failures }), standard).trace?.terms[0]?.target
      expect(target({ '3.2.0.192.in-addr.arpa': 'servfail' })).toBe('unknown.x')
      expect(target({ 'a.example': 'servfail' })).toBe('b.example.x')
    })

    it('takes transformers', () => {
      expect(expanded('%{p2}.%{pr}.x', {}, names('one.two.example'))).toBe('two.example.example.two.one.x')
    })
  })
})

describe('transformers and delimiters', () => {
  const sender = 'a-b+c,d/e_f=g.h@d.example'

  it.each([
    ['%{l-}', 'a.b+c,d/e_f=g.h'],
    ['%{l+}', 'a-b.c,d/e_f=g.h'],
    ['%{l,}', 'a-b+c.d/e_f=g.h'],
    ['%{l/}', 'a-b+c,d.e_f=g.h'],
    ['%{l_}', 'a-b+c,d/e.f=g.h'],
    ['%{l=}', 'a-b+c,d/e_f.g.h'],
    ['%{l.}', 'a-b+c,d/e_f=g.h'],
    ['%{lr}', 'h.a-b+c,d/e_f=g'],
    ['%{lr-+,/_=.}', 'h.g.f.e.d.c.b.a'],
    ['%{l3r-+,/_=.}', 'c.b.a'],
    ['%{l3-+,/_=.}', 'f.g.h'],
    ['%{l003-}', 'a.b+c,d/e_f=g.h'],
    ['%{l1-}', 'b+c,d/e_f=g.h'],
    ['%{l128-+,/_=.}', 'a.b.c.d.e.f.g.h'],
    ['%{lR-}', 'b+c,d/e_f=g.h.a'],
    ['%{l--}', 'a.b+c,d/e_f=g.h'],
  ])('%s: %s', (spec, text) => {
    expect(expanded(`${spec}.x`, { sender })).toBe(`${text}.x`)
  })

  it.each([
    ['%{l-}', '-a--b-', '.a..b.'],
    ['%{lr-}', '-a--b-', '.b..a.'],
    ['%{l2-}', '-a--b-', 'b.'],
    ['%{l1-}', 'a-', ''],
    ['%{l1r-}', '-a', ''],
    ['%{l2r-}', 'a', 'a'],
    ['%{l-}', '-', '.'],
  ])('%s of %s keeps empty parts: %s', (spec, local, text) => {
    expect(expanded(`${spec}.x`, { sender: `${local}@d.example` })).toBe(`${text}.x`)
  })

  it.each([
    ['%{L}', "a!#$&'*?^`{|}~-._9Z", 'a%21%23%24%26%27%2a%3f%5e%60%7b%7c%7d~-._9z'],
    ['%{L-}', 'a-b c', 'a.b%20c'],
    ['%{S}', 'a+b', 'a%2bb%40d.example'],
    ['%{L1r=}', 'a/b=c', 'a%2fb'],
    ['%{L}', '100%', '100%25'],
    ['%{L}', '(a)', '%28a%29'],
  ])('%s of %s is escaped: %s', (spec, local, text) => {
    expect(expanded(`${spec}.x`, { sender: `${local}@d.example` })).toBe(`${text}.x`)
  })

  it.each([
    ['%%.x', '%.x'],
    ['a%_b.x', 'a b.x'],
    ['a%-b.x', 'a%20b.x'],
    ['%%{d}.x', '%{d}.x'],
    ['%%%{v}.x', '%in-addr.x'],
    ['x.%%', 'x.%'],
    ['x.y.%{d}', 'x.y.d.example'],
    ['x.%{d}.', undefined],
    ['x.y.example.', 'x.y.example'],
  ])('%s: %s', (spec, name) => {
    expect(expanded(spec)).toBe(name)
  })
})

describe('names of more than 253 characters lose labels from the left', () => {
  const label = (length: number) => 'l'.repeat(length)

  it.each<[name: string, local: string, kept: number]>([
    ['253: all of it', `${label(60)}.${label(60)}.${label(60)}.${label(60)}.${label(7)}`, 253],
    ['254: one label', `${label(60)}.${label(60)}.${label(60)}.${label(60)}.${label(8)}`, 193],
    ['one label too long for it', label(252), 1],
    ['a long one before short ones', `${label(300)}.a.b`, 5],
    ['many', 'a.'.repeat(300), 252],
  ])('%s', (_, local, kept) => {
    const name = expanded('%{l}.x', { sender: `${local}@d.example` })
    expect(name).toHaveLength(kept)
    expect(`${local.toLowerCase()}.x`.endsWith(name ?? '-')).toBe(true)
  })
})

describe('parseMacroString', () => {
  it.each([
    ['plain', { parts: ['plain'], literal: 'plain' }],
    ['', { parts: [''], literal: '' }],
    ['%%%_%-', { parts: ['% %20'], literal: '% %20' }],
    [
      'a%{D2r.-}b',
      {
        parts: ['a', { letter: 'd', keep: 2, isReversed: true, delimiters: '.-', isEscaped: true }, 'b'],
        literal: undefined,
      },
    ],
    ['%{i}%{i}', { parts: [{ letter: 'i' }, { letter: 'i' }] }],
  ])('%j', (text, value) => {
    expect(parseMacroString(text)).toMatchObject({ ok: true, value })
  })

  it.each([
    ['a b', false, 'bad-character', 1],
    ['a b', true, undefined, 0],
    ['a\tb', true, 'bad-character', 1],
    ['caf\xe9', true, 'bad-character', 3],
    ['%{c}', false, 'macro-not-here', 0],
    ['x%{R}', false, 'macro-not-here', 1],
    ['%{c}%{r}%{t}', true, undefined, 0],
    ['100%', true, 'bad-macro', 3],
    ['% ', true, 'bad-macro', 0],
    ['%{xx}', true, 'bad-macro', 0],
    ['%{d0}', true, 'bad-macro', 0],
  ])('%j, explanation: %s', (text, isExplanation, code, at) => {
    const parsed = parseMacroString(text, { isExplanation, offset: 10 })
    if (code === undefined) expect(parsed.ok).toBe(true)
    else expect(parsed).toEqual({ ok: false, error: { code, at: at + 10 } })
  })

  it('undoes formatMacroString', () => {
    const macro = fc.record({
      letter: fc.constantFrom(...'slodiphcrtvSLODIPHCRTV'),
      keep: fc.option(fc.integer({ min: 1, max: 300 })),
      reversed: fc.constantFrom('', 'r'),
      delimiters: fc.string({ unit: fc.constantFrom(...'.-+,/_='), maxLength: 4 }),
    })
    const piece = fc.oneof(
      fc.constantFrom('%%', '%_', '%-', '%%20', '20'),
      fc.string({ unit: fc.constantFrom('a', '.', '{', '}', '!', '~'), maxLength: 5 }),
      macro.map(
        ({ letter, keep, reversed, delimiters }) => `%{${letter}${keep ?? ''}${reversed}${delimiters}}`,
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const first = parseMacroString(pieces.join(''), { isExplanation: true })
        expect(first.ok).toBe(true)
        if (first.ok)
          expect(parseMacroString(formatMacroString(first.value), { isExplanation: true })).toEqual(first)
      }),
      { numRuns: 2000 },
    )
  })
})
