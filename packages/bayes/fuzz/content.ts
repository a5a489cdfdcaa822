// Random messages against the reader of contents, for as long as wanted. A seed gives the same messages again.
//   node --conditions=@postern/source packages/bayes/fuzz/content.ts [SECONDS] [SEED]     (a Node that strips types)
import { runRounds } from './rounds.ts'

const seconds = Number(process.argv[2] ?? 10)
const first = Number(process.argv[3] ?? Date.now() % 1_000_000)
const end = performance.now() + seconds * 1000
let seed = first
while (performance.now() < end) runRounds(seed++)
console.log(`${seed - first} times 200 messages from seed ${first}: nothing found`)
