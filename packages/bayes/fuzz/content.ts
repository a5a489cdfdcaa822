// Random messages against the reader of contents, for as long as wanted. A seed gives the same messages again.
//   node --conditions=@postern/source packages/bayes/fuzz/content.ts [SECONDS] [SEED]     (a Node that strips types)
import fc from 'fast-check'
import { anyBytes, anyMessage, checkContent } from '../test/content/arbitraries.ts'

const seconds = Number(process.argv[2] ?? 10)
const first = Number(process.argv[3] ?? Date.now() % 1_000_000)
const end = performance.now() + seconds * 1000
let seed = first
for (; performance.now() < end; seed++) {
  // What is found is made as small as it can be, and thrown.
  fc.assert(fc.property(anyMessage, checkContent), { seed, numRuns: 150 })
  fc.assert(fc.property(anyBytes, checkContent), { seed, numRuns: 50 })
}
console.log(`${seed - first} times 200 messages from seed ${first}: nothing found`)
