import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSignature } from '../src/index.ts'

const good: Readonly<Record<string, string>> = {
  v: '1',
  a: 'rsa-sha256',
  b: 'QUFB QUE=',
  bh: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  d: 'example.org',
  s: 'sel',
  h: 'from:to',
}

/** The usual tags with some changed; undefined takes one away. */
const field = (tags: Readonly<Record<string, string | undefined>>, name = 'DKIM-Signature'): string => {
  const list = Object.entries({ ...good, ...tags }).filter(([, value]) => value !== undefined)
  return `${name}: ${list.map(([tag, value]) => `${tag}=${value}`).join('; ')}`
}

describe('reads', () => {
  it.each<[tags: Readonly<Record<string, string>>, facts: object]>([
    [
      {},
      {
        identity: '@example.org',
        canonicalization: { header: 'simple', body: 'simple' },
        query: ['dns/txt'],
      },
    ],
    [
      { d: 'Example.ORG', s: '2024.Mail' },
      { domain: 'example.org', selector: '2024.mail' },
    ],
    [{ s: '20230601' }, { selector: '20230601' }],
    [{ s: '-a_b-' }, { selector: '-a_b-' }],
    [{ d: '_x.example.org' }, { domain: '_x.example.org' }],
    [{ c: 'relaxed' }, { canonicalization: { header: 'relaxed', body: 'simple' } }],
    [{ c: 'simple/relaxed' }, { canonicalization: { header: 'simple', body: 'relaxed' } }],
    [{ h: ' From : TO\r\n\t:x-y' }, { signedFields: ['from', 'to', 'x-y'] }],
    [
      { i: 'a=3Bb=20c@mail.example.org' },
      { identity: 'a;b c@mail.example.org', identityDomain: 'mail.example.org' },
    ],
    [{ i: '"a@b"@example.org' }, { identity: '"a@b"@example.org', identityDomain: 'example.org' }],
    [{ i: 'a\r\n b@exam\r\n ple.org' }, { identity: 'ab@example.org' }],
    [{ i: '=E4@example.org' }, { identity: '\xe4@example.org' }],
    [{ l: '0' }, { bodyLength: 0 }],
    [{ l: '0012' }, { bodyLength: 12 }],
    [{ l: '9'.repeat(76) }, { bodyLength: Number.POSITIVE_INFINITY }],
    [
      { t: '1', x: '2' },
      { timestamp: 1, expiration: 2 },
    ],
    [
      { t: '999999999999', x: '9999999999999' },
      { timestamp: 999_999_999_999, expiration: Number.POSITIVE_INFINITY },
    ],
    [{ q: 'DNS/txt : x' }, { query: ['dns/txt', 'x'] }],
    [
      { z: 'From:=20a=7Cb|To: c\r\n d|rubbish|=|X:' },
      {
        copiedFields: [
          { name: 'From', body: ' a|b' },
          { name: 'To', body: 'cd' },
          { name: 'X', body: '' },
        ],
      },
    ],
    [{ a: 'x-y' }, { algorithm: 'x-y' }],
  ])('%j', (tags, facts) => {
    expect(parseSignature(field(tags))).toMatchObject({ ok: true, value: facts })
  })

  it('the octets of b= and bh=', () => {
    const parsed = parseSignature(field({}))
    expect(parsed.ok && parsed.value.data.toString()).toBe('AAAAA')
    expect(parsed.ok && parsed.value.bodyHash).toHaveLength(32)
  })

  it.each([
    ['DKIM-Signature: v=1; a=rsa-sha256; d=a.b; s=c; h=from; bh=QQ==; b=QUFB', 'b='],
    ['DKIM-Signature: v=1; a=rsa-sha256; d=a.b; s=c; h=from; bh=QQ==; b = \r\n\tQU FB\r\n', 'b ='],
    ['dkim-signature : b= QUFB ;v=1; a=rsa-sha256; d=a.b; s=c; h=from; bh=QQ==', ': b=;v=1'],
  ])('what was signed: %j', (raw, piece) => {
    const parsed = parseSignature(raw)
    expect(parsed).toMatchObject({ ok: true })
    if (parsed.ok) expect(parsed.value.unsigned).toContain(piece)
    if (parsed.ok) expect(parsed.value.unsigned).toBe(raw.replace(/\b(b ?=)[^;]*/, '$1'))
  })
})

describe('refuses', () => {
  it.each(['v', 'a', 'b', 'bh', 'd', 's', 'h'])('no %s=', (tag) => {
    const raw = field({ [tag]: undefined })
    expect(parseSignature(raw)).toEqual({ ok: false, error: { code: 'missing-tag', at: raw.length, tag } })
  })

  it.each<[tags: Readonly<Record<string, string | undefined>>, code: string, tag: string]>([
    [{ v: '2' }, 'unknown-version', 'v'],
    [{ v: '1.0' }, 'unknown-version', 'v'],
    [{ v: '' }, 'unknown-version', 'v'],
    [{ a: 'rsa' }, 'bad-value', 'a'],
    [{ a: 'rsa-sha256-x' }, 'bad-value', 'a'],
    [{ a: '' }, 'bad-value', 'a'],
    [{ b: '' }, 'bad-value', 'b'],
    [{ b: 'A-A_' }, 'bad-value', 'b'],
    [{ b: 'AA*A' }, 'bad-value', 'b'],
    [{ b: 'AA=A' }, 'bad-value', 'b'],
    [{ b: 'AAAA===' }, 'bad-value', 'b'],
    [{ b: '===' }, 'bad-value', 'b'],
    [{ b: 'AA\xe9A' }, 'bad-value', 'b'],
    [{ bh: 'QUFB' + '!' }, 'bad-value', 'bh'],
    [{ d: '' }, 'bad-value', 'd'],
    [{ d: 'org' }, 'bad-value', 'd'],
    [{ d: 'example.org.' }, 'bad-value', 'd'],
    [{ d: 'exa mple.org' }, 'bad-value', 'd'],
    [{ d: '[192.0.2.1]' }, 'bad-value', 'd'],
    [{ d: '192.0.2.1' }, 'bad-value', 'd'],
    [{ d: `${'a'.repeat(64)}.org` }, 'bad-value', 'd'],
    [{ d: '\xff.org' }, 'bad-value', 'd'],
    [{ s: '' }, 'bad-value', 's'],
    [{ s: 'a..b' }, 'bad-value', 's'],
    [{ s: 'a b' }, 'bad-value', 's'],
    [{ s: 'a/b' }, 'bad-value', 's'],
    [{ s: 'a'.repeat(64) }, 'bad-value', 's'],
    [{ h: '' }, 'bad-value', 'h'],
    [{ h: ':' }, 'bad-value', 'h'],
    [{ h: ' : \t:' }, 'bad-value', 'h'],
    [{ h: 'from: to x' }, 'bad-value', 'h'],
    [{ h: 'from to' }, 'bad-value', 'h'],
    [{ h: 'fr\xf6m' }, 'bad-value', 'h'],
    [{ h: 'from:'.repeat(5000) + 'to' }, 'bad-value', 'h'],
    [{ i: '' }, 'bad-value', 'i'],
    [{ i: 'ann' }, 'bad-value', 'i'],
    [{ i: 'ann@' }, 'bad-value', 'i'],
    [{ i: 'ann=zz@example.org' }, 'bad-value', 'i'],
    [{ i: 'a=00b@example.org' }, 'bad-value', 'i'],
    [{ i: 'a=0D=0Ab@example.org' }, 'bad-value', 'i'],
    [{ c: 'nofws' }, 'unknown-canonicalization', 'c'],
    [{ c: '' }, 'unknown-canonicalization', 'c'],
    [{ c: 'relaxed/' }, 'unknown-canonicalization', 'c'],
    [{ l: '' }, 'bad-value', 'l'],
    [{ l: '-1' }, 'bad-value', 'l'],
    [{ l: '1.5' }, 'bad-value', 'l'],
    [{ l: '1 2' }, 'bad-value', 'l'],
    [{ l: '0x1f' }, 'bad-value', 'l'],
    [{ t: 'now' }, 'bad-value', 't'],
    [{ t: '-5' }, 'bad-value', 't'],
    [{ x: '' }, 'bad-value', 'x'],
    [{ x: '1e9' }, 'bad-value', 'x'],
    [{ t: '5', x: '5' }, 'bad-value', 'x'],
    [{ t: '5', x: '4' }, 'bad-value', 'x'],
  ])('%j', (tags, code, tag) => {
    const raw = field(tags)
    const parsed = parseSignature(raw)
    expect(parsed).toMatchObject({ ok: false, error: { code, tag } })
    if (!parsed.ok)
      expect(code === 'missing-tag' || raw.slice(parsed.error.at).startsWith(`${tag}=`)).toBe(true)
  })

  it.each([
    ['DKIM-Signature:', 'empty-tag', 15],
    ['DKIM-Signature: v=1;; a=b', 'empty-tag', 20],
    ['DKIM-Signature: v=1; v=1', 'duplicate-tag', 21],
    ['DKIM-Signature: v', 'missing-equals', 16],
    ['DKIM-Signature: v=\0', 'bad-character', 18],
    ['DKIM-Signature', 'not-a-signature', 0],
    ['DKIM-Signaturex: v=1', 'not-a-signature', 0],
    ['X-DKIM-Signature: v=1', 'not-a-signature', 0],
    ['', 'not-a-signature', 0],
  ])('%j', (raw, code, at) => {
    expect(parseSignature(raw)).toEqual({ ok: false, error: { code, at } })
  })

  it('thousands of tags, fields and copies without losing time', () => {
    const many = (text: string) => text.repeat(100_000)
    for (const [tags, code] of [
      [{ zz: `1;${Array.from({ length: 5000 }, (_, i) => `t${i}=`).join(';')}` }, 'too-many-tags'],
      [{ h: many('a:') }, 'bad-value'],
      [{ h: `a${many('  ')}b` }, 'bad-value'],
      [{ d: many('a.') }, 'bad-value'],
      [{ s: many('a.') }, 'bad-value'],
      [{ i: many('@') }, 'bad-value'],
      [{ q: many(':') }, undefined],
      [{ z: many('|') }, undefined],
      [{ b: many('A') }, undefined],
      [{ c: many('/') }, 'unknown-canonicalization'],
    ] as const) {
      const parsed = parseSignature(field(tags))
      expect(parsed.ok ? undefined : parsed.error.code).toBe(code)
    }
  })

  it('never throws', () => {
    const piece = fc.constantFrom(
      ...Object.entries(good).map(([tag, value]) => `${tag}=${value};`),
      ';',
      '=',
      ' ',
      '\r\n ',
      'i=@',
      'z==',
      'l=1;',
      'x=1;',
      '\xff',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const raw = `DKIM-Signature:${pieces.join('')}`
        const parsed = parseSignature(raw)
        if (!parsed.ok) expect(parsed.error.at).toBeLessThanOrEqual(raw.length)
      }),
      { numRuns: 2000 },
    )
  })
})
