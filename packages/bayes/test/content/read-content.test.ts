import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/index.ts'

const contentOf = (...lines: string[]) => readContent(Buffer.from(lines.join('\n'), 'latin1'))
const html = (text: string) => contentOf('Content-Type: text/html', '', text)

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
})

describe('words', () => {
  it.each([
    ['V<b></b>iagra', 'Viagra'],
    ['V<!-- x -->iagra', 'Viagra'],
    ['V<span style="display:none">xyz</span>iagra', 'Viagra'],
    ['V&shy;iag&#8203;ra', 'Viagra'],
    ['<td>one</td><td>two</td>', 'one two'],
    ['one<br>two', 'one\ntwo'],
  ])('%s', (written, visible) => {
    expect(html(written).visible).toBe(visible)
  })
})
