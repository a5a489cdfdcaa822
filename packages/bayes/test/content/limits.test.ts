import { describe, expect, it } from 'vitest'
import { defaultContentLimits, readContent } from '../../src/content/index.ts'
import { contentOf, contentWith, oddFacts } from './messages.ts'

const parts = (count: number) => [
  'Content-Type: multipart/mixed; boundary=x',
  '',
  ...Array.from({ length: count }, (_, i) => `--x\n\npart ${i}`),
  '--x--',
]

describe('limits', () => {
  it('octets: the rest is not looked at', () => {
    const content = contentWith({ octets: 20 }, 'Subject: a', '', 'one two three')
    expect(content).toMatchObject({ visible: 'one two ', truncatedAt: 20 })
    expect(contentWith({ octets: 25 }, 'Subject: a', '', 'one two three')).not.toHaveProperty('truncatedAt')
  })

  it('parts', () => {
    const content = contentWith({ parts: 4 }, ...parts(10))
    expect(content.visible).toMatch(/^part 0\npart 1\npart 2\n\npart 3\n--x\n\npart 4/)
    expect(oddFacts(content)).toEqual(['parts:many'])
    const before = contentOf(...parts(10_000)).visible.split('--x', 1)[0]
    expect(before?.trim().split(/\n+/)).toHaveLength(defaultContentLimits.parts)
  })

  it('parts: of attachments too', () => {
    const lines = parts(10).map((line) => line.replace('\n\n', '\nContent-Type: image/png\n\n'))
    expect(contentWith({ parts: 4 }, ...lines).attachments).toHaveLength(3)
  })

  it('depth: of messages in messages, and of multiparts', () => {
    const nested = `${'Content-Type: message/rfc822\n\n'.repeat(1000)}Subject: x\n\ntext`
    const content = readContent(Buffer.from(nested))
    expect(oddFacts(content)).toEqual(['nested:deep', 'nested:10'])
    expect(content.visible).toMatch(/^Content-Type: message.rfc822\n[\s\S]*\ntext$/)
    const multiparts = Array.from(
      { length: 100 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
    )
    expect(oddFacts(readContent(Buffer.from(multiparts.join(''))))).toContain('nested:deep')
  })

  it('fieldCount, headerOctets', () => {
    const fields = Array.from({ length: 100 }, (_, i) => `a${i}: b`)
    expect(contentWith({ fieldCount: 7 }, ...fields, '', 'x')).toMatchObject({
      fields: { length: 7 },
      visible: 'x',
    })
    const content = contentWith({ headerOctets: 12 }, ...fields, '', 'x')
    expect(content.fields.map(({ name }) => name)).toEqual(['a0', 'a1'])
    expect(content.visible.slice(0, 6)).toBe('a2: b\n')
    expect(oddFacts(content)).toEqual(['broken:header'])
  })

  it('text: visible and hidden each', () => {
    const content = contentWith({ text: 5 }, 'Content-Type: text/html', '', 'one two<!-- three four -->')
    expect(content).toMatchObject({ visible: 'one t', hidden: 'three' })
    expect(oddFacts(content)).toContain('text:cut')
  })

  it('links', () => {
    const content = contentWith({ links: 3 }, '', 'http://a '.repeat(10))
    expect(content.links).toHaveLength(3)
    expect(oddFacts(content)).toEqual(['links:many'])
    expect(contentOf('', `http://${'a'.repeat(5000)}`).links[0]?.url).toHaveLength(2000)
  })

  it('elements: deeper ones look as the deepest known', () => {
    const html = '<b><i><u style="display:none">x</u></i></b><u style="display:none">y</u>'
    expect(contentWith({ elements: 2 }, 'Content-Type: text/html', '', html)).toMatchObject({
      visible: 'x',
      hidden: 'y',
    })
  })
})

/** Fills half a MiB. */
const fill = (text: string): string => text.repeat(Math.ceil(defaultContentLimits.octets / text.length))
const PAGE = 'Content-Type: text/html\n\n'
const PLAIN = 'Content-Type: text/plain'
const ENCODED = 'Content-Transfer-Encoding:'
const MIXED = 'Content-Type: multipart/mixed; boundary='

// Each takes 5 to 100 ms; what is quadratic in half a MiB takes minutes.
describe('input made to harm takes no more time than other', { timeout: 20_000 }, () => {
  it.each([
    ['nested blocks', PAGE + fill('<div>')],
    ['nested inline elements', PAGE + fill('<b>')],
    ['end tags that reach nothing', `${PAGE}<b>${'<div>'.repeat(500)}${fill('</b>')}`],
    ['end tags behind a table', `${PAGE}<div><table>${'<x>'.repeat(500)}${fill('</div>')}`],
    ['implied ends', `${PAGE}<ul>${fill('<p><li>')}`],
    ['styles', PAGE + fill('<p style="color:#fff;font-size:1px;background:red url(x)">x')],
    ['a sheet of rules', `${PAGE}<style>${fill('.a,.b{font-size:1px}')}`],
    ['an open sheet', `${PAGE}<style>${fill('@a{')}`],
    ['many sheets', PAGE + fill('<style>@{{</style>')],
    ['an open comment', `${PAGE}<!--${fill('<a')}`],
    ['open comments', PAGE + fill('<!-- -')],
    ['open tags', PAGE + fill('<a ')],
    ['open quotes', PAGE + fill('<a href="')],
    ['an endless attribute', `${PAGE}<a href="${fill('x')}`],
    ['endless attributes', `${PAGE}<a ${fill('style=x ')}`],
    ['a long name', `${PAGE}<${fill('a')}`],
    ['scripts', PAGE + fill('<script>')],
    ['titles', PAGE + fill('<title>')],
    ['entities', PAGE + fill('&amp;&#')],
    ['a long entity', `${PAGE}&${fill('a')}`],
    ['characters without width', PAGE + fill('&shy;a')],
    ['blanks', `${PAGE}a${fill(' ')}b`],
    ['anchors', PAGE + fill('<a href=x>y.zz')],
    ['signs of tags', PAGE + fill('<')],
    ['a long boundary', `${MIXED}"${'-'.repeat(200)}x"\n\n${fill(`${'-'.repeat(199)}\n`)}`],
    ['lines of dashes', `${MIXED}x\n\n${fill('--\n')}`],
    ['parts', `${MIXED}x\n\n${fill('--x\n\na\n')}`],
    ['messages in messages', fill('Content-Type: message/rfc822\n\n')],
    ['fields', fill('a: b\n')],
    ['broken fields', fill('a: b\nc\n')],
    ['folds', `Subject: ${fill('\n ')}`],
    ['beginnings of words', `Subject: ${fill('=?a?q?')}`],
    ['encoded words', `Subject: ${fill('=?utf-8?b?4pyT?= ')}`],
    ['parameters', `${PLAIN}; ${fill('a="b";')}`],
    ['semicolons', `${PLAIN}${';'.repeat(60_000)}=`],
    ['quotes', `${PLAIN}; name="${fill('\\"')}`],
    ['parentheses', `Content-Type: ${fill('(')}`],
    ['links', `\n${fill('http://a www. ')}`],
    ['dots in a link', `\nhttp://${fill('.')}`],
    ['beginnings of files', `\n${fill('begin 644 a\n')}`],
    ['files', `\n${fill(`begin 644 a\nM${'A'.repeat(60)}\n`)}`],
    ['carriage returns', `\n${fill('\r')}`],
    ['NULs', fill('\0a')],
    ['base64 with padding', `${ENCODED} base64\n\n${fill('=a')}`],
    ['escapes', `${ENCODED} quoted-printable\n\n${fill('= ')}`],
    ['blanks behind an escape', `${ENCODED} quoted-printable\n\n=${fill(' ')}`],
    ['shifts of UTF-7', `${PLAIN}; charset=utf-7\n\n${fill('+A')}`],
  ])('%s', (_, text) => {
    const content = readContent(Buffer.from(text, 'latin1'))
    const { text: most, links, parts: attachments } = defaultContentLimits
    expect(content.visible.length).toBeLessThanOrEqual(most)
    expect(content.hidden.length).toBeLessThanOrEqual(most)
    expect(content.links.length).toBeLessThanOrEqual(links)
    expect(content.attachments.length).toBeLessThanOrEqual(attachments)
    expect(content.facts.length).toBeLessThanOrEqual(100)
  })

  it('100 MB', () => {
    const content = readContent(Buffer.alloc(100 * 1024 * 1024, 'a: hello world\n\n'))
    expect(content.truncatedAt).toBe(defaultContentLimits.octets)
  })
})
