import { describe, expect, it } from 'vitest'
import { formatReceivedSpf, parseReceivedSpf, type ReceivedSpf } from '../src/index.ts'

const usual: ReceivedSpf = {
  result: 'pass',
  comment: 'mx.example.org: domain of a@example.com designates 192.0.2.1 as permitted sender',
  identity: 'mailfrom',
  clientIp: '192.0.2.1',
  envelopeFrom: 'a@example.com',
  helo: 'mail.example.com',
  receiver: 'mx.example.org',
}

describe('formatReceivedSpf', () => {
  it('writes one line', () => {
    expect(formatReceivedSpf(usual)).toBe(
      'Received-SPF: pass (mx.example.org: domain of a@example.com designates 192.0.2.1 as permitted sender)' +
        ' identity=mailfrom; client-ip=192.0.2.1; envelope-from="a@example.com"; helo=mail.example.com; receiver=mx.example.org',
    )
  })

  it('folds at 78 columns', () => {
    expect(formatReceivedSpf(usual, { fold: true }).split('\r\n')).toEqual([
      'Received-SPF: pass (mx.example.org: domain of a@example.com designates',
      '\t192.0.2.1 as permitted sender) identity=mailfrom; client-ip=192.0.2.1;',
      '\tenvelope-from="a@example.com"; helo=mail.example.com;',
      '\treceiver=mx.example.org',
    ])
  })

  const rows: [string, Partial<ReceivedSpf>, string][] = [
    ['nothing but a result', {}, ''],
    ['an empty comment is left out', { comment: '' }, ''],
    ['an empty value is written', { envelopeFrom: '' }, ' envelope-from=""'],
    ['a null sender', { envelopeFrom: '<>' }, ' envelope-from="<>"'],
    ['IPv6 is no dot-atom', { clientIp: '2001:db8::1' }, ' client-ip="2001:db8::1"'],
    ['nor is a mechanism', { mechanism: 'ip4:192.0.2.0/24' }, ' mechanism="ip4:192.0.2.0/24"'],
    ['nor dots in a row', { helo: 'a..b' }, ' helo="a..b"'],
    ['nor a dot at an end', { helo: 'example.org.', receiver: '.a' }, ' helo="example.org."; receiver=".a"'],
    ['quotes and backslashes', { helo: 'a"b\\' }, ' helo="a\\"b\\\\"'],
    ['UTF-8 may be an atom', { helo: 'b\u00fccher.example' }, ' helo=b\u00fccher.example'],
    ['a blank beyond ASCII may not', { helo: 'a\u00a0b' }, ' helo="a\u00a0b"'],
    ['a blank and a tab', { problem: 'a b\tc' }, ' problem="a b\tc"'],
    ['line breaks', { helo: 'a\r\nBcc: b' }, ' helo="a??Bcc: b"'],
    ['controls', { helo: '\0\x1b\x7f\u0085\u2028' }, ' helo="?????"'],
    ['half a pair', { helo: '\ud83d' }, ' helo=\ufffd'],
    ['parentheses', { comment: 'a) b (c \\' }, ' (a\\) b \\(c \\\\)'],
    ['line breaks in a comment', { comment: 'a\r\n\r\nb' }, ' (a????b)'],
    [
      'extensions',
      {
        extensions: [
          { key: 'x-id', value: '1' },
          { key: 'pr', value: 'C' },
        ],
      },
      ' x-id=1; pr=C',
    ],
    ['a key that means something', { extensions: [{ key: 'HELO', value: 'b' }] }, ' x-helo=b'],
    [
      'a key that would after the replacement',
      { extensions: [{ key: 'client ip', value: 'b' }] },
      ' x-client-ip=b',
    ],
    ['a key that is none', { extensions: [{ key: '9=\r\nBcc:', value: 'b' }] }, ' x-9---bcc-=b'],
    ['no key', { extensions: [{ key: '', value: '' }] }, ' x-=""'],
  ]
  it.each(rows)('%s', (_, fields, written) => {
    expect(formatReceivedSpf({ result: 'none', ...fields })).toBe(`Received-SPF: none${written}`)
  })
})

describe('parseReceivedSpf', () => {
  const examples: [string, string, ReceivedSpf][] = [
    [
      'RFC 7208 §9.1, the first',
      'Received-SPF: pass (mybox.example.org: domain of\r\n myname@example.com designates 192.0.2.1 as permitted sender)\r\n' +
        '    receiver=mybox.example.org; client-ip=192.0.2.1;\r\n    envelope-from="myname@example.com"; helo=foo.example.com;\r\n',
      {
        result: 'pass',
        comment: 'mybox.example.org: domain of myname@example.com designates 192.0.2.1 as permitted sender',
        receiver: 'mybox.example.org',
        clientIp: '192.0.2.1',
        envelopeFrom: 'myname@example.com',
        helo: 'foo.example.com',
      },
    ],
    [
      'RFC 7208 §9.1, the second',
      'Received-SPF: fail (mybox.example.org: domain of\r\n                  myname@example.com does not designate\r\n' +
        '                  192.0.2.1 as permitted sender)\r\n                  identity=mailfrom; client-ip=192.0.2.1;\r\n' +
        '                  envelope-from="myname@example.com";\r\n',
      {
        result: 'fail',
        comment:
          'mybox.example.org: domain of myname@example.com does not designate 192.0.2.1 as permitted sender',
        identity: 'mailfrom',
        clientIp: '192.0.2.1',
        envelopeFrom: 'myname@example.com',
      },
    ],
    [
      'RFC 7208 §9.1, the third: a mechanism without its quotes',
      'Received-SPF: pass (mybox.example.org: x)\n    receiver=mybox.example.org; client-ip=192.0.2.1;\n' +
        '    mechanism=ip4:192.0.2.1; envelope-from="myname@example.com";\n    helo=foo.example.com;',
      {
        result: 'pass',
        comment: 'mybox.example.org: x',
        receiver: 'mybox.example.org',
        clientIp: '192.0.2.1',
        mechanism: 'ip4:192.0.2.1',
        envelopeFrom: 'myname@example.com',
        helo: 'foo.example.com',
      },
    ],
    [
      'policyd-spf (Python)',
      'Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=2001:db8::25; helo=mail.example.com; envelope-from=a+b@example.com; receiver=<UNKNOWN> ',
      {
        result: 'pass',
        comment: 'mailfrom',
        identity: 'mailfrom',
        clientIp: '2001:db8::25',
        helo: 'mail.example.com',
        envelopeFrom: 'a+b@example.com',
        receiver: '<UNKNOWN>',
      },
    ],
    [
      'policyd-spf-perl: comments in comments',
      "Received-SPF: softfail (example.com: Sender is not authorized by default to use 'a@example.com' in 'mfrom' identity, however domain is not currently prepared for false failures (mechanism '~all' matched)) receiver=mx.example.org; identity=mailfrom; envelope-from=\"a@example.com\"; helo=mail.example.com; client-ip=192.0.2.1",
      {
        result: 'softfail',
        comment:
          "example.com: Sender is not authorized by default to use 'a@example.com' in 'mfrom' identity, however domain is not currently prepared for false failures (mechanism '~all' matched)",
        receiver: 'mx.example.org',
        identity: 'mailfrom',
        envelopeFrom: 'a@example.com',
        helo: 'mail.example.com',
        clientIp: '192.0.2.1',
      },
    ],
    [
      'Gmail',
      'Received-SPF: neutral (google.com: 192.0.2.41 is neither permitted nor denied by best guess record for domain of a+caf_=b=gmail.com@example.com) client-ip=192.0.2.41;',
      {
        result: 'neutral',
        comment:
          'google.com: 192.0.2.41 is neither permitted nor denied by best guess record for domain of a+caf_=b=gmail.com@example.com',
        clientIp: '192.0.2.41',
      },
    ],
    [
      'Microsoft',
      'Received-SPF: Pass (protection.outlook.com: domain of example.com designates\n 192.0.2.3 as permitted sender) receiver=protection.outlook.com;\n client-ip=192.0.2.3; helo=mail.example.com; pr=C',
      {
        result: 'pass',
        comment: 'protection.outlook.com: domain of example.com designates 192.0.2.3 as permitted sender',
        receiver: 'protection.outlook.com',
        clientIp: '192.0.2.3',
        helo: 'mail.example.com',
        extensions: [{ key: 'pr', value: 'C' }],
      },
    ],
    [
      'Haraka: a semicolon is missing',
      'Received-SPF: None (mx.example.org: domain of m.example.net does not designate 192.0.2.12 as permitted sender) receiver=mx.example.org; identity=helo; client-ip=192.0.2.12 helo=m.example.net; envelope-from=<bounce+9e=a@example.net>',
      {
        result: 'none',
        comment: 'mx.example.org: domain of m.example.net does not designate 192.0.2.12 as permitted sender',
        receiver: 'mx.example.org',
        identity: 'helo',
        clientIp: '192.0.2.12',
        helo: 'm.example.net',
        envelopeFrom: '<bounce+9e=a@example.net>',
      },
    ],
    ['a result alone', 'Received-SPF:none', { result: 'none' }],
    ['without the name', ' TempError', { result: 'temperror' }],
    ['a blank before the colon', 'RECEIVED-SPF : none', { result: 'none' }],
    ['a semicolon behind the result', 'pass; helo=a;; ;helo=b', { result: 'pass', helo: 'a' }],
    [
      'comments everywhere',
      '(a) pass (b) (c)(\\(d) helo (e) = (f) "g" (h) ; (i) X.Y = (j) (k)',
      { result: 'pass', comment: 'b c (d', helo: 'g', extensions: [{ key: 'x.y', value: '' }] },
    ],
    ['an empty comment', 'pass ( ) helo=a', { result: 'pass', helo: 'a' }],
    ['folds in a comment', 'pass (a \r\n\t b\n c)', { result: 'pass', comment: 'a b c' }],
    ['no value', 'pass envelope-from=; helo=', { result: 'pass', envelopeFrom: '', helo: '' }],
    ['quoted-pairs', 'fail helo="a\\"\\\\\\b"', { result: 'fail', helo: 'a"\\b' }],
    ['a fold in quotes', 'fail problem="a\r\n\tb"', { result: 'fail', problem: 'a\tb' }],
    [
      'the quotes of a local part',
      'pass envelope-from="a \\" b"@example.org',
      { result: 'pass', envelopeFrom: '"a \\" b"@example.org' },
    ],
    ['an address literal', 'pass helo=[192.0.2.1]', { result: 'pass', helo: '[192.0.2.1]' }],
    [
      'UTF-8',
      'pass (\u00fc) helo=b\u00fccher.example',
      { result: 'pass', comment: '\u00fc', helo: 'b\u00fccher.example' },
    ],
  ]
  it.each(examples)('takes %s', (_, field, value) => {
    expect(parseReceivedSpf(field)).toEqual({ ok: true, value })
    // What was understood can be written, and is understood again.
    expect(parseReceivedSpf(formatReceivedSpf(value, { fold: true }))).toEqual({ ok: true, value })
  })

  it.each([
    ['', 'missing-result', 0],
    ['Received-SPF: \r\n', 'missing-result', 13],
    ['(only) (comments)', 'missing-result', 17],
    ['passed', 'unknown-result', 0],
    ['Received-SPF: unknown', 'unknown-result', 14],
    ['Authentication-Results: example.org; none', 'unknown-result', 0],
    ['pass helo', 'missing-equals', 9],
    ['pass helo:a', 'missing-equals', 9],
    ['pass =a', 'missing-key', 5],
    ['pass helo=a b', 'missing-equals', 13],
    ['pass helo=a)', 'missing-key', 11],
    ['pass helo="a', 'unclosed-quote', 10],
    ['pass helo="a\\"', 'unclosed-quote', 10],
    ['pass helo=a"b', 'unclosed-quote', 11],
    ['pass (a', 'unclosed-comment', 5],
    ['pass (a (b)', 'unclosed-comment', 5],
    ['pass (a\\)', 'unclosed-comment', 5],
    ['pass\r\nhelo=a', 'bad-line-break', 4],
    ['pass\nSubject: a', 'bad-line-break', 4],
    ['pass\r helo=a', 'bad-line-break', 4],
    ['pass (a\r\nb)', 'bad-line-break', 7],
    ['pass helo="a\nb"', 'bad-line-break', 12],
    ['pass helo=a\0', 'bad-character', 11],
    ['pass \0helo=a', 'bad-character', 5],
    ['pass (\x1b)', 'bad-character', 6],
    ['pass (\\\r)', 'bad-character', 7],
    ['pass helo="\x7f"', 'bad-character', 11],
    ['pass helo="\\\n"', 'bad-character', 12],
    [`pass ${'('.repeat(65)}`, 'comment-too-deep', 69],
  ])('%j: %s', (field, code, at) => {
    expect(parseReceivedSpf(field)).toEqual({ ok: false, error: { code, at } })
  })
})
