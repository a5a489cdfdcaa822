import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  authservIdOf,
  formatAuthenticationResults,
  formatReceivedSpf,
  parseAuthenticationResults,
  parseReceivedSpf,
} from '../src/index.ts'
import {
  carriedAuthenticationResults,
  carriedReceivedSpf,
  hostile,
  hostileAuthenticationResults,
  hostileReceivedSpf,
} from './arbitraries.ts'
import { authenticationResultsField, receivedSpfField, unfold } from './grammar.ts'

const octets = (text: string) => Buffer.byteLength(text, 'utf8')
const fold = fc.boolean()

/** What must hold of any field written from whatever texts. */
function expectSound(line: string, folded: string, grammar: RegExp): void {
  expect(line).toMatch(grammar)
  expect(octets(line)).toBeLessThanOrEqual(998)
  // Lone surrogates would be written as something else than was checked.
  expect(Buffer.from(line, 'utf8').toString('utf8')).toBe(line)
  expect(unfold(folded)).toMatch(grammar)
  expect(octets(unfold(folded))).toBeLessThanOrEqual(8192)
  for (const [index, one] of folded.split('\r\n').entries()) {
    expect(octets(one)).toBeLessThanOrEqual(998)
    expect(one).toMatch(index === 0 ? /^[A-Z]/ : /^\t[^\t ]/)
    expect(one).not.toMatch(/[\r\n\0]/)
  }
}

describe('Received-SPF', () => {
  it('is in the grammar and within its limits, whatever is written', () => {
    fc.assert(
      fc.property(hostileReceivedSpf, (value) => {
        expectSound(formatReceivedSpf(value), formatReceivedSpf(value, { fold: true }), receivedSpfField)
      }),
      { numRuns: 1500 },
    )
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(carriedReceivedSpf, fold, (value, folded) => {
        const field = formatReceivedSpf(value, { fold: folded })
        fc.pre(folded || octets(field) < 990)
        expect(parseReceivedSpf(field)).toEqual({ ok: true, value })
        expect(parseReceivedSpf(`${field.slice('Received-SPF:'.length)}\r\n`)).toEqual({ ok: true, value })
      }),
      { numRuns: 1500 },
    )
  })

  it('is read the same folded or not, whatever was written', () => {
    fc.assert(
      fc.property(hostileReceivedSpf, (value) => {
        const folded = formatReceivedSpf(value, { fold: true })
        const read = parseReceivedSpf(folded)
        expect(read.ok).toBe(true)
        expect(read).toEqual(parseReceivedSpf(unfold(folded)))
      }),
      { numRuns: 500 },
    )
  })
})

describe('Authentication-Results', () => {
  it('is in the grammar and within its limits, whatever is written', () => {
    fc.assert(
      fc.property(hostileAuthenticationResults, (value) => {
        const line = formatAuthenticationResults(value)
        const folded = formatAuthenticationResults(value, { fold: true })
        expectSound(line, folded, authenticationResultsField)
      }),
      { numRuns: 1500 },
    )
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(carriedAuthenticationResults, fold, (value, folded) => {
        const field = formatAuthenticationResults(value, { fold: folded })
        fc.pre(folded || octets(field) < 990)
        expect(parseAuthenticationResults(field)).toEqual({ ok: true, value })
        if (value.authservId !== '') expect(authservIdOf(field)).toBe(value.authservId)
      }),
      { numRuns: 1500 },
    )
  })

  it('is read the same folded or not, whatever was written', () => {
    fc.assert(
      fc.property(hostileAuthenticationResults, (value) => {
        const folded = formatAuthenticationResults(value, { fold: true })
        const read = parseAuthenticationResults(folded)
        expect(read.ok).toBe(true)
        expect(read).toEqual(parseAuthenticationResults(unfold(folded)))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the parsers', () => {
  const piece = fc.constantFrom(
    ...'Authentication-Results: |Received-SPF:|example.org|pass|spf|dkim|=|;|.|/|1|none|reason|smtp|(|)|"|\\|@'.split(
      '|',
    ),
    ...[
      ' ',
      '\t',
      '\r\n ',
      '\n\t',
      '\r\n',
      '\r',
      '\0',
      '\u00fc',
      '\ud800',
      'helo',
      'client-ip',
      '(c)',
      '"q"',
    ],
  )
  const fieldLike = fc.oneof(
    { weight: 5, arbitrary: fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join('')) },
    { weight: 1, arbitrary: hostile },
  )

  it('never throw, and say where an error is', () => {
    fc.assert(
      fc.property(fieldLike, (text) => {
        for (const read of [parseReceivedSpf(text), parseAuthenticationResults(text)]) {
          if (read.ok) continue
          expect(read.error.at).toBeGreaterThanOrEqual(0)
          expect(read.error.at).toBeLessThanOrEqual(text.length)
        }
        expect(authservIdOf(text)).not.toBe('')
      }),
      { numRuns: 5000 },
    )
  })

  it('agree with authservIdOf on every field they take', () => {
    fc.assert(
      fc.property(fieldLike, (text) => {
        const read = parseAuthenticationResults(text)
        // An address is one to the parser only; an empty id is none.
        if (!read.ok || read.value.authservId === '' || /["\\]/.test(read.value.authservId)) return
        expect(authservIdOf(text)).toBe(read.value.authservId)
      }),
      { numRuns: 5000 },
    )
  })
})
