import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillTemplate, formatTemplate, parseTemplate } from '../src/index.ts'

const names = ['client', 'url'] as const
const parse = (text: string) => parseTemplate(text, names)

describe('parseTemplate', () => {
  it('splits text from placeholders', () => {
    expect(parse('From <{client}> {url}')).toEqual({
      ok: true,
      value: { parts: ['From <', { placeholder: 'client' }, '> ', { placeholder: 'url' }] },
    })
  })

  it.each([
    ['no {name} here', 'unknown-placeholder', 3],
    ['{Client}', 'unknown-placeholder', 0],
    ['{}', 'unknown-placeholder', 0],
    ['{toString}', 'unknown-placeholder', 0],
    ['{client} {url', 'unclosed-brace', 9],
    ['two\nlines', 'bad-character', 3],
    ['na\u00efve', 'bad-character', 2],
    ['x'.repeat(501), 'too-long', 500],
  ])('%j: %s', (text, code, at) => {
    expect(parse(text)).toEqual({ ok: false, error: { code, at } })
  })

  it('takes an empty text, and a lone closing brace', () => {
    expect(parse('')).toEqual({ ok: true, value: { parts: [] } })
    expect(parse('a}b')).toEqual({ ok: true, value: { parts: ['a}b'] } })
  })

  it('never throws, and what it takes is written back as it was', () => {
    const piece = fc.constantFrom('{client}', '{url}', '{', '}', ' ', 'text', '\u00e9')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const template = parse(text)
        if (template.ok) expect(formatTemplate(template.value)).toBe(text)
      }),
    )
  })
})

describe('fillTemplate', () => {
  it('puts each value in, and reads nothing into a value', () => {
    const template = parse('{client} {url} {client}')
    const filled = template.ok && fillTemplate(template.value, { client: '{url}', url: 'u' })
    expect(filled).toBe('{url} u {url}')
  })
})
