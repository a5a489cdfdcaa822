#!/usr/bin/env node
// compare-opendkim-signing.mjs [--worlds N] [--mails N] [--seed N] [--verbose]
//   Starts the real opendkim with random tables and lists of hosts (--worlds, 100), hands in random mail (--mails, 60 for each)
//   and compares "signed with which d=, s= and i=" with what @postern/signing decides from the same files. Prints each kind of
//   difference with its number and reason; a difference without one is printed whole, and the exit status is 1. --verbose: an
//   example of each kind. Needs Debian's opendkim and a build (npm run build).
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { explain } from './compare-opendkim-signing/differences.mjs'
import { connectData, handIn } from './compare-opendkim-signing/milter.mjs'
import { decideOurselves } from './compare-opendkim-signing/ours.mjs'
import {
  configuration,
  Dice,
  keyDomains,
  randomMail,
  randomWorld,
} from './compare-opendkim-signing/worlds.mjs'
import { randomSource } from './random-source.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const opendkim = '/usr/sbin/opendkim'
const library = (name) => path.join(root, `packages/${name}/dist/index.js`)
const { values: options } = parseArgs({
  options: {
    worlds: { type: 'string', default: '100' },
    mails: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
})

const missing = [
  [opendkim, 'opendkim'],
  [library('signing'), 'a build (npm run build)'],
].filter(([file]) => !fs.existsSync(file))
if (missing.length > 0) {
  console.error(`compare-opendkim-signing: not here: ${missing.map(([, what]) => what).join(', ')}`)
  process.exit(2)
}
const [addr, signing] = await Promise.all(
  ['addr', 'signing'].map((name) => import(pathToFileURL(library(name)))),
)
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-opendkim-signing-'))
const kinds = new Map()
const totals = { worlds: 0, refused: 0, mails: 0, signed: 0, same: 0 }
let unexplained = 0
try {
  makeKeys()
  const dice = new Dice(randomSource(Number(options.seed)))
  for (let n = 0; n < Number(options.worlds); n++) await compareWorld(dice)
} finally {
  fs.rmSync(work, { recursive: true })
}
report()
process.exit(unexplained === 0 ? 0 : 1)

/** One key for all: which one signs shows in d= and s=. */
function makeKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' })
  for (const domain of keyDomains) {
    fs.mkdirSync(path.join(work, 'keys', domain), { recursive: true })
    fs.writeFileSync(path.join(work, 'keys', domain, 'k.pem'), pem, { mode: 0o600 })
  }
}

async function compareWorld(dice) {
  totals.worlds++
  const world = randomWorld(dice, path.join(work, 'keys'))
  const mails = Array.from({ length: Number(options.mails) }, () => randomMail(dice))
  const write = (name, text) => {
    fs.writeFileSync(path.join(work, name), text)
    return path.join(work, name)
  }
  const file = write('opendkim.conf', configuration(world, { directory: work, write }))
  const ours = decideOurselves(world, { addr, signing })
  const check = spawnSync(opendkim, ['-n', '-x', file], { encoding: 'utf8' })
  if (check.status !== 0) {
    totals.refused++
    const said = check.stderr.trim().split('\n').at(-1).replaceAll(work, '')
    note(explain({ world, theirs: `does not start: ${said}`, ours: ours.start() }), {
      said,
      ours: ours.start(),
      world,
    })
    return
  }
  const daemon = await startOpendkim(file)
  try {
    for (const mail of mails) await compareMail(world, { mail, ours })
  } finally {
    daemon.kill('SIGKILL')
    await new Promise((resolve) => daemon.on('exit', resolve))
    fs.rmSync(path.join(work, 'socket'), { force: true })
  }
}

async function startOpendkim(file) {
  const daemon = spawn(opendkim, ['-f', '-x', file], { stdio: 'ignore' })
  for (let tries = 0; !(await isListening()); tries++) {
    if (tries > 500 || daemon.exitCode !== null) throw new Error('opendkim does not start')
    await sleep(10)
  }
  return daemon
}

function isListening() {
  return new Promise((resolve) => {
    const socket = net.connect(path.join(work, 'socket'))
    socket.on('connect', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })
}

async function compareMail(world, { mail, ours }) {
  totals.mails++
  const answer = await handIn(path.join(work, 'socket'), {
    connect: connectData(mail.client),
    connectMacros: mail.daemon === undefined ? [] : [['daemon_name', mail.daemon]],
    mailMacros: mail.macros,
    headers: [
      ['From', mail.from],
      ...(mail.second === undefined ? [] : [['From', mail.second]]),
      ['Subject', 'test'],
    ],
  })
  const theirs = wordOf(answer)
  const decision = ours.decide(mail)
  if (theirs.startsWith('sign')) totals.signed++
  if (theirs === decision) {
    totals.same++
    return
  }
  note(explain({ world, mail, theirs, ours: decision }), { theirs, ours: decision, mail, world })
}

/** `sign d/s/i ...`, `verify`, `skip`, `tempfail`, or `refused` with a reply of its own. */
function wordOf({ at, reply, signatures }) {
  if (at === 'C') return 'skip'
  if (signatures.length > 0) {
    const tags = signatures.map((value) => {
      const tag = (name) => new RegExp(`[;\\s]${name}=([^;\\s]+)`).exec(` ${value}`)?.[1]
      const domain = tag('d')
      // i= is @d= where there is none (RFC 6376 §3.5).
      const identity = tag('i') === `@${domain}` ? undefined : tag('i')
      return `${domain}/${tag('s')}${identity === undefined ? '' : `/${identity}`}`
    })
    return `sign ${[...new Set(tags)].sort().join(' ')}`
  }
  return reply === 't' ? 'tempfail' : reply === 'r' || reply === 'y' ? 'refused' : 'verify'
}

function note(reason, example) {
  const kind = kinds.get(reason ?? '') ?? { count: 0, example }
  kinds.set(reason ?? '', { ...kind, count: kind.count + 1 })
  if (reason !== undefined) return
  if (unexplained++ < 40) console.log(`without a reason: ${JSON.stringify(example)}`)
}

function report() {
  const { worlds, refused, mails, signed, same } = totals
  console.log(
    `${worlds} configurations, ${refused} of which opendkim refuses; ${mails} mails, ${signed} signed by opendkim; ${same} the same`,
  )
  for (const [reason, { count, example }] of [...kinds].sort((a, b) => b[1].count - a[1].count)) {
    if (reason === '') continue
    console.log(`${String(count).padStart(6)}  ${reason}`)
    if (options.verbose) console.log(`        ${JSON.stringify(example)}`)
  }
  if (unexplained > 0) console.log(`${unexplained} without a reason`)
}
