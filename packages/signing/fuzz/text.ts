// Random texts against every parser of this package. A seed gives the same rounds again.
//   node --conditions=@postern/source packages/signing/fuzz/text.ts [SECONDS] [SEED]     (a Node that strips types)
import { runRound } from './round.ts'

const seconds = Number(process.argv[2] ?? 10)
const first = Number(process.argv[3] ?? Date.now() % 1_000_000)
const end = performance.now() + seconds * 1000
let seed = first
for (; performance.now() < end; seed++)
  try {
    runRound(seed)
  } catch (error) {
    console.error(`seed ${seed}`)
    throw error
  }
console.log(`${seed - first} rounds from seed ${first}: nothing found`)
