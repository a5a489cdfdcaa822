import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from './collect.ts'

const hostile = fc
  .array(
    fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a', ':', 'A: 1\r\n', '\0', '\xff', 'From ', '\r\n\r\n'),
    {
      maxLength: 40,
    },
  )
  .map((pieces) => pieces.join(''))
const lineEnds = fc.constantFrom('crlf' as const, 'any' as const, 'auto' as const)

/** The same in the plainest way there is. */
function readNaively(text: string, mode: 'crlf' | 'any' | 'auto') {
  const isLf = mode === 'any' || (mode === 'auto' && /^[^\n]*(?<!\r)\n/.test(text))
  const mended = isLf ? text.replace(/(?<!\r)\n/g, '\r\n') : text
  const [, header = '', body = ''] =
    /^((?:(?!\r\n)[\s\S])(?:(?!\r\n\r\n)[\s\S])*(?:\r\n|$)|)\r\n([\s\S]*)$/.exec(mended) ?? [
      undefined,
      mended,
      '',
    ]
  const fields = header === '' ? [] : header.replace(/\r\n$/, '').split(/\r\n(?![ \t])/)
  return { fields: /^From (?![ \t]*:)/.test(fields[0] ?? '') ? fields.slice(1) : fields, body, ends: 1 }
}

describe('the reader', () => {
  it('reads what a plain one reads', () => {
    fc.assert(
      fc.property(hostile, lineEnds, (text, mode) => {
        expect(collect(text, { lineEnds: mode })).toEqual(readNaively(text, mode))
      }),
      { numRuns: 3000 },
    )
  })

  it('does not care where the chunks were cut', () => {
    fc.assert(
      fc.property(hostile, lineEnds, fc.array(fc.nat(60)), (text, mode, places) => {
        const cuts = places.filter((at) => at <= text.length).sort((a, b) => a - b)
        const whole = collect(text, { lineEnds: mode })
        expect(collect(text, { lineEnds: mode }, cuts)).toEqual(whole)
        expect(
          collect(
            text,
            { lineEnds: mode },
            [...text].map((_, at) => at),
          ),
        ).toEqual(whole)
      }),
      { numRuns: 2000 },
    )
  })
})
