#!/usr/bin/env node
// compare-policyd-spf.mjs [--count N] [--seed N] [--only NAME] [--verbose]
//   Asks the real policyd-spf (Python) under many sets of its options, the real policyd-spf-perl, and our daemon with equal
//   settings about the same mail, over one zone, and prints every difference that scripts/compare-policyd-spf/deviations.json
//   does not account for. --count random records (200) of a seed; --only NAME: one set of options, such as "python lists";
//   --verbose: each request that differs, listed or not.
//   Needs root, Debian's packages of the two and nsd, a build (npm run build), and the peer lab: ../shared/lab, or where
//   POSTERN_LAB says.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startTroubledDns } from './compare-helo/troubled-dns.mjs'
import { ask } from './compare-policyd-spf/ask.mjs'
import { perlSets, pythonSets } from './compare-policyd-spf/option-sets.mjs'
import { randomRecords } from './compare-policyd-spf/random-records.mjs'
import { zoneText } from './compare-policyd-spf/records.mjs'
import { makeRequests } from './compare-policyd-spf/requests.mjs'
import { verdictOf } from './compare-policyd-spf/verdict.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const lab = process.env.POSTERN_LAB ?? path.join(root, '../shared/lab')
const labWork = process.env.LAB_WORK ?? '/tmp/lab-work'
const daemon = path.join(root, 'apps/policyd/dist/main.js')
const peers = { python: '/usr/bin/policyd-spf', perl: '/usr/sbin/postfix-policyd-spf-perl' }
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    inside: { type: 'string' },
  },
})

if (options.inside === undefined) outside()
else await inside(options.inside)

function randoms() {
  return randomRecords(Number(options.seed), Number(options.count))
}

/** Runs ourselves inside the lab's network, and leaves with its exit status. */
function outside() {
  const missing = [
    [path.join(lab, 'with-dns.sh'), 'the peer lab (set POSTERN_LAB)'],
    [path.join(labWork, 'spf-cases.json'), "the lab's data (make-data.py)"],
    [peers.python, 'postfix-policyd-spf-python'],
    [peers.perl, 'postfix-policyd-spf-perl'],
    ['/usr/sbin/nsd', 'nsd'],
    [daemon, 'a build (npm run build)'],
  ].filter(([file]) => !fs.existsSync(file))
  if (missing.length > 0) {
    console.error(`compare-policyd-spf: not here: ${missing.map(([, what]) => what).join(', ')}`)
    process.exit(2)
  }
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-policyd-spf-'))
  const zone = path.join(work, 'zone')
  fs.writeFileSync(zone, zoneText(randoms()))
  const run = spawnSync(
    path.join(lab, 'with-dns.sh'),
    [process.execPath, fileURLToPath(import.meta.url), '--inside', work, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, LAB_WORK: labWork, EXTRA_ZONE: zone } },
  )
  fs.rmSync(work, { recursive: true })
  process.exit(run.status ?? 1)
}

/** In a network and a mount namespace of its own, with nsd on 127.0.0.1:53 and nothing else. */
async function inside(work) {
  const dns = await startTroubledDns()
  const resolvConf = path.join(work, 'resolv.conf')
  fs.writeFileSync(resolvConf, 'nameserver 127.0.0.2\noptions timeout:2 attempts:1\n')
  mountOver('/etc/resolv.conf', resolvConf)
  const syslog = await startSyslog(path.join(work, 'log'))
  const { all, some } = makeRequests(labWork, randoms())
  const pairs = [
    ...pythonSets.map((set) => ({ ...set, peer: 'python' })),
    ...perlSets.map((set) => ({ ...set, peer: 'perl' })),
  ].filter(({ name, peer }) => options.only === undefined || options.only === `${peer} ${name}`)
  const compared = []
  for (const pair of pairs) {
    const requests = pair.name === 'usual' ? all : some
    const [theirs, ours] = await Promise.all([
      ask(peerCommand(work, pair), requests),
      ask(ourCommand(work, pair), requests),
    ])
    for (const [index, { name }] of requests.entries())
      compared.push({
        peer: pair.peer,
        set: pair.name,
        request: name,
        theirs: verdictOf(theirs[index]),
        ours: verdictOf(ours[index]),
        said: { theirs: theirs[index], ours: ours[index] },
      })
  }
  syslog.kill()
  dns.close()
  spawnSync('umount', ['/dev/log'])
  spawnSync('umount', ['/etc/resolv.conf'])
  process.exit(report(compared) ? 0 : 1)
}

function mountOver(place, file) {
  const { status } = spawnSync('mount', ['--bind', file, place], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`mount --bind ${file} ${place} failed`)
}

/** The Perl one ends when nobody listens on /dev/log, which may be left over from somebody who has gone. */
async function startSyslog(socket) {
  const child = spawn('socat', ['-u', `UNIX-RECV:${socket},mode=666`, 'OPEN:/dev/null'], { stdio: 'inherit' })
  while (!fs.existsSync(socket) || !fs.existsSync('/dev/log'))
    await new Promise((resolve) => setTimeout(resolve, 10))
  mountOver('/dev/log', socket)
  return child
}

function peerCommand(work, { peer, name, python }) {
  if (peer === 'perl') return [peers.perl]
  const file = path.join(work, `${name}.conf`)
  // As Debian's own policyd-spf.conf, with the logging off.
  const usual = [
    'debugLevel = -1',
    'TestOnly = 1',
    'HELO_reject = Fail',
    'Mail_From_reject = Fail',
    'PermError_reject = False',
    'TempError_Defer = False',
    'skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1',
  ]
  fs.writeFileSync(file, `${usual.join('\n')}\n${python}\n`)
  return [peers.python, file]
}

function ourCommand(work, { peer, name, ours }) {
  const file = path.join(work, `${peer}-${name}.toml`)
  const settings = `[helo]
enabled = false
[greylist]
enabled = false
[store]
kind = "memory"
[dns]
servers = ["127.0.0.2:53"]
[log]
destination = "${work}/postern.log"
[spf]
${ours}
`
  fs.writeFileSync(file, settings)
  return [process.execPath, daemon, '--stdio', '--config', file]
}

/** Prints what differs; whether all of it is listed, and all that is listed differs. */
function report(compared) {
  const file = path.join(root, 'scripts/compare-policyd-spf/deviations.json')
  const hidden = / hidden$/
  const whole = (pattern) => new RegExp(`^(?:${pattern})$`)
  const deviations = JSON.parse(fs.readFileSync(file, 'utf8')).map((listed) => ({
    ...listed,
    fits: ({ peer, set, request, theirs, ours }) =>
      listed.peer === peer &&
      whole(listed.sets ?? '.*').test(set) &&
      whole(listed.requests ?? '.*').test(request) &&
      whole(listed.theirs).test(theirs.replace(hidden, '')) &&
      whole(listed.ours).test(ours.replace(hidden, '')) &&
      (!ours.startsWith('prepend Received') || hidden.test(ours) === (set === 'hidden')),
    count: 0,
  }))
  let surprises = 0
  for (const row of compared) {
    if (row.theirs === row.ours) continue
    const deviation = deviations.find(({ fits }) => fits(row))
    if (deviation !== undefined) deviation.count++
    else surprises++
    if (deviation === undefined || options.verbose)
      console.log(
        `${deviation === undefined ? '' : 'listed: '}${row.peer} ${row.set}: ${row.request}: theirs ${row.theirs}, ours ${row.ours}`,
      )
    if (options.verbose) console.log(`  ${row.said.theirs}\n  ${row.said.ours}`)
  }
  for (const line of summaries(compared)) console.log(line)
  const isUsual = options.only === undefined && options.count === '200' && options.seed === '1'
  const idle = isUsual ? deviations.filter((deviation) => deviation.count === 0) : []
  for (const { reason } of idle) console.log(`listed, but nothing differs so: ${reason}`)
  for (const { peer, reason, count: times } of deviations)
    if (times > 0) console.log(`${String(times).padStart(6)}  ${peer}: ${reason}`)
  console.log(`${compared.length} pairs of answers, ${surprises} different beyond the listed deviations`)
  return surprises === 0 && idle.length === 0
}

/** What ours answered under each set of options, so that one sees that it made a difference. */
function summaries(compared) {
  const sets = new Map()
  for (const { peer, set, ours } of compared) {
    const name = `${peer} ${set}`
    const counts = sets.get(name) ?? new Map()
    const [action] = ours.split(' ', 1)
    counts.set(action, (counts.get(action) ?? 0) + 1)
    sets.set(name, counts)
  }
  return [...sets].map(
    ([name, counts]) =>
      `${name.padEnd(22)}${[...counts].map(([action, count]) => `${action} ${count}`).join(', ')}`,
  )
}
