import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTagList } from '../src/tag-list.ts'

const read = (text: string) => {
  const list = parseTagList(text)
  return list.ok ? [...list.value].map(([name, { value }]) => [name, value]) : list.error
}

describe('RFC 6376 §3.2', () => {
  it.each([
    ['a=b', [['a', 'b']]],
    ['a=b;', [['a', 'b']]],
    ['a=b; \r\n\t', [['a', 'b']]],
    [
      ' \r\n a \t= \r\n b c\r\n\td ; e=',
      [
        ['a', 'b c\r\n\td'],
        ['e', ''],
      ],
    ],
    ['a==b==', [['a', '=b==']]],
    [
      'a=1;A=2',
      [
        ['a', '1'],
        ['A', '2'],
      ],
    ],
    ['x_1y=\xc3\xa9\xa0', [['x_1y', '\xc3\xa9\xa0']]],
    ['', { code: 'empty-tag', at: 0 }],
    [' ; ', { code: 'empty-tag', at: 1 }],
    ['a=b;;c=d', { code: 'empty-tag', at: 4 }],
    [';a=b', { code: 'empty-tag', at: 0 }],
    ['a=b;;', { code: 'empty-tag', at: 4 }],
    ['a=b; c ;d=e', { code: 'missing-equals', at: 5 }],
    ['a', { code: 'missing-equals', at: 0 }],
    ['=b', { code: 'bad-tag-name', at: 0 }],
    ['1a=b', { code: 'bad-tag-name', at: 0 }],
    ['a-b=c', { code: 'bad-tag-name', at: 0 }],
    ['a b=c', { code: 'bad-tag-name', at: 0 }],
    ['a=b; c=d; a=b', { code: 'duplicate-tag', at: 10 }],
    ['a=b\0', { code: 'bad-character', at: 3 }],
    ['a=b\x7f;c=d', { code: 'bad-character', at: 3 }],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it('tells where everything stands', () => {
    const text = ' a = 1 ;b= 2 '
    const list = parseTagList(text)
    expect(list.ok && list.value.get('a')).toEqual({ value: '1', at: 1, start: 4, end: 7 })
    expect(list.ok && list.value.get('b')).toEqual({ value: '2', at: 8, start: 10, end: 13 })
  })

  it('refuses more tags than any list can need', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `t${i}=`).join(';')
    expect(read(text)).toEqual({ code: 'too-many-tags', at: text.indexOf('t100=') })
  })

  it('reads what it wrote, and never throws', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/)
    const value = fc.stringMatching(/^([!-:<-~]([ \t]?[!-:<-~])*)?$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1 }),
        (tags) => {
          expect(read(tags.map(([key, text]) => `${key}=${text}`).join('; '))).toEqual(tags)
        },
      ),
    )
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', ';', ' ', '\r\n ', '\0', '1', '\xff') }),
        (text) => {
          const list = parseTagList(text)
          if (list.ok) for (const { start } of list.value.values()) expect(text[start - 1]).toBe('=')
          if (list.ok)
            for (const { end } of list.value.values()) expect([';', undefined]).toContain(text[end])
        },
      ),
    )
  })
})
