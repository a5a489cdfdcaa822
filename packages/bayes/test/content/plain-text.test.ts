import { expect, it } from 'vitest'
import { contentOf } from './messages.ts'

it.each([
  ['see http://a.example/b?c=d#e.', ['http://a.example/b?c=d#e']],
  ['(https://a.example/b), <ftp://c.example>', ['https://a.example/b', 'ftp://c.example']],
  ['"HTTP://A.example"', ['HTTP://A.example']],
  ['www.a.example, or http://www.b.example', ['http://www.b.example', 'www.a.example']],
  ['a@www.b.example /www.c.example', []],
  ['hxxp://a.example', ['hxxp://a.example']],
  ['://a 12://b', []],
  ['http://a.example/\u00fc\u3000x', ['http://a.example/ü']],
  ['no links, none.at all', []],
])('links of %s', (text, urls) => {
  const bytes = Buffer.from(text).toString('latin1')
  expect(contentOf('', bytes).links).toEqual(urls.map((url) => ({ kind: 'text', url })))
})

it('loses what has no width', () => {
  const bytes = Buffer.from('V\u200bia\u00adgra \ufeffx').toString('latin1')
  expect(contentOf('', bytes)).toMatchObject({ visible: 'Viagra x', facts: ['text:zero-width'] })
})

it('keeps its lines', () => {
  expect(contentOf('', ' a\r', '  b\rc', '', 'd').visible).toBe(' a\n  b\nc\n\nd')
})
