import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HeaderMailbox, parseMailboxList } from '../src/index.ts'

const list = (body: string): string[] =>
  parseMailboxList(body).mailboxes.map(({ localPart, domain }) => `${localPart}@${domain}`)
const codes = (body: string): string[] => parseMailboxList(body).problems.map(({ code }) => code)
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

describe('one mailbox', () => {
  it.each([
    ['a@example.org', 'a@example.org'],
    [' Ann Example <a@EXAMPLE.org>', 'a@example.org'],
    ['"Ann <x@evil.example>" <a@example.org>', 'a@example.org'],
    ['(c1) a (c2 (c3)) @ (c4) example . org (c5)', 'a@example.org'],
    ['=?utf-8?q?A=2C_B?= <a@example.org>', 'a@example.org'],
    ['Ann\r\n Example\r\n\t<a@example.org>', 'a@example.org'],
    ['"john doe"@example.org', 'john doe@example.org'],
    ['"a\\"b@c"@example.org', 'a"b@c@example.org'],
    ['john . doe@example.org', 'john.doe@example.org'],
    ['John Doe john@example.org', 'John Doe john@example.org'],
    ['<@relay.example,@b.example:a@example.org>', 'a@example.org'],
    ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
    ['a@[IPv6:2001:DB8::1]', 'a@[IPv6:2001:db8::1]'],
    ['a@host_1.example.org.', 'a@host_1.example.org'],
    ['a@example.org (unquoted "quote)', 'a@example.org'],
    ['Group: a@example.org;', 'a@example.org'],
    [utf8('Jürgen <jürgen@bücher.example>'), 'jürgen@xn--bcher-kva.example'],
    ['\xe9@example.org', '\xe9@example.org'],
  ])('%j', (body, expected) => {
    const [first] = list(body)
    expect(first).toBe(expected)
  })
})

describe('several, and groups (RFC 6854)', () => {
  it.each([
    ['a@example.org, B <b@example.net>', ['a@example.org', 'b@example.net']],
    ['"A, B" <a@example.org>,,, b@example.net,', ['a@example.org', 'b@example.net']],
    [
      'Team: a@example.org, b@example.net; c@example.com',
      ['a@example.org', 'b@example.net', 'c@example.com'],
    ],
    ['undisclosed-senders:;', []],
    ['', []],
    [' \r\n ', []],
  ])('%j', (body, expected) => {
    expect(parseMailboxList(body).mailboxes.map(({ localPart, domain }) => `${localPart}@${domain}`)).toEqual(
      expected,
    )
    expect(codes(body)).toEqual([])
  })
})

describe('what is no mailbox is told, and the rest is read', () => {
  it.each([
    ['Ann Example', ['no-address'], []],
    ['Ann, b@example.org', ['no-address'], ['b@example.org']],
    ['@example.org', ['bad-local-part'], []],
    ['<>', ['no-address'], []],
    ['a@', ['bad-domain'], []],
    ['a@-x.example', ['bad-domain'], []],
    ['a@example.org b', ['bad-domain'], []],
    ['a@example.org\\', ['bad-domain'], []],
    ['a@"example.org"', ['bad-domain'], []],
    ['a@[nonsense]', ['bad-domain'], []],
    ['a@[192.0.2.1].example', ['bad-domain'], []],
    ['<b>c@example.org', ['no-address'], []],
    ['a<b@example.org', ['unclosed-bracket'], ['b@example.org']],
    ['a@example.org, (oops', ['unclosed-comment'], ['a@example.org']],
    ['a@example.org, "oops', ['unclosed-quote'], ['a@example.org']],
    ['a@example.org, b@[oops', ['bad-domain', 'unclosed-literal'], ['a@example.org']],
    ['a>b@example.org', ['bad-local-part'], []],
  ])('%j', (body, problems, mailboxes) => {
    expect(codes(body)).toEqual(problems)
    expect(list(body)).toEqual(mailboxes)
  })

  it('reads no more than its limits', () => {
    const many = parseMailboxList('a@example.org,'.repeat(5000))
    expect(many.mailboxes).toHaveLength(100)
    expect(many.problems.map(({ code }) => code)).toContain('too-many')
    expect(many.problems.length).toBeLessThan(200)
    expect(parseMailboxList(`${'('.repeat(1_000_000)}a@example.org`).mailboxes).toEqual([])
  })
})

const word = fc.stringMatching(/^[a-z0-9]{1,12}$/)
const host = fc
  .tuple(word, fc.constantFrom('example', 'test', 'org'))
  .map(([label, top]) => `x${label}.${top}`)
const localPart = fc.string({ minLength: 1, maxLength: 20, unit: fc.stringMatching(/^[ -~]$/) })
const blank = fc.constantFrom('', ' ', '\r\n ', ' (a (nested\\)) comment) ')

describe('properties', () => {
  it('a mailbox is read whatever stands around it', () => {
    const written = fc.tuple(localPart, host, blank, blank, fc.boolean())
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (mailboxes) => {
        const body = mailboxes.map(([local, domain, before, behind, isNamed]) => {
          const quoted = `"${local.replace(/["\\]/g, '\\$&')}"`
          const spec = `${quoted}${before}@${behind}${domain}`
          return isNamed ? `"Name, of <x@y>" ${before}<${spec}>` : before + spec
        })
        const expected: HeaderMailbox[] = mailboxes.map(([local, domain]) => ({ localPart: local, domain }))
        expect(parseMailboxList(body.join(','))).toEqual({ mailboxes: expected, problems: [] })
      }),
    )
  })

  it('never throws, and every problem lies within the field', () => {
    const noise = fc.string({
      unit: fc.constantFrom(...'ab.@<>,;:"()[]\\ \r\n\t\0\x80\xc3\xbc'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(noise, (body) => {
        const { mailboxes, problems } = parseMailboxList(body)
        for (const { at } of problems) expect(at).toBeLessThan(body.length)
        for (const { localPart, domain } of mailboxes) {
          expect(localPart).not.toBe('')
          expect(domain).toMatch(/^[a-z0-9._-]+$|^\[/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
