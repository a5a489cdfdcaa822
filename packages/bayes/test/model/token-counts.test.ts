import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hamOf, spamOf, TokenCounts } from '../../src/model/token-counts.ts'

/** A hash that falls into a bucket of four, told apart there by its check. */
const hashOf = (bucket: number, check: number): number => (check << 24) | (bucket << 2)

const countsOf = (table: TokenCounts, hash: number) => {
  const at = table.find(hash)
  if (at === -1) return undefined
  const slot = table.slots[at] as number
  return { ham: hamOf(slot), spam: spamOf(slot) }
}

describe('a lightly filled table', () => {
  const hash = fc
    .record({ bucket: fc.nat(63), check: fc.constantFrom(0, 1, 127, 255) })
    .map(({ bucket, check }) => hashOf(bucket, check))
  const step = fc.record({ hash, isSpam: fc.boolean(), isTaken: fc.boolean() })

  it('counts as a Map does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new TokenCounts(8)
        const map = new Map<number, { ham: number; spam: number }>()
        for (const { hash: each, isSpam, isTaken } of steps) {
          const counts = map.get(each) ?? { ham: 0, spam: 0 }
          const key = isSpam ? 'spam' : 'ham'
          if (isTaken) {
            table.remove(each, isSpam)
            counts[key] = Math.max(0, counts[key] - 1)
          } else {
            table.add(each, isSpam)
            counts[key]++
          }
          map.set(each, counts)
        }
        for (const [each, counts] of map)
          expect(countsOf(table, each)).toEqual(counts.ham + counts.spam === 0 ? undefined : counts)
      }),
    )
  })

  it('is as before when all is taken back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new TokenCounts(8)
        table.add(hashOf(1, 1), true)
        for (const { hash: each, isSpam } of steps) table.add(each, isSpam)
        for (const { hash: each, isSpam } of steps.toReversed()) table.remove(each, isSpam)
        expect(countsOf(table, hashOf(1, 1))).toEqual({ ham: 0, spam: 1 })
        expect(table.slots.filter((slot) => slot > 0xff)).toHaveLength(1)
      }),
    )
  })
})

describe('a full bucket', () => {
  const full = (...counts: number[]) => {
    const table = new TokenCounts(8)
    counts.forEach((count, check) => {
      for (let n = 0; n < count; n++) table.add(hashOf(3, check), n % 2 === 0)
    })
    return table
  }
  const fifth = hashOf(3, 77)

  it('gives the place of a token seen once', () => {
    const table = full(5, 1, 2, 3)
    table.add(fifth, true)
    expect(countsOf(table, fifth)).toEqual({ ham: 0, spam: 1 })
    expect(countsOf(table, hashOf(3, 1))).toBeUndefined()
    expect(countsOf(table, hashOf(3, 0))).toEqual({ ham: 2, spam: 3 })
  })
  it('lets the weakest go after it was asked often enough', () => {
    const table = full(5, 4, 4, 5)
    let asked = 0
    while (table.find(fifth) === -1 && asked < 20) {
      table.add(fifth, false)
      asked++
    }
    expect(countsOf(table, fifth)).toEqual({ ham: 1, spam: 0 })
    expect(asked).toBeLessThanOrEqual(8)
    expect([0, 3].map((check) => table.find(hashOf(3, check)) !== -1)).toEqual([true, true])
  })
  it('leaves other buckets alone', () => {
    const table = full(9, 9, 9, 9)
    table.add(hashOf(4, 1), true)
    for (let n = 0; n < 100; n++) table.add(hashOf(3, 100 + n), n % 2 === 0)
    expect(countsOf(table, hashOf(4, 1))).toEqual({ ham: 0, spam: 1 })
  })
})

describe('a token seen very often', () => {
  it.each([true, false])('is halved in both classes at 4,095, and goes on (spam: %s)', (isSpam) => {
    const table = new TokenCounts(8)
    const hash = hashOf(0, 200)
    for (let n = 0; n < 1000; n++) table.add(hash, !isSpam)
    for (let n = 0; n < 4095; n++) table.add(hash, isSpam)
    const [own, other] = isSpam ? (['spam', 'ham'] as const) : (['ham', 'spam'] as const)
    expect(countsOf(table, hash)).toMatchObject({ [own]: 4095, [other]: 1000 })
    table.add(hash, isSpam)
    expect(countsOf(table, hash)).toMatchObject({ [own]: 2048, [other]: 500 })
    for (let n = 0; n < 100_000; n++) table.add(hash, isSpam)
    const after = countsOf(table, hash)!
    expect(after[own]).toBeLessThanOrEqual(4095)
    expect(after[own]).toBeGreaterThan(2000)
  })
  it('ages with all others', () => {
    const table = new TokenCounts(8)
    for (let n = 0; n < 5; n++) table.add(hashOf(0, 1), true)
    table.add(hashOf(0, 2), false)
    table.age()
    expect(countsOf(table, hashOf(0, 1))).toEqual({ ham: 0, spam: 2 })
    expect(countsOf(table, hashOf(0, 2))).toBeUndefined()
  })
})
