import { describe, expect, it } from 'vitest'
import {
  type AuthResult,
  authservIdOf,
  formatAuthenticationResults,
  formatReceivedSpf,
  parseAuthenticationResults,
  parseReceivedSpf,
  type ReceivedSpf,
} from '../src/index.ts'

const octets = (text: string) => Buffer.byteLength(text, 'utf8')

describe('a Received-SPF that is too long', () => {
  const read = (value: ReceivedSpf, fold = false) => {
    const field = formatReceivedSpf(value, { fold })
    expect(octets(field)).toBeLessThanOrEqual(fold ? 8300 : 998)
    const parsed = parseReceivedSpf(field)
    if (!parsed.ok) throw new Error(parsed.error.code)
    return parsed.value
  }
  const name = 'mail.example.com'
  const address = `${'a'.repeat(64)}@${`${'b'.repeat(62)}.`.repeat(2)}example.com`

  it('keeps the end of an address with a local part of 64 KB', () => {
    const { envelopeFrom } = read({
      result: 'fail',
      envelopeFrom: `${'a'.repeat(65_536)}@example.com`,
      helo: name,
    })
    expect(envelopeFrom).toMatch(/^\.\.\.a+@example\.com$/)
    expect(envelopeFrom).toHaveLength(256)
  })

  it('keeps the start of a problem', () => {
    expect(read({ result: 'permerror', problem: `${'too long '.repeat(99)}` }).problem).toMatch(
      /^too long .*\.\.\.$/,
    )
  })

  it('cuts the comment first', () => {
    const rest = { envelopeFrom: address, helo: 'c'.repeat(250), receiver: 'd'.repeat(250) }
    const { comment, ...others } = read({
      result: 'pass',
      comment: 'e'.repeat(600),
      ...rest,
      mechanism: 'mx',
    })
    expect(others).toEqual({ result: 'pass', ...rest, mechanism: 'mx' })
    expect(comment).toMatch(/^e+\.\.\.$/)
  })

  it('leaves out extensions next, then what is ours to know', () => {
    const essential = {
      identity: 'mailfrom',
      clientIp: '2001:db8::1',
      envelopeFrom: address,
      helo: 'c'.repeat(250),
      receiver: 'd'.repeat(250),
    }
    const rest = { comment: 'e'.repeat(600), problem: 'f'.repeat(200), mechanism: 'g'.repeat(20) }
    const extensions = [{ key: 'x-long', value: 'h'.repeat(200) }]
    expect(read({ result: 'pass', ...essential, ...rest, extensions })).toEqual({
      result: 'pass',
      ...essential,
      mechanism: 'g'.repeat(20),
      comment: expect.stringMatching(/^e+\.\.\.$/),
    })
  })

  it('keeps some of everything that RFC 7208 §9.1 wants, in UTF-8 and with quotes to escape', () => {
    for (const character of ['\u65e5', '\u{1f4e7}', '"', '\\', ' ']) {
      const long = character.repeat(3000)
      const value = read({
        result: 'softfail',
        comment: long,
        identity: long,
        clientIp: long,
        envelopeFrom: `${long}@example.com`,
        helo: `${long}.example.com`,
        receiver: long,
      })
      expect(value.clientIp).toBeDefined()
      expect(value.envelopeFrom).toMatch(/^\.\.\..+@example\.com$/)
      expect(value.helo).toMatch(/^\.\.\..+\.example\.com$/)
      expect(JSON.stringify(value)).not.toContain('\ufffd')
    }
  })

  it('is longer when folded', () => {
    const extensions = Array.from({ length: 20 }, (_, index) => ({
      key: `x-${index}`,
      value: 'h'.repeat(200),
    }))
    const value: ReceivedSpf = {
      result: 'pass',
      comment: 'e'.repeat(600),
      envelopeFrom: address,
      helo: name,
      extensions,
    }
    expect(read(value, true)).toEqual(value)
    expect(
      read({ ...value, extensions: [...extensions, ...extensions, ...extensions] }, true).extensions?.length,
    ).toBeLessThan(60)
  })
})

describe('an Authentication-Results that is too long', () => {
  const read = (results: AuthResult[], fold = false) => {
    const field = formatAuthenticationResults({ authservId: 'mx.example.org', results }, { fold })
    expect(octets(field)).toBeLessThanOrEqual(fold ? 8500 : 998)
    const parsed = parseAuthenticationResults(field)
    if (!parsed.ok) throw new Error(parsed.error.code)
    return parsed.value.results
  }
  const spf: AuthResult = {
    method: 'spf',
    result: 'pass',
    properties: [{ ptype: 'smtp', property: 'mailfrom', value: 'a@example.com' }],
  }
  const dkim: AuthResult = {
    method: 'dkim',
    result: 'fail',
    properties: [{ ptype: 'header', property: 'd', value: 'd'.repeat(100) }],
  }

  it('keeps the end of an address with a local part of 64 KB', () => {
    const value = `${'a'.repeat(65_536)}@example.com`
    const [result] = read([{ ...spf, properties: [{ ptype: 'smtp', property: 'mailfrom', value }] }])
    expect(result?.properties[0]?.value).toMatch(/^\.\.\.a+@example\.com$/)
  })

  it('loses comments first, then reasons', () => {
    const reason = 'r'.repeat(250)
    expect(
      read([
        { ...spf, comment: 'c'.repeat(600), reason },
        { ...dkim, reason },
      ]),
    ).toEqual([
      { ...spf, reason },
      { ...dkim, reason },
    ])
    expect(
      read([
        { ...spf, reason },
        { ...dkim, reason },
        { ...dkim, reason },
        { ...dkim, reason },
      ]),
    ).toEqual([spf, dkim, dkim, dkim])
  })

  it('keeps the first result of each method, whoever adds signatures', () => {
    const dmarc = { method: 'dmarc', result: 'fail', properties: [] }
    const results = read([...Array.from({ length: 500 }, () => dkim), spf, dmarc])
    expect(results.map(({ method }) => method)).toContain('spf')
    expect(results.at(-1)).toEqual(dmarc)
    expect(results[0]?.method).toBe('dkim')
  })

  it('is longer when folded', () => {
    const results = Array.from({ length: 30 }, () => ({ ...dkim, comment: 'c'.repeat(60) }))
    expect(read(results, true)).toEqual(results)
  })

  it('keeps the result behind an endless authserv-id', () => {
    const field = formatAuthenticationResults({ authservId: '\u65e5'.repeat(9999), results: [spf] })
    expect(field).toMatch(/"; spf=pass smtp\.mailfrom=a@example\.com$/)
  })
})

describe('a megabyte', () => {
  const size = 1_000_000
  it.each([
    ['open parentheses', '('.repeat(size)],
    ['comments', '()'.repeat(size / 2)],
    ['nested comments', `${'('.repeat(50)}${')'.repeat(50)}`.repeat(size / 100)],
    ['closing parentheses', ')'.repeat(size)],
    ['quotes', '"'.repeat(size)],
    ['backslashes in a comment', `(${'\\'.repeat(size)}`],
    ['backslashes in quotes', `"${'\\'.repeat(size)}`],
    ['escapes in quotes', `"${'\\a'.repeat(size / 2)}"`],
    ['blanks', ' '.repeat(size)],
    ['folds', '\r\n '.repeat(size / 3)],
    ['folds in a comment', `(${'  \r\n '.repeat(size / 5)})`],
    ['folds in quotes', `"${'\r\n '.repeat(size / 3)}"`],
    ['line breaks', '\r\n'.repeat(size / 2)],
    ['semicolons', ';'.repeat(size)],
    ['pairs', 'a=b;'.repeat(size / 4)],
    ['properties', 'a.b=c '.repeat(size / 6)],
    ['dots', 'a.'.repeat(size / 2)],
    ['one word', 'a'.repeat(size)],
    ['quoted pieces', '"a"b'.repeat(size / 4)],
  ])('of %s takes no time to read', (_, text) => {
    const start = performance.now()
    for (const body of [text, `pass ${text}`, `pass helo=${text}`]) parseReceivedSpf(body)
    for (const body of [text, `a; ${text}`, `a; b=c ${text}`, `a; b=c d.e=${text}`])
      parseAuthenticationResults(body)
    expect(authservIdOf(text)).not.toBe('')
    // Eight megabytes in all; quadratic time would be minutes.
    expect(performance.now() - start).toBeLessThan(15_000)
  })

  it('of text takes no time to write', () => {
    const start = performance.now()
    for (const text of ['a', '"', '(', '\r', '\u65e5', '\ud800', '-', 'a.', '@'].map((piece) =>
      piece.repeat(size),
    )) {
      const spf = {
        result: 'fail',
        comment: text,
        helo: text,
        extensions: [{ key: text, value: text }],
      } as const
      const result = { method: text, result: text, comment: text, reason: text }
      const properties = [{ ptype: text, property: text, value: text }]
      for (const fold of [false, true]) {
        expect(octets(formatReceivedSpf(spf, { fold }))).toBeLessThan(8500)
        const value = { authservId: text, results: [{ ...result, properties }] }
        expect(octets(formatAuthenticationResults(value, { fold }))).toBeLessThan(8500)
      }
    }
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})
