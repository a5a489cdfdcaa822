import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/index.ts'
import { contentOf, oddFacts } from './messages.ts'

const multipart = (...lines: string[]) =>
  contentOf('Content-Type: multipart/mixed; boundary="x"', '', ...lines)

describe('a message', () => {
  it('is read as a person sees it', () => {
    const content = contentOf(
      'From: =?koi8-r?B?8NLJ18XU?= <a@b>',
      'Subject: Hi',
      ' there',
      'Content-Type: multipart/alternative; boundary="x"',
      '',
      'This is a multi-part message.',
      '--x',
      '',
      'Hello http://a.example/x.',
      '--x',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<p>Gr=C3=BC=',
      '=C3=9Fe <a href=3D"http://evil.example/">www.bank.example</a>',
      '--x--',
    )
    expect(content).toEqual({
      fields: [
        { name: 'from', value: 'Привет <a@b>', raw: ' =?koi8-r?B?8NLJ18XU?= <a@b>' },
        { name: 'subject', value: 'Hi there', raw: ' Hi\n there' },
        {
          name: 'content-type',
          value: 'multipart/alternative; boundary="x"',
          raw: ' multipart/alternative; boundary="x"',
        },
      ],
      visible: 'Hello http://a.example/x.\nGrüße www.bank.example',
      hidden: '',
      links: [
        { url: 'http://a.example/x', kind: 'text' },
        { url: 'http://evil.example/', kind: 'href', shown: 'www.bank.example' },
      ],
      attachments: [],
      facts: [
        'type:multipart/alternative',
        'type:text/html',
        'encoding:quoted-printable',
        'charset:utf-8',
        'html:link-mismatch',
      ],
    })
  })

  it('reads the same with CRLF, LF and CR', () => {
    const lines = [
      'Subject: a',
      ' b',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      '',
      'one',
      'two',
      '--x',
      'Content-Type: text/html',
      '',
      '<p>three',
      'four',
      '--x--',
      '',
    ]
    const [lf, crlf, cr] = ['\n', '\r\n', '\r'].map((end) => readContent(Buffer.from(lines.join(end))))
    expect(lf?.visible).toBe('one\ntwo\nthree four')
    for (const other of [crlf, cr]) {
      expect({ ...other, fields: undefined }).toEqual({ ...lf, fields: undefined })
      expect(other?.fields.map(({ name, value }) => [name, value])).toEqual(
        lf?.fields.map(({ name, value }) => [name, value]),
      )
    }
  })

  it.each([
    ['nothing', '', { visible: '', fields: [], facts: [] }],
    ['an empty line', '\n', { visible: '', fields: [], facts: [] }],
    ['a header alone', 'Subject: x', { visible: '', facts: [] }],
    ['a header with its end', 'Subject: x\n\n', { visible: '', facts: [] }],
    [
      'a body alone',
      'Hello you\nthere',
      { visible: 'Hello you\nthere', fields: [], facts: ['broken:header'] },
    ],
    ['zero bytes', 'a: b\n\nV\0i\0', { visible: 'Vi', facts: ['text:nul'] }],
  ])('may be %s', (_, text, expected) => {
    expect(readContent(Buffer.from(text))).toMatchObject(expected)
  })

  it('takes bytes that are no Buffer, and a view into others', () => {
    const bytes = new TextEncoder().encode('xxxxSubject: a\n\nbody')
    expect(readContent(bytes.subarray(4))).toMatchObject({ visible: 'body', fields: [{ value: 'a' }] })
  })
})

describe('the header', () => {
  const names = (...lines: string[]) =>
    contentOf(...lines).fields.map(({ name, value }) => `${name}=${value}`)

  it.each([
    ['folds', ['A: b', '\tc', '  d', '', 'x'], ['a=b c d']],
    ['blanks before the colon', ['A : b', '', 'x'], ['a=b']],
    ['no blank behind it', ['A:b', '', 'x'], ['a=b']],
    ['a line of a mailbox file', ['From a@b Mon Sep 1', 'A: b', '', 'x'], ['a=b']],
    ['one line that is no field', ['A: b', 'c d', ' e', 'F: g', '', 'x'], ['a=b', 'f=g']],
    ['8-bit text, UTF-8', ['A: \xc3\xbc', '', 'x'], ['a=ü']],
    ['8-bit text, other', ['A: \xfc\x80', '', 'x'], ['a=ü€']],
    ['a fold of blanks alone', ['A: b', '  ', 'C: d', '', 'x'], ['a=b', 'c=d']],
    ['a CR of its own', ['A: b\rc', '', 'x'], ['a=b c']],
    ['an empty body', ['A:', 'B: ', '', 'x'], ['a=', 'b=']],
  ])('has %s', (_, lines, expected) => {
    expect(names(...lines)).toEqual(expected)
  })

  it('ends where two lines are no fields: the empty line is missing', () => {
    expect(contentOf('A: b', 'Hello you,', 'this is text: really', 'c: d')).toMatchObject({
      fields: [{ name: 'a' }],
      visible: 'Hello you,\nthis is text: really\nc: d',
      facts: ['broken:header'],
    })
  })

  it('keeps the raw body of each field', () => {
    expect(contentOf('A:  b\r', '\tc \r', 'D:e\r', '\r', '').fields.map(({ raw }) => raw)).toEqual([
      '  b\r\n\tc ',
      'e',
    ])
  })
})

describe('parts', () => {
  it.each([
    ['all', ['pre', '--x', '', 'one', '--x', '', 'two', '--x--', 'post'], 'one\ntwo', []],
    ['without the last delimiter', ['--x', '', 'one', '--x', '', 'two'], 'one\ntwo', ['broken:no-end']],
    ['without any delimiter', ['one', 'two'], 'one\ntwo', ['broken:no-boundary']],
    ['with words behind the boundary', ['--x words', '', 'one', '--x-- more', 'post'], 'one', []],
    ['of another name', ['--xy', '', 'one', '--x', '', 'two', '--x--'], 'two', []],
    ['without a header', ['--x', '', 'one', '--x--'], 'one', []],
    ['without an empty line', ['--x', 'one, two', '--x--'], 'one, two', ['broken:header']],
    ['none', ['--x--'], '', []],
  ])('%s', (_, lines, visible, facts) => {
    const content = multipart(...lines)
    expect(content.visible).toBe(visible)
    expect(oddFacts(content)).toEqual(facts)
  })

  it('are found where the header does not tell the boundary', () => {
    const lines = ['------=_Part', '', 'one', '------=_Part', '', 'two', '------=_Part--']
    expect(contentOf('Content-Type: multipart/mixed', '', ...lines).visible).toBe('one\ntwo')
    expect(contentOf('Content-Type: multipart/mixed', '', '-- ', 'one').visible).toBe('-- \none')
  })

  it('may have a boundary with anything in it', () => {
    const content = contentOf(
      'Content-Type: multipart/mixed (really); boundary="a (b); c"',
      '',
      '--a (b); c',
      '',
      'one',
      '--a (b); c--',
    )
    expect(content).toMatchObject({ visible: 'one', facts: ['type:multipart/mixed'] })
  })

  it('inside parts end with the outer ones', () => {
    const content = multipart(
      '--x',
      'Content-Type: multipart/alternative; boundary=xy',
      '',
      '--xy',
      '',
      'one',
      '--x',
      '',
      'two',
      '--x--',
    )
    expect(content.visible).toBe('one\ntwo')
    expect(oddFacts(content)).toEqual(['broken:no-end'])
  })

  it('that are messages show their subject and author', () => {
    const content = multipart(
      '--x',
      'Content-Type: message/rfc822',
      '',
      'From: =?utf-8?q?J=C3=B6rg?= <j@a.example>',
      'To: you',
      'Subject: inner',
      '',
      'text',
      '--x--',
    )
    expect(content.visible).toBe('Jörg <j@a.example>\ninner\ntext')
    expect(content.facts).toContain('nested:1')
    expect(content.fields.map(({ name }) => name)).toEqual(['content-type'])
  })

  it('that are messages may be encoded', () => {
    const inner = Buffer.from('Subject: a\nContent-Type: text/html\n\n<b>b').toString('base64')
    const content = multipart(
      '--x',
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: base64',
      '',
      inner,
    )
    expect(content.visible).toBe('a\nb')
  })

  it('of a digest are messages', () => {
    const lines = ['--x', '', 'Subject: a', '', 'b', '--x--']
    expect(contentOf('Content-Type: multipart/digest; boundary=x', '', ...lines).visible).toBe('a\nb')
  })

  it.each([
    ['Text / HTML', '<p>a', 'a'],
    ['text/html (comment); charset=utf-8', '<p>a', 'a'],
    ['html', '<p>a', 'a'],
    ['text', '<p>a', '<p>a'],
    ['application/xhtml+xml', '<p>a</p>', 'a'],
    ['message/delivery-status', 'a: b', 'a: b'],
    ['text/css', 'a { }', ''],
    ['application/pdf', 'a', ''],
    ['message/partial', 'a', ''],
  ])('of type %s', (type, body, visible) => {
    expect(contentOf(`Content-Type: ${type}`, '', body).visible).toBe(visible)
  })

  it.each(['', 'Content-Type: text/plain'])('that are pages are read so: %j', (header) => {
    expect(contentOf('A: b', ...(header === '' ? [] : [header]), '', ' <HTML>', '<p>a&amp;b')).toMatchObject({
      visible: 'a&b',
      facts: expect.arrayContaining(['html-undeclared', 'html-only']) as string[],
    })
    expect(contentOf(header || 'A: b', '', 'see <html>').visible).toBe('see <html>')
  })

  it('tell whether there is only HTML', () => {
    const both = ['--x', '', 'a', '--x', 'Content-Type: text/html', '', 'b', '--x--']
    expect(multipart(...both).facts).not.toContain('html-only')
    both[2] = ' '
    expect(multipart(...both).facts).toContain('html-only')
  })
})
