// Messages by chance, well formed and not, and what is true of the content of any.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ContentLimits, defaultContentLimits, readContent } from '../../src/content/index.ts'

export const anyBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 2000 })
  .map((bytes) => Buffer.from(bytes))

/** A word of a few scripts, without what mail or HTML could take for something else. */
export const word: fc.Arbitrary<string> = fc
  .string({
    unit: fc.constantFrom(...'abcXYZ019éßñЖщ你好€&<-.,'),
    minLength: 1,
    maxLength: 9,
  })
  .map((text) => `w${text}w`)

const PIECES = [
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  ' ',
  '\t',
  '\0',
  '\xff',
  '\xc3\xa9',
  'word',
  'a',
  ':',
  ';',
  '=',
  '"',
  '--',
  '--b\n',
  '--b--\n',
  '--c\n',
  'Subject: ',
  'From: a@b\n',
  'Content-Type: text/html\n\n',
  'Content-Type: text/plain; charset=',
  'utf-7',
  'utf-16',
  'koi8-r',
  'iso-2022-jp',
  'Content-Type: multipart/mixed; boundary=b\n\n',
  'Content-Type: multipart/digest; boundary="c"\n\n',
  'Content-Type: message/rfc822\n\n',
  'Content-Transfer-Encoding: base64\n',
  'Content-Transfer-Encoding: quoted-printable\n',
  'Content-Disposition: attachment; filename*0*=',
  "utf-8''%41",
  '=?utf-8?q?=C3?=',
  '=?utf-8?b?qQ==?=',
  '=?',
  '?=',
  '=41',
  '=\n',
  'QUJD',
  '+AOk-',
  'begin 644 a\n',
  'end\n',
  'http://a.example/',
  'www.b.example',
  '<',
  '>',
  '</',
  '<a href=',
  '<a href="http://a">',
  '</a>',
  '<p style="',
  'display:none',
  'color:#fff;',
  'font-size:',
  '0',
  '1em',
  '">',
  '<div>',
  '</div>',
  '<b>',
  '</b>',
  '<!--',
  '-->',
  '<script>',
  '</script>',
  '<style>',
  '.a{',
  '}',
  '@media x{',
  '</style>',
  '<title>',
  '</title>',
  '<img src=x alt=',
  '<td class=a>',
  '&',
  '&amp;',
  '&#x',
  '&nbsp;',
  '&shy;',
  '<textarea>',
  '<meta content=',
  '<input type=submit value=',
  "'",
  '/',
]

export const anyMessage: fc.Arbitrary<Buffer> = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 60 })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))

const TIGHT: ContentLimits = {
  ...defaultContentLimits,
  octets: 100,
  depth: 1,
  parts: 3,
  fieldCount: 2,
  headerOctets: 60,
  text: 20,
  links: 1,
  elements: 2,
}

/** Throws an AssertionError. Not vitest's `expect`: the fuzzer runs without it. */
export function checkContent(message: Buffer): void {
  const content = readContent(message)
  assert.deepEqual(readContent(new Uint8Array(message)), content)
  assert.doesNotMatch(content.visible, /[\0\r\u00ad\u200b]/)
  assert.doesNotMatch(content.hidden, /[\0\r\u00ad\u200b]/)
  assert.equal(new Set(content.facts).size, content.facts.length)
  for (const { name, value } of content.fields) {
    assert.match(name, /^[!-9;-@[-~]+$/)
    assert.doesNotMatch(value, /[\0\r\n\u00ad\u200b]/)
  }
  for (const { type, octets } of content.attachments) {
    assert.match(type, /^[^\s/A-Z]+\/[^\s/A-Z]+$/)
    assert.ok(octets <= message.length)
  }
  for (const { url } of content.links) assert.equal(url, url.trim())
  const tight = readContent(message, TIGHT)
  assert.ok(tight.visible.length <= 20)
  assert.ok(tight.hidden.length <= 20)
  assert.ok(tight.fields.length <= 2)
  assert.ok(tight.links.length <= 1)
  assert.ok(tight.attachments.length <= 3)
  assert.equal(tight.truncatedAt, message.length > 100 ? 100 : undefined)
}
