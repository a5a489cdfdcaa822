import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTemplate, parseTemplate } from '../src/index.ts'

describe('parseTemplate', () => {
  it('splits text from placeholders', () => {
    expect(parseTemplate('HELO <{helo}> from {client}: {rule}. {advice} {url}')).toEqual({
      ok: true,
      value: {
        parts: [
          'HELO <',
          { placeholder: 'helo' },
          '> from ',
          { placeholder: 'client' },
          ': ',
          { placeholder: 'rule' },
          '. ',
          { placeholder: 'advice' },
          ' ',
          { placeholder: 'url' },
        ],
      },
    })
  })

  it.each([
    ['no {name} here', 'unknown-placeholder', 3],
    ['{Helo}', 'unknown-placeholder', 0],
    ['{}', 'unknown-placeholder', 0],
    ['{toString}', 'unknown-placeholder', 0],
    ['{helo} {client', 'unclosed-brace', 7],
    ['two\nlines', 'bad-character', 3],
    ['na\u00efve', 'bad-character', 2],
    ['x'.repeat(501), 'too-long', 500],
  ])('%j: %s', (text, code, at) => {
    expect(parseTemplate(text)).toEqual({ ok: false, error: { code, at } })
  })

  it('takes an empty text, and a lone closing brace', () => {
    expect(parseTemplate('')).toEqual({ ok: true, value: { parts: [] } })
    expect(parseTemplate('a}b')).toEqual({ ok: true, value: { parts: ['a}b'] } })
  })

  it('never throws, and what it takes is written back as it was', () => {
    const piece = fc.constantFrom(
      '{helo}',
      '{client}',
      '{rule}',
      '{url}',
      '{advice}',
      '{',
      '}',
      ' ',
      'text',
      '\u00e9',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const template = parseTemplate(text)
        if (template.ok) expect(formatTemplate(template.value)).toBe(text)
      }),
    )
  })
})
