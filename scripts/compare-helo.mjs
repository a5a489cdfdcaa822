#!/usr/bin/env node
// compare-helo.mjs [--count N] [--seed N] [--names FILE] [--golden]
//   Asks a real Postfix and our rules about a long list of HELO names, over one zone, and prints every difference.
//   --golden also rewrites packages/helo/test/golden.tsv from what Postfix said. Needs root, Debian's postfix and nsd,
//   a build (npm run build), and the peer lab: ../shared/lab, or where POSTERN_LAB says.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { goldenRows, writeGolden } from './compare-helo/golden.mjs'
import { oddNames, randomNames, zoneNames } from './compare-helo/names.mjs'
import { askPostfix } from './compare-helo/oracle.mjs'
import { askOurselves } from './compare-helo/ours.mjs'
import { startPolicyEcho } from './compare-helo/policy-echo.mjs'
import { startTroubledDns } from './compare-helo/troubled-dns.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const lab = process.env.POSTERN_LAB ?? path.join(root, '../shared/lab')
const data = path.join(root, 'packages/helo/test')
const zoneFile = path.join(data, 'helo.zone')
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '6000' },
    seed: { type: 'string', default: '1' },
    names: { type: 'string' },
    golden: { type: 'boolean', default: false },
    inside: { type: 'string' },
  },
})

if (options.inside === undefined) await outside()
else await inside(options.inside)

/** Makes the list, runs ourselves inside the lab's network, and leaves with its exit status. */
async function outside() {
  const missing = [
    [path.join(lab, 'helo-oracle.sh'), 'the peer lab (set POSTERN_LAB)'],
    ['/usr/sbin/postfix', 'postfix'],
    ['/usr/sbin/nsd', 'nsd'],
    [path.join(root, 'packages/helo/dist/index.js'), 'a build (npm run build)'],
  ].filter(([file]) => !fs.existsSync(file))
  if (missing.length > 0) {
    console.error(`compare-helo: not here: ${missing.map(([, what]) => what).join(', ')}`)
    process.exit(2)
  }
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-helo-'))
  fs.writeFileSync(path.join(work, 'names'), `${listNames().join('\n')}\n`, 'latin1')
  const run = spawnSync(
    path.join(lab, 'with-dns.sh'),
    [
      process.execPath,
      fileURLToPath(import.meta.url),
      '--inside',
      work,
      ...(options.golden ? ['--golden'] : []),
    ],
    { stdio: 'inherit', env: { LAB_WORK: '/tmp/lab-work', ...process.env, EXTRA_ZONE: zoneFile } },
  )
  fs.rmSync(work, { recursive: true })
  process.exit(run.status ?? 1)
}

function listNames() {
  if (options.names !== undefined)
    return fs
      .readFileSync(options.names, 'latin1')
      .split('\n')
      .filter((line) => line !== '')
  const picked = pickedNames()
  return [...new Set([...picked, ...randomNames(Number(options.seed), Number(options.count), picked)])]
}

/** The names that are asked about whatever the seed. */
function pickedNames() {
  const odd = fs.readFileSync(path.join(data, 'odd-names.txt'), 'utf8')
  return [...zoneNames(fs.readFileSync(zoneFile, 'utf8')), ...oddNames(odd)]
}

/** In a network of its own, with nsd on 127.0.0.1:53 and nothing else. */
async function inside(work) {
  const dns = await startTroubledDns()
  const echo = await startPolicyEcho(10023)
  const resolvConf = path.join(work, 'resolv.conf')
  fs.writeFileSync(resolvConf, 'nameserver 127.0.0.2\noptions timeout:2 attempts:1\n')
  spawnSync('mount', ['--bind', resolvConf, '/etc/resolv.conf'], { stdio: 'inherit' })
  const postfix = await askPostfix(path.join(work, 'names'), lab)
  const ours = await askOurselves(postfix, '127.0.0.2:53')
  spawnSync('umount', ['/etc/resolv.conf'])
  dns.close()
  echo.close()
  const differences = report(postfix, ours)
  if (options.golden) {
    const rows = goldenRows(postfix, pickedNames())
    writeGolden(path.join(data, 'golden.tsv'), rows, postfixVersion())
  }
  process.exit(differences === 0 ? 0 : 1)
}

function postfixVersion() {
  return spawnSync('/usr/sbin/postconf', ['-dh', 'mail_version'], { encoding: 'utf8' }).stdout.trim()
}

/** Prints the differences and a summary; returns how many names differ that no deviation accounts for. */
function report(postfix, ours) {
  const listed = JSON.parse(fs.readFileSync(path.join(data, 'deviations.json'), 'utf8'))
  const deviations = listed.map(({ names }) => ({ pattern: new RegExp(names, 'i'), count: 0 }))
  const verdicts = (row) => [row.invalid, row.nonFqdn, row.unknown].join(' | ')
  const counts = new Map()
  let surprises = 0
  for (const [index, row] of postfix.entries()) {
    counts.set(verdicts(row), (counts.get(verdicts(row)) ?? 0) + 1)
    if (verdicts(row) === verdicts(ours[index])) continue
    const deviation = deviations.find(({ pattern }) => pattern.test(row.helo))
    if (deviation !== undefined) deviation.count++
    else {
      surprises++
      console.log(`${JSON.stringify(row.helo)}: postfix ${verdicts(row)}, ours ${verdicts(ours[index])}`)
    }
  }
  for (const [words, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(7)}  ${words}`)
  for (const { pattern, count } of deviations) console.log(`deviation ${pattern}: ${count} names`)
  console.log(`${postfix.length} names, ${surprises} different beyond the listed deviations`)
  return surprises
}
