import { expect, it } from 'vitest'
import { createRandom } from '../fuzz/random.ts'
import { runRound } from '../fuzz/round.ts'

it('random messages, signed, verified and changed, have the results of a plain implementation', () => {
  for (let seed = 1; seed <= 400; seed++)
    expect(() => runRound(createRandom(seed)), `seed ${seed}`).not.toThrow()
})
