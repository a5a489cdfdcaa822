import { describe, expect, it } from 'vitest'
import { formatMailbox, parseForwardPath, parseMailbox, parseReversePath } from '../src/index.ts'

/** `local part|domain`, or the error as `code@index`. */
const show = (parsed: ReturnType<typeof parseMailbox>) =>
  parsed.ok ? `${parsed.value.localPart}|${parsed.value.domain}` : `${parsed.error.code}@${parsed.error.at}`

const a = (length: number) => 'a'.repeat(length)
const domain = (length: number) => `${a(63)}.${a(63)}.${a(63)}.`.concat(a(length - 192))

describe('parseMailbox, a Path in angle brackets', () => {
  it.each([
    ['<user@example.org>', 'user|example.org'],
    ['<User.Name+tag@EXAMPLE.org>', 'User.Name+tag|example.org'],
    ["<!#$%&'*+-/=?^_`{|}~@example.org>", "!#$%&'*+-/=?^_`{|}~|example.org"],
    ['<"user"@example.org>', 'user|example.org'],
    ['<"a b"@example.org>', 'a b|example.org'],
    ['<"a@b"@example.org>', 'a@b|example.org'],
    ['<"a\\"b\\\\c"@example.org>', 'a"b\\c|example.org'],
    ['<""@example.org>', '|example.org'],
    ['<user@[192.0.2.1]>', 'user|[192.0.2.1]'],
    ['<user@[ipv6:2001:DB8::1]>', 'user|[IPv6:2001:db8::1]'],
    // RFC 5321 appendix C: source routes are accepted and dropped.
    ['<@a.example:user@example.org>', 'user|example.org'],
    ['<@a.example,@b.example:user@example.org>', 'user|example.org'],
    ['<@[192.0.2.1],@[IPv6:::1]:"u x"@example.org>', 'u x|example.org'],
    ['<>', 'null-path@0'],
    ['', 'empty@0'],
    ['<', 'missing-bracket@1'],
    ['<user@example.org', 'missing-bracket@17'],
    ['<@example.org>', 'bad-source-route@1'],
    ['<@a.example,b.example:user@example.org>', 'bad-source-route@1'],
    ['<@a..b:user@example.org>', 'bad-source-route@1'],
    ['<@a.example:>', 'empty-local-part@12'],
    ['<user>', 'missing-domain@5'],
    ['<user@>', 'missing-domain@5'],
    ['<.user@example.org>', 'misplaced-dot@1'],
    ['<us..er@example.org>', 'misplaced-dot@4'],
    ['<user.@example.org>', 'misplaced-dot@5'],
    ['<us er@example.org>', 'bad-character@3'],
    ['<us\ter@example.org>', 'bad-character@3'],
    ['<us(er)@example.org>', 'bad-character@3'],
    ['<a@b@example.org>', 'bad-domain@4'],
    ['<"user@example.org>', 'unclosed-quote@18'],
    ['<"user\\>', 'unclosed-quote@7'],
    ['<"us\ner"@example.org>', 'bad-character@4'],
    ['<"us\\\ner"@example.org>', 'bad-character@5'],
    ['<"us"er@example.org>', 'bad-local-part@5'],
    ['<user@exam_ple.org>', 'bad-domain@10'],
    ['<user@example.org.>', 'bad-domain@17'],
    ['<user@1.2.3.4>', 'bad-domain@12'],
    ['<user@[1.2.3]>', 'bad-domain@12'],
    ['<user@[x:y]>', 'bad-domain@7'],
    ['<user@-a>', 'bad-domain@6'],
  ])('%j is %s', (text, expected) => {
    expect(show(parseMailbox(text))).toBe(expected)
  })
})

describe('parseMailbox without brackets, as Postfix hands addresses to policy servers', () => {
  it.each([
    ['user@example.org', 'user|example.org'],
    ['"a b"@example.org', 'a b|example.org'],
    ['a b@example.org', 'a b|example.org'],
    ['a@b@example.org', 'a@b|example.org'],
    ['a..b.@example.org', 'a..b.|example.org'],
    ['.a@example.org', '.a|example.org'],
    ['"a@example.org', '"a|example.org'],
    ['"a"b@example.org', '"a"b|example.org'],
    ['a\\b@example.org', 'a\\b|example.org'],
    ['user@exam_ple.org.', 'user|exam_ple.org'],
    ['@a.example:user@example.org', 'user|example.org'],
    ['user@[192.0.2.1]', 'user|[192.0.2.1]'],
    ['user', 'missing-domain@4'],
    ['user@', 'missing-domain@4'],
    ['@example.org', 'empty-local-part@0'],
    ['us\x00er@example.org', 'bad-character@2'],
    ['us\x85er@example.org', 'bad-character@2'],
    ['user@exa mple.org', 'bad-domain@8'],
    ['user@a..b', 'bad-domain@7'],
  ])('%j is %s', (text, expected) => {
    expect(show(parseMailbox(text))).toBe(expected)
  })
})

describe('SMTPUTF8', () => {
  it.each([
    ['<j\u00f6rg@b\u00fccher.example>', 'j\u00f6rg|xn--bcher-kva.example', true],
    ['j\u00f6rg@example.org', 'j\u00f6rg|example.org', true],
    ['<"j\u00f6 rg"@example.org>', 'j\u00f6 rg|example.org', true],
    ['<\u7528\u6237@\u4f8b\u5b50.example>', '\u7528\u6237|xn--fsqu00a.example', true],
    ['<user@b\u00fccher.example>', 'user|xn--bcher-kva.example', false],
    ['<\ud83d\ude00@example.org>', '\ud83d\ude00|example.org', true],
    ['<\ud83d@example.org>', 'bad-character@1', undefined],
    ['<\ude00@example.org>', 'bad-character@1', undefined],
    // RFC 5321 quoted-pairSMTP escapes ASCII only.
    ['<"\\\u00f6"@example.org>', 'bad-character@3', undefined],
  ])('%j is %s', (text, expected, isUtf8) => {
    const parsed = parseMailbox(text)
    expect(show(parsed)).toBe(expected)
    expect(parsed.ok ? parsed.value.isUtf8 : undefined).toBe(isUtf8)
  })
})

describe('lengths, in octets', () => {
  it.each([
    [`<${a(64)}@example.org>`, undefined],
    [`<${a(65)}@example.org>`, 'local-part-too-long'],
    [`${a(65)}@example.org`, 'local-part-too-long'],
    [`<${'\u00f6'.repeat(32)}@example.org>`, undefined],
    [`<${'\u00f6'.repeat(33)}@example.org>`, 'local-part-too-long'],
    [`<${'\ud83d\ude00'.repeat(16)}@example.org>`, undefined],
    [`<${'\ud83d\ude00'.repeat(17)}@example.org>`, 'local-part-too-long'],
    // Quotes and escapes are not counted: the name that is meant has 64 octets.
    [`<"${'\\"'.repeat(64)}"@example.org>`, undefined],
    [`<user@${domain(249)}>`, undefined],
    [`<user@${domain(250)}>`, 'path-too-long'],
    [`<u@${domain(254)}>`, 'bad-domain'],
    [`<@${domain(250)}:user@${domain(249)}>`, undefined],
  ])('%#', (text, code) => {
    const parsed = parseMailbox(text)
    expect(parsed.ok ? undefined : parsed.error.code).toBe(code)
  })
})

describe('paths', () => {
  it.each(['', '<>'])('%j is the null reverse-path', (text) => {
    expect(parseReversePath(text)).toEqual({ ok: true, value: { kind: 'null' } })
  })

  it('a reverse-path is else a mailbox', () => {
    expect(parseReversePath('<a@b.example>')).toEqual(parseMailbox('<a@b.example>'))
    expect(parseReversePath('postmaster').ok).toBe(false)
  })

  it.each(['postmaster', '<Postmaster>', 'POSTMASTER'])('%j needs no domain as a recipient', (text) => {
    expect(parseForwardPath(text)).toEqual({ ok: true, value: { kind: 'postmaster' } })
  })

  it.each(['', '<>', '<postmaster', 'hostmaster'])('%j is no recipient', (text) => {
    expect(parseForwardPath(text).ok).toBe(false)
  })
})

describe('formatMailbox', () => {
  it.each([
    [{ kind: 'null' }, ''],
    [{ kind: 'postmaster' }, 'postmaster'],
    [{ kind: 'mailbox', localPart: 'a.b', domain: 'c.example', isUtf8: false }, 'a.b@c.example'],
    [{ kind: 'mailbox', localPart: 'a..b', domain: 'c.example', isUtf8: false }, '"a..b"@c.example'],
    [{ kind: 'mailbox', localPart: '', domain: 'c.example', isUtf8: false }, '""@c.example'],
    [{ kind: 'mailbox', localPart: 'a"\\ b', domain: 'c.example', isUtf8: false }, '"a\\"\\\\ b"@c.example'],
    [{ kind: 'mailbox', localPart: 'a@b', domain: '[192.0.2.1]', isUtf8: false }, '"a@b"@[192.0.2.1]'],
    [{ kind: 'mailbox', localPart: 'j\u00f6rg', domain: 'c.example', isUtf8: true }, 'j\u00f6rg@c.example'],
  ] as const)('%j is %s', (path, expected) => {
    expect(formatMailbox(path)).toBe(expected)
  })
})
