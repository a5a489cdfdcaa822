// Records as text: RFC 7208 §4.5, §4.6.1, §5, §6 and §12.
import { describe, expect, it } from 'vitest'
import {
  type Directive,
  formatMacroString,
  formatRecord,
  isSpfRecord,
  parseRecord,
  type SpfRecord,
  type SpfSyntaxCode,
  scanRecord,
  selectRecord,
} from '../src/index.ts'

function parsed(text: string): SpfRecord {
  const record = parseRecord(text)
  if (!record.ok) throw new TypeError(`${record.error.code} at ${record.error.at} of ${text}`)
  return record.value
}

describe('the version', () => {
  it.each([
    ['v=spf1', true],
    ['v=spf1 ', true],
    ['v=spf1 -all', true],
    ['V=SpF1 -all', true],
    ['v=spf1  -all', true],
    ['', false],
    ['v=spf', false],
    ['v=spf10 -all', false],
    ['v=spf1-all', false],
    ['v=spf1\t-all', false],
    ['v=spf1\n', false],
    [' v=spf1 -all', false],
    ['"v=spf1 -all"', false],
    ['v = spf1 -all', false],
    ['v=spf2 -all', false],
    ['spf2.0/mfrom -all', false],
    ['\ufeffv=spf1 -all', false],
  ])('%j: %s', (text, expected) => {
    expect(isSpfRecord(text)).toBe(expected)
    if (!expected) expect(parseRecord(text)).toEqual({ ok: false, error: { code: 'not-spf', at: 0 } })
  })
})

describe('selectRecord', () => {
  it.each<[string, readonly (readonly string[])[], ReturnType<typeof selectRecord>]>([
    ['none', [], { kind: 'none' }],
    ['others', [['google-site-verification=x'], ['v=spf10 -all'], [''], []], { kind: 'none' }],
    ['one', [['v=DMARC1'], ['v=spf1 -all']], { kind: 'text', text: 'v=spf1 -all' }],
    [
      'joined without a blank',
      [['v=spf1 ip4:192.0', '.2.1 -all']],
      { kind: 'text', text: 'v=spf1 ip4:192.0.2.1 -all' },
    ],
    ['the version in two strings', [['v=sp', 'f1']], { kind: 'text', text: 'v=spf1' }],
    ['a blank lost between strings', [['v=spf1', '-all']], { kind: 'none' }],
    ['two', [['v=spf1 -all'], ['V=SPF1 ~all']], { kind: 'multiple', texts: ['v=spf1 -all', 'V=SPF1 ~all'] }],
    [
      'the same three times',
      [['v=spf1 -all'], ['v=spf1 -all'], ['x'], ['v=spf1 -all']],
      { kind: 'multiple', texts: ['v=spf1 -all', 'v=spf1 -all', 'v=spf1 -all'] },
    ],
    [
      'one among 59',
      [...Array.from({ length: 58 }, (_, i) => [`token-${i}`]), ['v=spf1 mx -all']],
      { kind: 'text', text: 'v=spf1 mx -all' },
    ],
  ])('%s', (_, records, expected) => {
    expect(selectRecord(records)).toEqual(expected)
  })
})

describe('terms', () => {
  const whole = { ip4: 32, ip6: 128 }

  it.each<[text: string, mechanism: object]>([
    ['all', { name: 'all' }],
    ['ALL', { name: 'all' }],
    ['a', { name: 'a', domain: undefined, prefix: whole }],
    ['A/24', { name: 'a', domain: undefined, prefix: { ip4: 24, ip6: 128 } }],
    ['a//64', { name: 'a', domain: undefined, prefix: { ip4: 32, ip6: 64 } }],
    ['a/0//0', { name: 'a', domain: undefined, prefix: { ip4: 0, ip6: 0 } }],
    ['a/32//128', { name: 'a', domain: undefined, prefix: whole }],
    [
      'a:x.example',
      { name: 'a', prefix: whole, domain: { parts: ['x.example'], literal: 'x.example', name: 'x.example' } },
    ],
    [
      'a:X.Example.',
      {
        name: 'a',
        prefix: whole,
        domain: { parts: ['X.Example.'], literal: 'X.Example.', name: 'x.example' },
      },
    ],
    ['a:x.example/24//64', { name: 'a', prefix: { ip4: 24, ip6: 64 }, domain: { name: 'x.example' } }],
    ['a:x/24.example', { name: 'a', prefix: whole, domain: { name: 'x/24.example' } }],
    [
      'a:%{d}/24',
      { name: 'a', prefix: { ip4: 24, ip6: 128 }, domain: { name: undefined, literal: undefined } },
    ],
    ['mx', { name: 'mx', domain: undefined, prefix: whole }],
    [
      'mx:_a-b.x-1.example/16',
      { name: 'mx', prefix: { ip4: 16, ip6: 128 }, domain: { name: '_a-b.x-1.example' } },
    ],
    ['ptr', { name: 'ptr', domain: undefined }],
    ['ptr:x.example', { name: 'ptr', domain: { name: 'x.example' } }],
    ['include:x.example', { name: 'include', domain: { name: 'x.example' } }],
    ['include:%{d2}', { name: 'include', domain: { name: undefined } }],
    ['exists:a.%%.%_.%-', { name: 'exists', domain: { name: 'a.%. .%20' } }],
    ['exists:a.b:c.example', { name: 'exists', domain: { name: 'a.b:c.example' } }],
    [
      'exists:!#$&\'()*+,;<=>?@[\\]^`{|}~".example',
      { name: 'exists', domain: { parts: [expect.any(String)] } },
    ],
    ['exists:a..example', { name: 'exists', domain: { name: 'a..example' } }],
    ['ip4:192.0.2.1', { name: 'ip4', network: { prefixLength: 32, network: { text: '192.0.2.1' } } }],
    ['ip4:192.0.2.77/24', { name: 'ip4', network: { prefixLength: 24, network: { text: '192.0.2.0' } } }],
    ['ip4:0.0.0.0/0', { name: 'ip4', network: { prefixLength: 0, network: { text: '0.0.0.0' } } }],
    ['ip6:2001:DB8::/32', { name: 'ip6', network: { prefixLength: 32, network: { text: '2001:db8::' } } }],
    ['ip6:::1', { name: 'ip6', network: { prefixLength: 128, network: { text: '::1' } } }],
    [
      'ip6:::ffff:192.0.2.1',
      { name: 'ip6', network: { prefixLength: 128, network: { text: '::ffff:192.0.2.1' } } },
    ],
  ])('%s', (text, mechanism) => {
    for (const qualifier of ['', '+', '-', '~', '?']) {
      const record = parsed(`v=spf1 ${qualifier}${text}`)
      expect(record.directives).toHaveLength(1)
      expect(record.directives[0]).toMatchObject({
        kind: 'directive',
        qualifier: qualifier || '+',
        mechanism,
        text: qualifier + text,
        at: 7,
      })
    }
  })

  it.each<[text: string, term: object]>([
    ['redirect=x.example', { kind: 'redirect', domain: { name: 'x.example' } }],
    ['REDIRECT=%{d}', { kind: 'redirect', domain: { name: undefined } }],
    ['exp=why.example', { kind: 'exp', domain: { name: 'why.example' } }],
    ['exp=%{l}.x.example', { kind: 'exp' }],
    ['moo=', { kind: 'unknown-modifier', name: 'moo', value: { parts: [''], literal: '' } }],
    ['moo=cow', { kind: 'unknown-modifier', name: 'moo', value: { literal: 'cow' } }],
    ['Moo.2-x_=%{c}=%%', { kind: 'unknown-modifier', name: 'Moo.2-x_', value: { literal: undefined } }],
    ['v=spf1', { kind: 'unknown-modifier', name: 'v', value: { literal: 'spf1' } }],
    ['ip4=192.0.2.1', { kind: 'unknown-modifier', name: 'ip4' }],
    ['all=', { kind: 'unknown-modifier', name: 'all' }],
  ])('%s', (text, term) => {
    const record = parsed(`v=spf1 ${text}`)
    expect(record.terms).toMatchObject([{ ...term, text, at: 7 }])
    expect(record.directives).toEqual([])
  })

  it('stand in order, with their places; blanks may be many, and one may end the record', () => {
    const text = 'v=spf1  exp=e.example mx moo=1  moo=2 redirect=r.example ?all  '
    const record = parsed(text)
    expect(record.text).toBe(text)
    expect(record.terms.map((term) => [term.at, term.text])).toEqual([
      [8, 'exp=e.example'],
      [22, 'mx'],
      [25, 'moo=1'],
      [32, 'moo=2'],
      [38, 'redirect=r.example'],
      [57, '?all'],
    ])
    expect(record.directives.map((directive) => directive.text)).toEqual(['mx', '?all'])
    expect(record.redirect).toBe(record.terms[4])
    expect(record.explanation).toBe(record.terms[0])
  })

  it('may be none', () => {
    for (const text of ['v=spf1', 'v=spf1 ', 'v=spf1   '])
      expect(parsed(text)).toEqual({
        text,
        terms: [],
        directives: [],
        redirect: undefined,
        explanation: undefined,
      })
  })

  it('are scanned by themselves, right or wrong', () => {
    const text = 'v=spf1 a ipv4:1 redirect=a.b  -all/ redirect=c.d'
    expect(
      scanRecord(text).map(({ at, text, parsed }) => [at, text, parsed.ok ? 'ok' : parsed.error]),
    ).toEqual([
      [7, 'a', 'ok'],
      [9, 'ipv4:1', { code: 'unknown-mechanism', at: 9 }],
      [16, 'redirect=a.b', 'ok'],
      [30, '-all/', { code: 'unexpected-argument', at: 34 }],
      // That it is the second is seen in the record only.
      [36, 'redirect=c.d', 'ok'],
    ])
  })
})

describe('mistakes', () => {
  // `at` counts from the beginning of the term, which stands at 9.
  it.each<[term: string, code: SpfSyntaxCode, at: number]>([
    ['foo', 'unknown-mechanism', 0],
    ['foo:bar', 'unknown-mechanism', 0],
    ['ipv4:192.0.2.1', 'unknown-mechanism', 0],
    ['-', 'unknown-mechanism', 1],
    ['--all', 'unknown-mechanism', 1],
    ['+-all', 'unknown-mechanism', 1],
    ['!all', 'unknown-mechanism', 0],
    ['192.0.2.1', 'unknown-mechanism', 0],
    ['ptr4', 'unknown-mechanism', 0],
    ['ip:192.0.2.1', 'unknown-mechanism', 0],
    ['\tall', 'unknown-mechanism', 0],
    ['all\t', 'unexpected-argument', 3],
    ['all:', 'unexpected-argument', 3],
    ['all/8', 'unexpected-argument', 3],
    ['all.', 'unexpected-argument', 3],
    ['~all-', 'unexpected-argument', 4],
    ['a.x.example', 'unexpected-argument', 1],
    ['mx,', 'unexpected-argument', 2],
    ['ptr/24', 'unexpected-argument', 3],
    ['include/24', 'unexpected-argument', 7],
    ['ip4.1', 'unexpected-argument', 3],
    ['include', 'missing-domain', 7],
    ['include:', 'missing-domain', 8],
    ['-exists', 'missing-domain', 7],
    ['exists:', 'missing-domain', 7],
    ['a:', 'missing-domain', 2],
    ['a:/24', 'missing-domain', 2],
    ['?mx:', 'missing-domain', 4],
    ['ptr:', 'missing-domain', 4],
    ['redirect=', 'missing-domain', 9],
    ['exp=', 'missing-domain', 4],
    ['include:example', 'not-a-domain', 8],
    ['a:localhost', 'not-a-domain', 2],
    ['a:x.1', 'not-a-domain', 2],
    ['a:192.0.2.1', 'not-a-domain', 2],
    ['a:x.-y', 'not-a-domain', 2],
    ['a:x.y-', 'not-a-domain', 2],
    ['a:x.y_z', 'not-a-domain', 2],
    ['a:x.example..', 'not-a-domain', 2],
    ['a:.', 'not-a-domain', 2],
    ['a:%{d}x', 'not-a-domain', 2],
    ['a:%{d}.123', 'not-a-domain', 2],
    ['mx:x.example:25', 'not-a-domain', 3],
    ['a:x.example/24/64', 'not-a-domain', 2],
    ['a:x.example/', 'not-a-domain', 2],
    ['a:x.example,', 'not-a-domain', 2],
    ['exists:x.example/24', 'not-a-domain', 7],
    ['ptr:x.example/24', 'not-a-domain', 4],
    ['redirect=example', 'not-a-domain', 9],
    ['exp=-', 'not-a-domain', 4],
    ['a/', 'bad-prefix-length', 1],
    ['a/33', 'bad-prefix-length', 1],
    ['a/08', 'bad-prefix-length', 1],
    ['a/24/64', 'bad-prefix-length', 1],
    ['mx//129', 'bad-prefix-length', 2],
    ['mx///64', 'bad-prefix-length', 2],
    ['mx/24//', 'bad-prefix-length', 2],
    ['a:x.example/33', 'bad-prefix-length', 11],
    ['a:x.example/24//200', 'bad-prefix-length', 11],
    ['ip4:192.0.2.0/33', 'bad-prefix-length', 14],
    ['ip4:192.0.2.0/', 'bad-prefix-length', 14],
    ['ip4:192.0.2.0/024', 'bad-prefix-length', 14],
    ['ip4:192.0.2.0//24', 'bad-prefix-length', 14],
    ['ip6:2001:db8::/129', 'bad-prefix-length', 15],
    ['ip4', 'missing-address', 3],
    ['-ip4', 'missing-address', 4],
    ['ip6:', 'missing-address', 4],
    ['ip4:192.0.2', 'bad-address', 11],
    ['ip4:192.0.2.256', 'bad-address', 12],
    ['ip4:192.0.2.01', 'bad-address', 12],
    ['ip4:192.0.2.1.1', 'bad-address', 14],
    ['ip4:2001:db8::1', 'bad-address', 4],
    ['ip6:192.0.2.1', 'bad-address', 4],
    ['ip6:2001:::1', 'bad-address', 4],
    ['ip6:fe80::1%eth0', 'bad-address', 11],
    ['ip6:[2001:db8::1]', 'bad-address', 4],
    ['exists:%{x}.example', 'bad-macro', 7],
    ['exists:a.%{d', 'bad-macro', 9],
    ['exists:a%', 'bad-macro', 8],
    ['exists:%(d).example', 'bad-macro', 7],
    ['exists:%{d0}.example', 'bad-macro', 7],
    ['exists:%{d00}.example', 'bad-macro', 7],
    ['exists:%{dr2}.example', 'bad-macro', 7],
    ['exists:%{d-r}.example', 'bad-macro', 7],
    ['exists:%{d*}.example', 'bad-macro', 7],
    ['exists:%{}.example', 'bad-macro', 7],
    ['moo=a%b', 'bad-macro', 5],
    ['redirect=%{y}', 'bad-macro', 9],
    ['exists:%{c}.example', 'macro-not-here', 7],
    ['exists:x.%{R}.example', 'macro-not-here', 9],
    ['exp=%{t}.example', 'macro-not-here', 4],
    ['a:x.\u00e4.example', 'bad-character', 4],
    ['a:x\0.example', 'bad-character', 3],
    ['a:x\x7f.example', 'bad-character', 3],
    ['redirect=x\t.example', 'bad-character', 10],
    ['moo=\xff', 'bad-character', 4],
    ['moo=a\tb', 'bad-character', 5],
    ['=x', 'bad-modifier-name', 0],
    ['1=x', 'bad-modifier-name', 0],
    ['m%o=x', 'bad-modifier-name', 0],
    ['-redirect=x.example', 'bad-modifier-name', 0],
    ['\u00e4=x', 'bad-modifier-name', 0],
    ['exp=a.example exp=a.example', 'duplicate-modifier', 14],
    ['redirect=a.example REDIRECT=b.example', 'duplicate-modifier', 19],
  ])('%j: %s at %i', (term, code, at) => {
    expect(parseRecord(`v=spf1 a ${term} -all`)).toEqual({ ok: false, error: { code, at: 9 + at } })
  })

  it('are found wherever they stand: the first of them counts', () => {
    expect(parseRecord('v=spf1 +all foo bar:x')).toEqual({
      ok: false,
      error: { code: 'unknown-mechanism', at: 12 },
    })
  })
})

describe('formatRecord', () => {
  it.each([
    ['v=spf1', 'v=spf1'],
    ['V=SPF1   A  MX/32//128 -ALL ', 'v=spf1 a mx -all'],
    ['v=spf1 +a:X.Example./24 ~ip4:192.0.2.77/24', 'v=spf1 a:X.Example./24 ~ip4:192.0.2.0/24'],
    ['v=spf1 ip4:192.0.2.1/32 ip6:2001:DB8:0::1/128', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1'],
    ['v=spf1 mx//64 ptr PTR:x.example', 'v=spf1 mx//64 ptr ptr:x.example'],
    ['v=spf1 exists:%{D02R.-}.%%.%_.%-.x.example', 'v=spf1 exists:%{D2r.-}.%%.%_.%-.x.example'],
    ['v=spf1 redirect=a.example Moo=%{c} exp=b.example', 'v=spf1 redirect=a.example Moo=%{c} exp=b.example'],
    ['v=spf1 ?include:a.example', 'v=spf1 ?include:a.example'],
  ])('%s', (text, expected) => {
    expect(formatRecord(parsed(text))).toBe(expected)
  })

  it('writes %20 as it is read', () => {
    const { mechanism } = parsed('v=spf1 exists:%%20.%-.example').directives[0] as Directive
    expect(mechanism).toMatchObject({ domain: { literal: '%20.%20.example' } })
    expect(mechanism.name === 'exists' && formatMacroString(mechanism.domain)).toBe('%-.%-.example')
  })

  it('writes numbers of parts that are larger than any', () => {
    const text = formatRecord(parsed(`v=spf1 exists:%{d${'9'.repeat(400)}}`))
    expect(formatRecord(parsed(text))).toBe(text)
  })
})
