// What one round of the fuzzer does; a few of them are run as a test.
import fc from 'fast-check'
import { anyBytes, anyMessage, checkContent } from '../test/content/arbitraries.ts'

/** Throws with what was found, made as small as it can be. */
export function runRounds(seed: number): void {
  fc.assert(fc.property(anyMessage, checkContent), { seed, numRuns: 150 })
  fc.assert(fc.property(anyBytes, checkContent), { seed, numRuns: 50 })
}
