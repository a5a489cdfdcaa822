#!/usr/bin/env node
// compare-spf.mjs [--count N] [--seed N] [--examples N]
//   Evaluates random records for random clients with pyspf, Mail::SPF and our check_host(), each over the same DNS in memory,
//   and prints how often and why the results differ, with N examples of each kind (default 0). Exit status 1 for a difference
//   that packages/spf/test/deviations.json does not explain. Needs Debian's python3-spf and libmail-spf-perl, and a build.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomCases } from './compare-spf/cases.mjs'
import { askPeer, peers } from './compare-spf/peers.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    examples: { type: 'string', default: '0' },
  },
})

const missing = [
  ...Object.values(peers)
    .filter(({ command: [program], probe }) => spawnSync(program, probe).status !== 0)
    .map((peer) => peer.package),
  ...(fs.existsSync(path.join(root, 'packages/spf/dist/index.js')) ? [] : ['a build (npm run build)']),
]
if (missing.length > 0) {
  console.error(`compare-spf: not here: ${missing.join(', ')}`)
  process.exit(2)
}

// They need the build.
const { askOurselves } = await import('./compare-spf/ours.mjs')
const { classify, deviationIds } = await import('./compare-spf/classify.mjs')

const listed = JSON.parse(fs.readFileSync(path.join(root, 'packages/spf/test/deviations.json'), 'utf8'))
const unexplained = deviationIds.filter(
  (id) => !listed.some((deviation) => `${deviation.peer}: ${deviation.id}` === id),
)
if (unexplained.length > 0)
  throw new TypeError(`without a reason in deviations.json: ${unexplained.join(', ')}`)

const cases = randomCases(Number(options.seed), Number(options.count))
const answers = Promise.all(Object.values(peers).map((peer) => askPeer(peer, cases)))
const ours = cases.map(askOurselves)
let surprises = 0
for (const [i, theirs] of (await answers).entries()) surprises += report(Object.keys(peers)[i], theirs)
const words = countBy(ours.map(({ result }) => result))
console.log(`ours: ${[...words].map(([word, count]) => `${count} ${word}`).join(', ')}`)
console.log(`${cases.length} cases, ${surprises} differences beyond the listed deviations`)
process.exit(surprises === 0 ? 0 : 1)

/** Prints where a peer differs from us; returns how often for no known reason. */
function report(peer, theirs) {
  const counts = new Map()
  let unknown = 0
  for (const [i, spfCase] of cases.entries()) {
    if (theirs[i].result === ours[i].result) continue
    const ids = classify(peer, { spfCase, ours: ours[i], theirs: theirs[i] })
    const kind = ids?.join(' and ')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (kind === undefined) unknown++
    const shown = kind === undefined ? 20 : Number(options.examples)
    if (counts.get(kind) <= shown) print(peer, { spfCase, kind, theirs: theirs[i], ours: ours[i] })
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  console.log(`${peer}: ${cases.length - total} of ${cases.length} results are the same`)
  for (const [kind, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(7)}  ${kind ?? 'NOT LISTED'}`)
  return unknown
}

function print(peer, { spfCase, kind, theirs, ours: own }) {
  const { id, ip, sender, helo, zone, failures } = spfCase
  console.log(`${id} ${kind ?? 'NOT LISTED'}
  ${peer}: ${theirs.result} (${theirs.text})
  ours: ${own.result} (${own.text})
  ip ${ip}, sender ${JSON.stringify(sender)}, helo ${JSON.stringify(helo)}, failures ${JSON.stringify(failures)}`)
  for (const [name, { TXT = [] }] of Object.entries(zone))
    for (const strings of TXT)
      if (/spf1/i.test(strings.join(''))) console.log(`  ${name} ${JSON.stringify(strings)}`)
}

function countBy(list) {
  const counts = new Map()
  for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
