import { describe, expect, it } from 'vitest'
import { contentOf, oddFacts } from './messages.ts'

const text = (encoding: string, ...lines: string[]) =>
  contentOf(`Content-Transfer-Encoding: ${encoding}`, 'Content-Type: text/plain; charset=utf-8', '', ...lines)

describe('quoted-printable', () => {
  it.each([
    ['a=3Db=c3=A9', 'a=bé', []],
    ['one=\ntwo', 'onetwo', []],
    ['one= \t\r\ntwo', 'onetwo', []],
    ['one=', 'one', []],
    ['one= ', 'one', []],
    ['50=% off =3', '50=% off =3', ['broken:quoted-printable']],
    ['a=\r\rb', 'a=\n\nb', ['broken:quoted-printable']],
    ['a=0D=0Ab=0Dc', 'a\nb\nc', []],
  ])('%j', (body, visible, facts) => {
    const content = text('quoted-printable', body)
    expect(content.visible).toBe(visible)
    expect(oddFacts(content)).toEqual(facts)
  })
})

describe('base64', () => {
  const encoded = (of: string) => Buffer.from(of).toString('base64')

  it.each([
    ['whole', encoded('Grüße, alle'), 'Grüße, alle', []],
    ['in lines', 'R3LD\r\nvMOf\r\nZQ==', 'Grüße', []],
    ['with other characters', 'R3LD!*vMOfZQ==', 'Grüße', ['broken:base64']],
    ['two in a row', encoded('a') + encoded('b c'), 'ab c', ['broken:base64']],
    ['without padding', 'R3LDvMOfZQ', 'Grüße', []],
    ['with its last group cut', 'R3LDvMOfZ', 'Grüß', []],
    ['empty', '', '', []],
  ])('%s', (_, body, visible, facts) => {
    const content = text('Base64', body)
    expect(content.visible).toBe(visible)
    expect(oddFacts(content)).toEqual(facts)
  })
})

describe('uuencode', () => {
  const file = ['begin 644 cat.gif', `M${'A'.repeat(60)}`, '`', 'end']

  it('in text is a file', () => {
    const content = contentOf('', 'See', ...file, 'there', ...file)
    expect(content.visible).toBe('See\nthere\n')
    expect(content.attachments).toEqual([
      { name: 'cat.gif', type: 'application/octet-stream', octets: 86 },
      { name: 'cat.gif', type: 'application/octet-stream', octets: 85 },
    ])
    expect(content.facts).toEqual(['encoding:uuencode'])
  })

  it('may lack its end', () => {
    expect(contentOf('', 'See', ...file.slice(0, 2)).visible).toBe('See\n')
  })

  it.each(['begin 644 the work\nas agreed', 'begin at 6\nend', 'begin', 'begin 644 x'])(
    'is not %j',
    (body) => {
      expect(contentOf('', body)).toMatchObject({ visible: body, attachments: [] })
    },
  )
})

describe('charsets', () => {
  const shown = (charset: string, bytes: string, type = 'text/plain') =>
    contentOf(`Content-Type: ${type}; charset="${charset}"`, '', bytes).visible

  it.each([
    ['koi8-r', '\xf0\xd2\xc9\xd7\xc5\xd4', 'Привет'],
    ['Windows-1251', '\xcf\xf0\xe8\xe2\xe5\xf2', 'Привет'],
    ['ISO-8859-15', '\xa4', '€'],
    ['iso-2022-jp', '\x1b$B$3$s\x1b(B!', 'こん!'],
    ['shift_jis', '\x82\xb1\x82\xf1', 'こん'],
    ['gb2312', '\xc4\xe3\xba\xc3', '你好'],
    ['big5', '\xa7A\xa6n', '你好'],
    ['ks_c_5601-1987', '\xbe\xc8\xb3\xe7', '안녕'],
    ['utf-16le', 'V\0i\0a\0', 'Via'],
    ['utf-16', '\xff\xfeV\0i\0', 'Vi'],
    ['utf-7', 'Hi +AOk-t+AOk, 1 +- 1', 'Hi été, 1 + 1'],
    ['unicode-1-1-utf-7', '+T2BZfQ-', '你好'],
    // Not what it says it is.
    ['utf-16', 'plain ASCII', 'plain ASCII'],
    ['us-ascii', '\xe9t\xe9', 'été'],
    ['us-ascii', '\xc3\xa9t\xc3\xa9', 'été'],
    ['iso-8859-1', '\xc3\xa9t\xc3\xa9', 'été'],
    ['utf-8', '\xe9t\xe9', 'été'],
    ['utf-8', '\xc3\xa9t\xc3\xa9 \xe9', 'été \ufffd'],
    ['no-such-thing', '\xe9t\xe9', 'été'],
    ['no-such-thing', '\xc3\xa9', 'é'],
    ['replacement', '\xc3\xa9', 'é'],
    ['', '\x93a\x94', '“a”'],
    ["'koi8-r'", '\xf0\xd2', 'Пр'],
    ['KOI8-R (Russian)', '\xf0\xd2', 'Пр'],
    ['windows-1252', '\x80\x81\x82\x9f\xa0\xff', '€\x81‚Ÿ\xa0ÿ'],
    ['utf-8', '\xef\xbb\xbfa', 'a'],
  ])('%s %j', (charset, bytes, expected) => {
    expect(shown(charset, bytes)).toBe(expected)
  })

  it('of HTML may stand in the HTML', () => {
    const page = (charset: string) => `<html><meta ${charset}><p>\xf0\xd2\xc9`
    const content = (html: string) => contentOf('Content-Type: text/html', '', html).visible
    expect(content(page('charset="koi8-r"'))).toBe('При')
    expect(content(page('http-equiv=x content="text/html; charset=KOI8-R"'))).toBe('При')
    expect(shown('iso-8859-1', page('charset="koi8-r"'), 'text/html')).toBe('ðÒÉ')
  })

  it('that end in the middle of a character are still told', () => {
    expect(contentOf('', '\xc3\xa9\xc3').visible).toBe('é\ufffd')
  })
})

describe('encoded words', () => {
  it.each([
    ['=?utf-8?Q?caf=C3=A9_x?=', 'café x'],
    ['=?utf-8?q?a?= =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?=\n =?utf-8?b?Yg==?=', 'ab'],
    ['=?utf-8?q?a?= b =?utf-8?q?c?=', 'a b c'],
    ['x =?utf-8?q?=C3?= =?utf-8?q?=A9?= y', 'x é y'],
    ['=?utf-8?b?ww==?= =?utf-8?b?qQ==?=', 'é'],
    ['=?iso-8859-1*fr?q?=E9?=', 'é'],
    ['=?iso-8859-1?q?=E9?= =?koi8-r?q?=F0?=', 'éП'],
    ['=?UTF-8?Q?a b?=', 'a b'],
    ['=?utf-8?q??=', ''],
    ['=?utf-8?q?a?=b', 'ab'],
    ['=?utf-8?x?a?= c', '=?utf-8?x?a?= c'],
    ['=?utf-8?q?never ends', '=?utf-8?q?never ends'],
    ['=? =?utf-8?q?a?=', '=? a'],
    ['\xe9 =?utf-8?q?a?=', 'é a'],
    ['=?none?q?=E9?=', 'é'],
    ['=?utf-8?q?V=E2=80=8Bi=C2=ADa=00g=0D=0Ara?=', 'Viag ra'],
    ['V\xe2\x80\x8bi\0a', 'Via'],
  ])('%j', (written, value) => {
    expect(contentOf(`Subject: ${written}`, '', '').fields[0]?.value).toBe(value)
  })
})
