import { expect, it } from 'vitest'
import { fuzzHandlers, fuzzSession } from '../fuzz/session.ts'

const seeds = Array.from({ length: 400 }, (_, seed) => seed)

it('a few rounds of the fuzzer: the session', () => {
  for (const seed of seeds) expect(() => fuzzSession(seed), `seed ${seed}`).not.toThrow()
})

it('a few rounds of the fuzzer: the handlers', async () => {
  for (const seed of seeds) await expect(fuzzHandlers(seed), `seed ${seed}`).resolves.toBeUndefined()
})
