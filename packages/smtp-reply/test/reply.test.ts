import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitReply, printable, printableName, printableUrl, shorten } from '../src/index.ts'

describe('pieces from outside', () => {
  it.each([
    ['mail.example.org', 'mail.example.org'],
    ['a\r\nb\u001b[2J', 'a??b?[2J'],
    ['b\u00f6se', 'b?se'],
  ])('printable(%j)', (text, safe) => {
    expect(printable(text)).toBe(safe)
  })
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'ab...'],
    ['abcdef', 2, 'ab'],
    ['abcdef', 0, ''],
  ])('shorten(%s, %i)', (text, octets, short) => {
    expect(shorten(text, octets)).toBe(short)
  })
  it('names have 100 octets at most, addresses of pages 200 without a blank', () => {
    expect(printableName('n'.repeat(300))).toBe(`${'n'.repeat(97)}...`)
    expect(printableUrl('https://example.org/a b')).toBe('https://example.org/a?b')
    expect(printableUrl('u'.repeat(300))).toHaveLength(200)
  })
})

describe('fitReply', () => {
  it('leaves what fits as it is', () => {
    const reply = { code: 550, enhanced: '5.7.1', text: 'No.' }
    expect(fitReply(reply)).toEqual(reply)
  })
  it('gives a line of printable ASCII that fits, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.nat(700), (text, reserved) => {
        const reply = fitReply({ code: 550, enhanced: '5.7.23', text }, reserved)
        expect(reply.text).toMatch(/^[ -~]*$/)
        const line = `550 5.7.23 ${reply.text}\r\n`.length
        expect(line + reserved <= 512 || reply.text === '').toBe(true)
      }),
    )
  })
})
