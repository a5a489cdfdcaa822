import { describe, expect, it } from 'vitest'
import {
  type AuthenticationResults,
  type AuthResult,
  formatAuthenticationResults,
  parseAuthenticationResults,
} from '../src/index.ts'

/** `smtp.mailfrom=a` and so on, as properties. */
const properties = (...texts: string[]) =>
  texts.map((text) => {
    const [, ptype = '', property = '', value = ''] = /^(?:([^.=]*)\.)?([^=]*)=(.*)$/.exec(text) ?? []
    return { ptype, property, value }
  })

const one = (authservId: string, ...results: AuthResult[]): AuthenticationResults => ({ authservId, results })

describe('formatAuthenticationResults', () => {
  const usual = one(
    'mx.example.org',
    {
      method: 'spf',
      result: 'pass',
      comment: 'mx.example.org: domain of a@example.com designates 192.0.2.1 as permitted sender',
      properties: properties('smtp.mailfrom=a@example.com', 'smtp.helo=mail.example.com'),
    },
    {
      method: 'dkim',
      methodVersion: 1,
      result: 'fail',
      reason: 'body hash did not verify',
      properties: properties('header.d=example.com', 'header.b=ab/+cd=='),
    },
  )

  it('writes one line', () => {
    expect(formatAuthenticationResults(usual)).toBe(
      'Authentication-Results: mx.example.org; spf=pass (mx.example.org: domain of a@example.com designates 192.0.2.1 as permitted sender)' +
        ' smtp.mailfrom=a@example.com smtp.helo=mail.example.com; dkim/1=fail reason="body hash did not verify"' +
        ' header.d=example.com header.b="ab/+cd=="',
    )
  })

  it('folds at 78 columns, outside quotes, and begins each result on a line of its own', () => {
    expect(formatAuthenticationResults(usual, { fold: true }).split('\r\n')).toEqual([
      'Authentication-Results: mx.example.org;',
      '\tspf=pass (mx.example.org: domain of a@example.com designates 192.0.2.1',
      '\tas permitted sender) smtp.mailfrom=a@example.com',
      '\tsmtp.helo=mail.example.com;',
      '\tdkim/1=fail reason="body hash did not verify" header.d=example.com',
      '\theader.b="ab/+cd=="',
    ])
  })

  it('writes none, and the version', () => {
    expect(formatAuthenticationResults({ authservId: 'a', version: 1, results: [] })).toBe(
      'Authentication-Results: a 1; none',
    )
  })

  it.each([
    ['example.org', 'example.org'],
    ['a/b', '"a/b"'],
    ['', '""'],
    ['b\u00fccher.example', '"b\u00fccher.example"'],
    ['a; none\r\n', '"a; none??"'],
  ])('authserv-id %j', (authservId, written) => {
    expect(formatAuthenticationResults(one(authservId))).toBe(`Authentication-Results: ${written}; none`)
  })

  it.each([
    ['a token', 'example.org', 'example.org'],
    ['nothing', '', '""'],
    ['a null sender', '<>', '"<>"'],
    ['an address', "o'b+c=d/e@example.org", "o'b+c=d/e@example.org"],
    ['an address of an international domain', '\u00fc@b\u00fccher.example', '\u00fc@b\u00fccher.example'],
    ['an international domain', 'b\u00fccher.example', 'b\u00fccher.example'],
    ['a domain behind @', '@example.org', '@example.org'],
    ['a quoted local part', '"a (b\\" c"@example.org', '"a (b\\" c"@example.org'],
    ['a local part that lost its quotes', 'a b@example.org', '"a b@example.org"'],
    ['quotes inside', '"a"b"@example.org', '"\\"a\\"b\\"@example.org"'],
    ['two signs', 'a@b@example.org', '"a@b@example.org"'],
    ['one label', 'a@localhost', '"a@localhost"'],
    ['no host name', 'a@-b.example', '"a@-b.example"'],
    ['a literal', 'a@[192.0.2.1]', '"a@[192.0.2.1]"'],
    ['IPv6', '2001:db8::1', '"2001:db8::1"'],
    ['a result that was not asked for', 'a; dkim=pass', '"a; dkim=pass"'],
    ['a line break', 'a\r\n\r\nb@example.org', 'a????b@example.org'],
    ['half a pair', 'a\udc00@example.org', 'a\ufffd@example.org'],
  ])('a property that is %s', (_, value, written) => {
    const field = formatAuthenticationResults(
      one('a', {
        method: 'spf',
        result: 'none',
        properties: [{ ptype: 'smtp', property: 'mailfrom', value }],
      }),
    )
    expect(field).toBe(`Authentication-Results: a; spf=none smtp.mailfrom=${written}`)
  })

  it('makes keywords of the names', () => {
    const result = { method: 'SPF\r\n', methodVersion: Number.NaN, result: '', reason: '' }
    const property = { ptype: '-', property: 'a_b.c=', value: 'd' }
    expect(formatAuthenticationResults(one('a', { ...result, properties: [property] }))).toBe(
      'Authentication-Results: a; spf=unknown reason="" unknown.a-b-c=d',
    )
  })
})

describe('parseAuthenticationResults', () => {
  const examples: [string, string, AuthenticationResults][] = [
    [
      'RFC 8601 B.2',
      'Authentication-Results: example.org 1; none',
      { authservId: 'example.org', version: 1, results: [] },
    ],
    [
      'RFC 8601 B.3',
      'Authentication-Results: example.com;\r\n          spf=pass smtp.mailfrom=example.net\r\n',
      one('example.com', {
        method: 'spf',
        result: 'pass',
        properties: properties('smtp.mailfrom=example.net'),
      }),
    ],
    [
      'RFC 8601 B.4, the first',
      'Authentication-Results: example.com;\n          auth=pass (cram-md5) smtp.auth=sender@example.net;\n          spf=pass smtp.mailfrom=example.net',
      one(
        'example.com',
        {
          method: 'auth',
          result: 'pass',
          comment: 'cram-md5',
          properties: properties('smtp.auth=sender@example.net'),
        },
        { method: 'spf', result: 'pass', properties: properties('smtp.mailfrom=example.net') },
      ),
    ],
    [
      'RFC 8601 B.4, the second',
      'Authentication-Results: example.com; iprev=pass\r\n          policy.iprev=192.0.2.200',
      one('example.com', {
        method: 'iprev',
        result: 'pass',
        properties: properties('policy.iprev=192.0.2.200'),
      }),
    ],
    [
      'RFC 8601 B.5',
      'Authentication-Results: example.com;\r\n          dkim=pass (good signature) header.d=example.com',
      one('example.com', {
        method: 'dkim',
        result: 'pass',
        comment: 'good signature',
        properties: properties('header.d=example.com'),
      }),
    ],
    [
      'RFC 8601 B.6',
      'Authentication-Results: example.com;\r\n      dkim=pass reason="good signature"\r\n        header.i=@mail-router.example.net;\r\n' +
        '      dkim=fail reason="bad signature"\r\n        header.i=@newyork.example.com',
      one(
        'example.com',
        {
          method: 'dkim',
          result: 'pass',
          reason: 'good signature',
          properties: properties('header.i=@mail-router.example.net'),
        },
        {
          method: 'dkim',
          result: 'fail',
          reason: 'bad signature',
          properties: properties('header.i=@newyork.example.com'),
        },
      ),
    ],
    [
      'RFC 8601 B.7, with comments everywhere',
      "Authentication-Results: foo.example.net (foobar) 1 (baz);\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n      policy (A dot can go here) . (like that) expired\n      (this surprised me) = (as I wasn't expecting it) 1362471462",
      {
        authservId: 'foo.example.net',
        version: 1,
        results: [
          {
            method: 'dkim',
            methodVersion: 1,
            result: 'fail',
            properties: properties('policy.expired=1362471462'),
          },
        ],
      },
    ],
    [
      'RFC 8601 §2.4',
      'example.org; dkim=policy policy.dkim-rules=unsigned-subject',
      one('example.org', {
        method: 'dkim',
        result: 'policy',
        properties: properties('policy.dkim-rules=unsigned-subject'),
      }),
    ],
    [
      'RFC 7208 §9.2',
      'Authentication-Results: myhost.example.org; spf=pass\r\n  reason="client-ip=192.0.2.1; smtp.helo=foo.example.com"\r\n  smtp.mailfrom=user@example.net',
      one('myhost.example.org', {
        method: 'spf',
        result: 'pass',
        reason: 'client-ip=192.0.2.1; smtp.helo=foo.example.com',
        properties: properties('smtp.mailfrom=user@example.net'),
      }),
    ],
    [
      'opendkim',
      'Authentication-Results: lists.example.org;\n\tdkim=fail reason="signature verification failed" (2048-bit key; unprotected) header.d=example.com header.i=@example.com header.a=rsa-sha256 header.s=k2020 header.b=Xr8N7KaH;\n\tdkim-atps=neutral',
      one(
        'lists.example.org',
        {
          method: 'dkim',
          result: 'fail',
          reason: 'signature verification failed',
          comment: '2048-bit key; unprotected',
          properties: properties(
            'header.d=example.com',
            'header.i=@example.com',
            'header.a=rsa-sha256',
            'header.s=k2020',
            'header.b=Xr8N7KaH',
          ),
        },
        { method: 'dkim-atps', result: 'neutral', properties: [] },
      ),
    ],
    [
      'policyd-spf (Python)',
      'Authentication-Results: mx.example.org; spf=pass (sender SPF authorized) smtp.mailfrom=example.com (client-ip=192.0.2.1; helo=mail.example.com; envelope-from=a@example.com; receiver=<UNKNOWN>)',
      one('mx.example.org', {
        method: 'spf',
        result: 'pass',
        comment:
          'sender SPF authorized client-ip=192.0.2.1; helo=mail.example.com; envelope-from=a@example.com; receiver=<UNKNOWN>',
        properties: properties('smtp.mailfrom=example.com'),
      }),
    ],
    [
      'Gmail',
      'Authentication-Results: mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=m1 header.b=ab/c+d==;\r\n' +
        '       arc=pass (i=1 spf=pass spfdomain=example.com);\r\n       spf=pass (google.com: domain of a+b=c@example.com designates 192.0.2.9 as permitted sender) smtp.mailfrom="a+b=c@example.com";\r\n' +
        '       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com',
      one(
        'mx.google.com',
        {
          method: 'dkim',
          result: 'pass',
          properties: properties('header.i=@example.com', 'header.s=m1', 'header.b=ab/c+d=='),
        },
        { method: 'arc', result: 'pass', comment: 'i=1 spf=pass spfdomain=example.com', properties: [] },
        {
          method: 'spf',
          result: 'pass',
          comment: 'google.com: domain of a+b=c@example.com designates 192.0.2.9 as permitted sender',
          properties: properties('smtp.mailfrom=a+b=c@example.com'),
        },
        {
          method: 'dmarc',
          result: 'pass',
          comment: 'p=REJECT sp=REJECT dis=NONE',
          properties: properties('header.from=example.com'),
        },
      ),
    ],
    [
      'amavis: a comment behind the authserv-id, one property',
      'Authentication-Results: mail.example.com (amavisd-new); dkim=pass\n    header.i=@example.com',
      one('mail.example.com', {
        method: 'dkim',
        result: 'pass',
        properties: properties('header.i=@example.com'),
      }),
    ],
    [
      'a comment of a property',
      'a; iprev=pass smtp.remote-ip=2001:db8::1 (mail.example.com);',
      one('a', {
        method: 'iprev',
        result: 'pass',
        comment: 'mail.example.com',
        properties: properties('smtp.remote-ip=2001:db8::1'),
      }),
    ],
    [
      'names in any case, underscores, a number without quotes for a reason',
      'A; DKIM = Pass REASON = 100 Header . X_y = Z',
      one('A', { method: 'dkim', result: 'pass', reason: '100', properties: properties('header.x_y=Z') }),
    ],
    [
      'no value',
      'a; spf=none smtp.mailfrom=; x=y',
      {
        authservId: 'a',
        results: [
          { method: 'spf', result: 'none', properties: properties('smtp.mailfrom=') },
          { method: 'x', result: 'y', properties: [] },
        ],
      },
    ],
    [
      'an authserv-id in quotes',
      '"mx of \\"a\\"" 01 ; none ;',
      { authservId: 'mx of "a"', version: 1, results: [] },
    ],
    ['an authserv-id in UTF-8', 'b\u00fccher.example;none', one('b\u00fccher.example')],
    [
      'a quoted local part',
      'a; spf=pass smtp.mailfrom="a; b=c"@example.org smtp.helo="x"',
      one('a', {
        method: 'spf',
        result: 'pass',
        properties: properties('smtp.mailfrom="a; b=c"@example.org', 'smtp.helo=x'),
      }),
    ],
    [
      'CFWS before the sign of an address',
      'a; auth=pass smtp.auth=user (c) @example.org smtp.auth="u v"\r\n @example.org',
      one('a', {
        method: 'auth',
        result: 'pass',
        comment: 'c',
        properties: properties('smtp.auth=user@example.org', 'smtp.auth="u v"@example.org'),
      }),
    ],
    ['empty results', 'a;; spf=none ; ;', one('a', { method: 'spf', result: 'none', properties: [] })],
    ['a method called none', 'a; none=pass', one('a', { method: 'none', result: 'pass', properties: [] })],
  ]
  it.each(examples)('takes %s', (_, field, value) => {
    expect(parseAuthenticationResults(field)).toEqual({ ok: true, value })
    if (field.includes('_')) return
    expect(parseAuthenticationResults(formatAuthenticationResults(value))).toEqual({ ok: true, value })
  })

  it('keeps a property without a ptype apart', () => {
    const read = parseAuthenticationResults('mx; dmarc=pass action=none header.from=example.com')
    expect(read.ok && read.value.results[0]?.properties).toEqual(
      properties('action=none', 'header.from=example.com'),
    )
  })

  it.each([
    ['', 'missing-authserv-id', 0],
    ['Authentication-Results:', 'missing-authserv-id', 23],
    ['; spf=pass', 'missing-authserv-id', 0],
    // Microsoft writes no authserv-id.
    ['spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none', 'missing-authserv-id', 0],
    ['spf = pass', 'missing-authserv-id', 0],
    ['a', 'missing-result', 1],
    ['a;', 'missing-result', 2],
    ['a 1', 'missing-result', 3],
    ['a 2; spf=pass', 'unsupported-version', 2],
    ['a 99999999999999999999; none', 'unsupported-version', 2],
    // Yahoo's.
    ['a from=example.com; spf=pass', 'missing-semicolon', 2],
    ['a 1x; none', 'missing-semicolon', 3],
    ['a; none spf=pass', 'missing-semicolon', 8],
    ['a; =pass', 'bad-method', 3],
    ['a; spf', 'missing-equals', 6],
    ['a; spf/=pass', 'bad-method-version', 7],
    ['a; spf/99999999999999999999=pass', 'bad-method-version', 27],
    ['a; none/1', 'missing-equals', 9],
    ['a; spf=', 'bad-result', 7],
    ['a; spf="pass"', 'bad-result', 7],
    ['a; spf=pass, dkim=pass', 'bad-property', 11],
    ['a; spf=pass smtp', 'missing-equals', 16],
    ['a; spf=pass smtp.=b', 'bad-property', 17],
    ['a; spf=pass smtp.b c', 'missing-equals', 19],
    ['a; spf=pass smtp.b="c', 'unclosed-quote', 19],
    ['a; spf=pass (c', 'unclosed-comment', 12],
    ['a; spf=pass\r\nX: y', 'bad-line-break', 11],
    ['a; spf=pass smtp.b=c\0', 'bad-character', 20],
    ['a\0; none', 'bad-character', 1],
    ['"a', 'unclosed-quote', 0],
    [`a ${'('.repeat(65)}`, 'comment-too-deep', 66],
  ])('%j: %s', (field, code, at) => {
    expect(parseAuthenticationResults(field)).toEqual({ ok: false, error: { code, at } })
  })
})
