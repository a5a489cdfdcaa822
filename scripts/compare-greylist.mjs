// Compares our greylist with the real postgrey on whole traces: scripts/compare-greylist.mjs [--seeds N] [--requests N]
// The lab's oracle replays each trace through postgrey under a faked clock; we decide the same trace in process.
// Needs Debian's postgrey and faketime, root, and the lab (../shared/lab, or POSTERN_LAB). Exit status 1 on any difference.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseIp } from '../packages/addr/dist/index.js'
import {
  createGreylist,
  createMemoryStore,
  formatGreylistHeader,
  formatGreylistText,
  postgreyIdentityRules,
  postgreyRules,
} from '../packages/greylist/dist/index.js'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '3' }, requests: { type: 'string', default: '2000' } },
})
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const lab = process.env.POSTERN_LAB ?? path.join(root, '../shared/lab')
const missing = [path.join(lab, 'greylist-oracle.mjs'), '/usr/sbin/postgrey', '/usr/bin/faketime'].filter(
  (f) => !existsSync(f),
)
if (missing.length > 0) {
  console.error(`compare-greylist: cannot run here, missing: ${missing.join(', ')}`)
  process.exit(2)
}

// postgrey's clock in the oracle: 2024-06-11 00:00:00 UTC + t.
const epoch = Date.UTC(2024, 5, 11) / 1000

/** Settings of both, side by side. */
const variants = [
  { opts: '--delay=300', rules: {}, identity: {} },
  {
    opts: '--delay=60 --auto-whitelist-clients=2 --ipv4cidr=16 --ipv6cidr=48',
    rules: { delaySeconds: 60, autoAllowPasses: 2 },
    identity: { ipv4Prefix: 16, ipv6Prefix: 48 },
  },
  {
    opts: '--delay=300 --retry-window=2h --auto-whitelist-clients=0',
    rules: { retryWindowSeconds: 7200, autoAllowPasses: 0 },
    identity: {},
  },
  {
    opts: '--delay=301 --lookup-by-host --max-age=1',
    rules: { delaySeconds: 301, maxAgeSeconds: 86_400 },
    identity: { ipv4Prefix: 32, ipv6Prefix: 128 },
  },
]

const work = mkdtempSync(path.join(os.tmpdir(), 'compare-greylist-'))
const oracle = path.join(lab, 'greylist-oracle.mjs')
let differences = 0
let compared = 0
for (let seed = 1; seed <= Number(values.seeds); seed++)
  for (const [i, variant] of variants.entries()) {
    const trace = path.join(work, `trace-${seed}-${i}.jsonl`)
    const answers = path.join(work, `answers-${seed}-${i}.jsonl`)
    execFileSync('node', [oracle, '--make', values.requests, '--seed', String(seed * 100 + i), trace])
    execFileSync(path.join(lab, 'with-dns.sh'), ['node', oracle, trace, answers, '--opts', variant.opts], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const theirs = readFileSync(answers, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const ours = await decideTrace(theirs, variant)
    for (const [k, request] of theirs.entries()) {
      compared++
      if (ours[k] === request.action) continue
      if (differences++ < 20)
        console.log(
          `seed ${seed} "${variant.opts}" request ${k}: postgrey ${request.action} | ours ${ours[k]} | ${JSON.stringify(request)}`,
        )
    }
  }
rmSync(work, { recursive: true })
console.log(`compare-greylist: ${compared} requests compared, ${differences} differences`)
process.exit(differences === 0 ? 0 : 1)

/** Our answers to a trace, in postgrey's words. */
async function decideTrace(requests, { rules, identity }) {
  const greylist = createGreylist({
    store: createMemoryStore(),
    rules: { ...postgreyRules, ...rules },
    identity: { ...postgreyIdentityRules, ...identity },
  })
  const maintenance = postgreyMaintenance()
  const recent = []
  const answers = []
  for (const request of requests) {
    const now = epoch + request.t
    const { sender, recipient } = request
    const address = parseIp(request.client_address).value
    const decision = await greylist.check(
      { client: { address, name: request.client_name }, sender, recipient },
      now,
    )
    answers.push(answer(decision, { now, recipient, isNew: () => isNewInstance(recent, request.instance) }))
    if (maintenance(now)) await greylist.expire(now)
  }
  return answers
}

function answer(decision, { now, recipient, isNew }) {
  if (decision.result === 'defer')
    return `DEFER_IF_PERMIT ${formatGreylistText('Greylisted', { missingSeconds: decision.missingSeconds, recipient })}`
  if (decision.reason !== 'waited' || !isNew()) return 'DUNNO'
  const template = 'X-Greylist: delayed %t seconds by postgrey-%v at %h; %d'
  return `PREPEND ${formatGreylistHeader(template, { waitedSeconds: decision.waitedSeconds, version: '1.37', host: 'mx.lab.example', now })}`
}

/** postgrey remembers the last ten messages. */
function isNewInstance(recent, instance) {
  if (recent.includes(instance)) return false
  recent.unshift(instance)
  recent.length = Math.min(recent.length, 10)
  return true
}

/** When postgrey drops old records: after a request, an hour after the last look, at night, once in 23 hours. */
function postgreyMaintenance() {
  let lastLook = epoch
  let lastRun = 0
  return (now) => {
    if (now - lastLook < 3600) return false
    lastLook = now
    const hour = new Date(now * 1000).getUTCHours()
    if (hour <= 1 || hour >= 7 || now - lastRun < 82_800) return false
    lastRun = now
    return true
  }
}
