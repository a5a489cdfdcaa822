// What a domain explains its fail with: RFC 7208 §6.2 and §7.2.

import { createZone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import type { SpfInput, SpfPorts } from '../src/index.ts'
import { asked, check, publishing, txt } from './check.ts'

/** The explanation of d.example's -all. */
function explain(
  text: string,
  input: Partial<SpfInput> = {},
  ports: Partial<SpfPorts> = {},
): string | undefined {
  const zone = createZone([txt('d.example', 'v=spf1 -all exp=why.example'), txt('why.example', text)])
  const result = check(zone, input, ports)
  if (result.result !== 'fail') throw new TypeError(result.result)
  return result.explanation
}

describe('the text', () => {
  const v6 = { ip: '2001:db8::cb01' }

  it.each<
    [text: string, explanation: string | undefined, input?: Partial<SpfInput>, ports?: Partial<SpfPorts>]
  >([
    ['plain words', 'plain words'],
    ['', ''],
    ['100%%%_%-', '100% %20'],
    ["%{i} is not one of %{d}'s servers", "192.0.2.1 is not one of d.example's servers"],
    [
      'See http://%{d}/why?s=%{S}&i=%{I}',
      'See http://d.example/why?s=a%2Bb%40d.example&i=192.0.2.1',
      { sender: 'a+b@d.example' },
    ],
    ['%{s} %{l} %{o} %{h} %{v}', 'ann@d.example ann d.example mx.client.example in-addr'],
    ['%{c}', '192.0.2.1'],
    ['%{c}', '192.0.2.1', { ip: '::ffff:192.0.2.1' }],
    ['%{c} %{C}', '2001:db8::cb01 2001%3Adb8%3A%3Acb01', v6],
    ['%{i}', '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1', v6],
    ['%{r}', 'unknown'],
    ['%{r}', 'mx.example.org', {}, { receiver: 'mx.example.org' }],
    ['%{r2}', 'example.org', {}, { receiver: 'mx.example.org' }],
    ['%{t}', 'unknown'],
    ['%{t}', '1700000000', {}, { now: 1_700_000_000.9 }],
    ['%{p}', 'unknown'],
    // What is wrong with it is as if there were none.
    ['100%', undefined],
    ['%{x}', undefined],
    ['a\tb', undefined],
    ['caf\xe9', undefined],
    ['\0', undefined],
    // What macros bring in cannot be helped.
    ['no %{l}', 'no a?b', { sender: 'a\nb@d.example' }],
    ['no %{l}', 'no caf??', { sender: 'caf\xc3\xa9@d.example' }],
    ['no %{l}', 'no ??', { sender: '\u{1f4e7}@d.example' }],
    ['no %{L}', 'no %F0%9F%93%A7', { sender: '\u{1f4e7}@d.example' }],
    ['no %{L}', 'no %3F', { sender: '\ud83d@d.example' }],
  ])('%j: %j', (text, explanation, input, ports) => {
    expect(explain(text, input, ports)).toBe(explanation)
  })

  it('is cut when it would fill a reply', () => {
    expect(explain('x'.repeat(399))).toHaveLength(399)
    expect(explain('x'.repeat(5000))).toBe('x'.repeat(400))
    expect(explain('x%{l}', { sender: `${'l'.repeat(64_000)}@d.example` })).toBe(`x${'l'.repeat(399)}`)
  })

  it('comes in strings that are joined without a blank', () => {
    const lines = 'why.example TXT "one " "two" "three"'
    expect(check(publishing('v=spf1 -all exp=why.example', lines))).toMatchObject({
      explanation: 'one twothree',
    })
  })
})

describe('there is none', () => {
  it.each([
    ['no exp=', 'v=spf1 -all', ''],
    ['no such name', 'v=spf1 -all exp=no.example', ''],
    ['no TXT', 'v=spf1 -all exp=why.example', 'why.example A 192.0.2.1'],
    ['two TXT', 'v=spf1 -all exp=why.example', 'why.example TXT "one"\nwhy.example TXT "two"'],
    ['a name that cannot be asked for', 'v=spf1 -all exp=a..example', ''],
    ['an alias to nothing', 'v=spf1 -all exp=why.example', 'why.example CNAME no.example'],
  ])('with %s', (_, record, lines) => {
    expect(check(publishing(record, lines))).toMatchObject({ result: 'fail', explanation: undefined })
  })

  it.each(['+all', '~all', '?all', 'ip4:192.0.2.1', ''])('for %s, and it is not asked for', (terms) => {
    const zone = publishing(`v=spf1 exp=why.example ${terms}`, 'why.example TXT "one"')
    expect(check(zone)).not.toHaveProperty('explanation')
    expect(asked(zone)).toEqual(['TXT d.example'])
  })

  it('when it is not wanted', () => {
    const zone = publishing('v=spf1 -all exp=why.example', 'why.example TXT "one"')
    expect(check(zone, {}, { explain: false })).toMatchObject({ result: 'fail', explanation: undefined })
    expect(asked(zone)).toEqual(['TXT d.example'])
  })
})

describe('whose it is', () => {
  const lines = `
in.example    TXT "v=spf1 -ip4:198.51.100.1 ip4:192.0.2.1 -all exp=in-why.example"
other.example TXT "v=spf1 -all exp=%{d1r}-why.example"
plain.example TXT "v=spf1 -all"
why.example   TXT "%{d} of %{o}"
in-why.example TXT "not this"
other-why.example TXT "%{d} for %{o}"`

  it('of the domain that includes, not of the one included', () => {
    expect(check(publishing('v=spf1 -include:in.example +all exp=why.example', lines))).toMatchObject({
      result: 'fail',
      explanation: 'd.example of d.example',
    })
    expect(check(publishing('v=spf1 -include:in.example +all', lines))).toMatchObject({
      explanation: undefined,
    })
  })

  it('of the domain that a redirect leads to, not of the one it comes from', () => {
    expect(check(publishing('v=spf1 redirect=other.example exp=why.example', lines))).toMatchObject({
      result: 'fail',
      explanation: 'other.example for d.example',
    })
    expect(check(publishing('v=spf1 redirect=plain.example exp=why.example', lines))).toMatchObject({
      result: 'fail',
      explanation: undefined,
    })
  })

  it('asked for when the result is known, once', () => {
    const zone = publishing('v=spf1 exp=why.example include:other.example -all', lines)
    expect(check(zone)).toMatchObject({ explanation: 'd.example of d.example' })
    expect(asked(zone)).toEqual(['TXT d.example', 'TXT other.example', 'TXT why.example'])
  })
})
