import { describe, expect, it } from 'vitest'
import { isFullyQualified, labelsOf, parseHostname, toUnicodeHostname } from '../src/index.ts'

const show = (parsed: ReturnType<typeof parseHostname>) =>
  parsed.ok ? parsed.value : `${parsed.error.code}@${parsed.error.at}`

const x = (length: number) => 'x'.repeat(length)
const long = (length: number) => `${x(63)}.${x(63)}.${x(63)}.`.concat(x(length - 192))

describe('parseHostname', () => {
  it.each([
    ['mail.example.org', 'mail.example.org'],
    ['Mail.EXAMPLE.org', 'mail.example.org'],
    ['localhost', 'localhost'],
    ['3com.com', '3com.com'],
    ['1.2.3.a', '1.2.3.a'],
    ['a-b.c--d.e', 'a-b.c--d.e'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [`${x(63)}.org`, `${x(63)}.org`],
    [long(253), long(253)],
    ['', 'empty@0'],
    ['.', 'misplaced-dot@0'],
    ['.a', 'misplaced-dot@0'],
    ['a..b', 'misplaced-dot@2'],
    ['a.', 'misplaced-dot@1'],
    ['-a', 'misplaced-hyphen@0'],
    ['a-', 'misplaced-hyphen@1'],
    ['a.-b', 'misplaced-hyphen@2'],
    ['a-.b', 'misplaced-hyphen@1'],
    ['a_b', 'bad-character@1'],
    ['a b', 'bad-character@1'],
    ['a.b\n', 'bad-character@3'],
    ['*.a', 'bad-character@0'],
    [`${x(64)}.org`, 'label-too-long@63'],
    [`a.${x(64)}`, 'label-too-long@65'],
    [long(254), 'too-long@253'],
    ['1.2.3.4', 'numeric@6'],
    ['1.2', 'numeric@2'],
    ['7', 'numeric@0'],
    ['a.7', 'numeric@2'],
  ])('%j is %s', (text, expected) => {
    expect(show(parseHostname(text))).toBe(expected)
  })

  it.each([
    ['a_b._c', { underscore: true }, 'a_b._c'],
    ['a.b.', { trailingDot: true }, 'a.b'],
    ['a.b..', { trailingDot: true }, 'misplaced-dot@3'],
    ['.', { trailingDot: true }, 'misplaced-dot@0'],
    ['b\u00fccher.example.', { trailingDot: true }, 'xn--bcher-kva.example'],
    ['b\u00fccher_1.example', { underscore: true }, 'xn--bcher_1-n2a.example'],
  ])('%j with %j is %s', (text, options, expected) => {
    expect(show(parseHostname(text, options))).toBe(expected)
  })

  it.each([
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
    ['B\u00dcCHER.Example', 'xn--bcher-kva.example'],
    // NFC: the two ways to write the letter are one name.
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    // IDNA2008, unlike IDNA2003, keeps the sharp s.
    ['fa\u00df.example', 'xn--fa-hia.example'],
    ['\u4f8b\u3048.\u30c6\u30b9\u30c8', 'xn--r8jz45g.xn--zckzah'],
    ['a\u3002b\uff0ec\uff61\u00fc', 'a.b.c.xn--tda'],
    ['\u0301a.b', 'bad-character@0'],
    ['a.b\u200dc', 'bad-character@3'],
    ['a\u00a0b', 'bad-character@1'],
    ['a.\ud800', 'bad-character@2'],
    ['a.\u202eb', 'bad-character@2'],
    ['a.\u00fc b', 'bad-character@3'],
    ['a.\u00fc@b', 'bad-character@2'],
    ['\u00fc-.b', 'misplaced-hyphen@1'],
    ['-\u00fc.b', 'misplaced-hyphen@0'],
    ['\u00fc..b', 'misplaced-dot@2'],
    ['\u00fc.', 'misplaced-dot@1'],
    ['\u00fc.1', 'numeric@2'],
    [`a.${'\u00fc'.repeat(64)}`, 'label-too-long@2'],
    [Array(60).fill('\u00fc').join('.'), 'too-long@119'],
  ])('%j is %s', (text, expected) => {
    expect(show(parseHostname(text))).toBe(expected)
  })
})

describe('toUnicodeHostname', () => {
  it.each([
    ['xn--bcher-kva.example', 'b\u00fccher.example'],
    ['mail.example', 'mail.example'],
    // Not what any U-label encodes to: bad punycode, an ASCII label in disguise, capitals, a zero-width joiner.
    ['xn--\u0021.example', 'xn--\u0021.example'],
    ['xn--a.example', 'xn--a.example'],
    ['xn--abc-.example', 'xn--abc-.example'],
    ['xn--ab-m1t.example', 'xn--ab-m1t.example'],
  ])('%s is %s', (name, expected) => {
    expect(toUnicodeHostname(name)).toBe(expected)
  })
})

describe('labels', () => {
  it('are listed from left to right', () => {
    expect(labelsOf('mx.example.org')).toEqual(['mx', 'example', 'org'])
  })

  it('two or more make a name fully qualified', () => {
    expect(isFullyQualified('mx.example')).toBe(true)
    expect(isFullyQualified('localhost')).toBe(false)
  })
})
