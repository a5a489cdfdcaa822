import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Mark, underline } from '../src/record-marks.ts'

it.each<[what: string, text: string, marks: Mark[], columns: number, lines: string[]]>([
  [
    'one part',
    'v=spf1 ipv4:1.2.3.4',
    [{ at: 7, length: 4, sign: '^' }],
    78,
    ['v=spf1 ipv4:1.2.3.4', '       ^^^^'],
  ],
  ['nothing', 'v=spf1 -all', [], 78, ['v=spf1 -all']],
  [
    'a place where something is missing',
    'v=spf1 ip4:',
    [{ at: 11, length: 0, sign: '^' }],
    78,
    ['v=spf1 ip4:', '           ^'],
  ],
  ['an empty text', '', [{ at: 0, length: 0, sign: '^' }], 78, ['^']],
  [
    'characters that are shown by number',
    'a\u001b\u00e9b',
    [{ at: 3, length: 1, sign: '^' }],
    78,
    ['a\\x1b\\xe9b', '         ^'],
  ],
  [
    'a mark over the end of a line',
    'v=spf1 mx -all',
    [{ at: 7, length: 7, sign: '~' }],
    10,
    ['v=spf1 mx', '       ~~~', '-all', '~~~~'],
  ],
  [
    'a word that is too long',
    'v=spf1 0123456789abc',
    [{ at: 17, length: 1, sign: '^' }],
    10,
    ['v=spf1', '0123456789', 'abc', '^'],
  ],
  [
    'marks one over the other',
    'v=spf1 mx',
    [
      { at: 7, length: 2, sign: '~' },
      { at: 8, length: 1, sign: '^' },
    ],
    78,
    ['v=spf1 mx', '       ~^'],
  ],
])('%s', (_, text, marks, columns, lines) => {
  expect(underline(text, marks, { columns })).toEqual(lines)
})

it('never goes beyond the columns, and shows printable ASCII only', () => {
  const marks = fc.array(fc.record({ at: fc.nat(40), length: fc.nat(10), sign: fc.constant('^') }), {
    maxLength: 3,
  })
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      marks,
      fc.integer({ min: 12, max: 80 }),
      (text, given, columns) => {
        for (const line of underline(text, given, { columns })) {
          expect(line).toMatch(/^[ -~]*$/)
          expect(line.length).toBeLessThanOrEqual(columns + 1)
        }
      },
    ),
  )
})
