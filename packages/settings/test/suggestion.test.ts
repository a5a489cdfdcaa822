import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, suggest } from '../src/index.ts'

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'abd', 1],
    ['abc', 'xabc', 1],
    ['kitten', 'sitting', 3],
  ])('%s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })
  it('is symmetric, zero for equals only, and no longer than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b)
        expect(editDistance(b, a)).toBe(distance)
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})

describe('suggest', () => {
  const keys = ['delay_seconds', 'max_age_days', 'mode', 'text', 'ipv4_prefix', 'ipv6_prefix']
  it.each([
    ['delay_secondz', 'delay_seconds'],
    ['delay-seconds', 'delay_seconds'],
    ['delaySeconds', 'delay_seconds'],
    ['delay', 'delay_seconds'],
    ['mdoe', 'mode'],
    ['MODE', 'mode'],
    ['ipv5_prefix', 'ipv4_prefix'],
    ['ipv', undefined],
    ['directory', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s: %s', (word, meant) => {
    expect(suggest(word, keys)).toBe(meant)
  })
})
