import { describe, expect, it } from 'vitest'
import { forgedResultsTest } from '../src/forged-results.ts'

describe('whose Authentication-Results a field claims to be', () => {
  const isForged = forgedResultsTest('mx.example.net', ['mx2.example.net', '.filter.example'])
  it.each([
    ' mx.example.net; spf=pass smtp.mailfrom=a@b.example',
    ' MX.Example.NET. 1; none',
    ' (a comment) "mx.example.net"; dkim=pass',
    '\r\n\tmx.example.net;\r\n\tdkim=pass',
    ' mx2.example.net; none',
    ' a.filter.example; none',
    // Nobody can tell whose it is, so somebody may take it for ours.
    ' ; dkim=pass',
    '',
  ])('%j: ours, so it goes', (body) => {
    expect(isForged(body)).toBe(true)
  })
  it.each([' mx.example.net.evil.example; dkim=pass', ' other.example; none', ' filter.example; none'])(
    '%j: of others, so it stays',
    (body) => {
      expect(isForged(body)).toBe(false)
    },
  )
  it('"*" takes all', () => {
    expect(forgedResultsTest('a', ['*'])(' other.example; none')).toBe(true)
  })
})
