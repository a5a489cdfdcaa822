// Random messages scored, learned and taken back by chance, for as long as wanted. A seed gives the same again.
//   node --conditions=@postern/source packages/bayes/fuzz/filter.ts [SECONDS] [SEED]     (a Node that strips types)
import fc from 'fast-check'
import { anyOperations, checkOperations } from '../test/filter/operations.ts'

const seconds = Number(process.argv[2] ?? 10)
const first = Number(process.argv[3] ?? Date.now() % 1_000_000)
const end = performance.now() + seconds * 1000
let seed = first
for (; performance.now() < end; seed++)
  // What is found is made as small as it can be, and thrown.
  await fc.assert(fc.asyncProperty(anyOperations, fc.boolean(), checkOperations), { seed, numRuns: 20 })
console.log(`${seed - first} times 20 filters from seed ${first}: nothing found`)
