import fc from 'fast-check'
import { it } from 'vitest'
import { anyOperations, checkOperations } from './operations.ts'

it('counts what a Map counts, and tells something sound of any octets', async () => {
  await fc.assert(fc.asyncProperty(anyOperations, fc.boolean(), checkOperations), { numRuns: 40 })
})
