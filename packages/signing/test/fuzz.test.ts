import { expect, it } from 'vitest'
import { runRound } from '../fuzz/round.ts'

it('random texts are read without a throw, and what is told of them is true', () => {
  for (let seed = 1; seed <= 3000; seed++) expect(() => runRound(seed), `seed ${seed}`).not.toThrow()
})
