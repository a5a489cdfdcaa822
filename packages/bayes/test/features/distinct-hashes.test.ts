import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DistinctHashes, MOST_FEATURES } from '../../src/features/distinct-hashes.ts'

const set = new DistinctHashes()

it('holds each hash once, in the order they came, message after message', () => {
  const hash = fc.oneof(fc.integer(), fc.integer({ min: -20, max: 20 }))
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 300 }), (hashes) => {
      set.begin(hashes.length)
      for (const each of hashes) set.add(each)
      expect([...set.end()]).toEqual([...new Set(hashes)].filter((each) => each !== 0))
    }),
  )
})

it('holds as many as were expected, whatever they are', () => {
  for (const many of [1, 1024, 1025, 5000, MOST_FEATURES]) {
    set.begin(many)
    for (let n = 1; n <= many; n++) set.add(n << 15)
    expect(set.size).toBe(many)
  }
})

it('leaves out what is too much', () => {
  set.begin(1_000_000)
  for (let n = 1; n <= 100_000; n++) set.add(n)
  expect(set.size).toBe(MOST_FEATURES)
  expect(set.end().at(-1)).toBe(MOST_FEATURES)
  set.begin(10)
  for (let n = 1; n <= 100_000; n++) set.add(n)
  expect(set.size).toBeLessThanOrEqual(2048)
})
