import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalizeField } from '../src/canonical-header.ts'
import { naiveField } from './naive-dkim.ts'

describe('fields', () => {
  it.each([
    ['A: X', 'a:X'],
    ['B \t: Y\t\r\n\tZ  ', 'b:Y Z'],
    ['SUBJect: AbC', 'subject:AbC'],
    ['A:', 'a:'],
    ['A: ', 'a:'],
    ['A: \r\n ', 'a:'],
    ['A:x:y', 'a:x:y'],
    ['A:  x', 'a:x'],
    ['A: x\r\n\r\n y', 'a:x y'],
    ['A: x\r y\n z', 'a:x\r y\n z'],
    ['A: \xa0x\xa0', 'a:\xa0x\xa0'],
  ])('%j', (raw, relaxed) => {
    expect(canonicalizeField(raw, 'relaxed')).toBe(relaxed)
    expect(canonicalizeField(raw, 'simple')).toBe(raw)
  })

  it('are what a plain implementation gives', () => {
    const unit = fc.constantFrom(
      ' ',
      '\t',
      '\r\n ',
      '\r\n\t',
      'a',
      'B',
      ':',
      '\r',
      '\n',
      '\r\n',
      '\0',
      '\xe9',
      '  ',
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 25 }), (value) => {
        const raw = `Subject:${value}`
        expect(canonicalizeField(raw, 'relaxed')).toBe(naiveField.relaxed(raw))
      }),
      { numRuns: 5000 },
    )
  })
})
