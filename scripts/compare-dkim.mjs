#!/usr/bin/env node
// compare-dkim.mjs [--count N] [--seed N] [--examples N]
//   Signs and verifies N random messages (default 2000) of each kind with us, dkimpy and libopendkim, in all directions: what
//   one signs the others verify, also after a way through relays, with odd tags and odd key records. Prints how often and why
//   verdicts differ, with examples of each kind (default 0). Exit status 1 for a difference that
//   packages/dkim/test/deviations.json does not explain. Needs Debian's python3-dkim, python3-nacl and libopendkim11, and a build.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Dice, oddRecords, oddTags, onItsWay, randomMessage } from './compare-dkim/cases.mjs'
import { classify, deviationIds } from './compare-dkim/classify.mjs'
import { signNaively } from './compare-dkim/naive.mjs'
import { askPeer, peers } from './compare-dkim/peers.mjs'
import { randomSource } from './random-source.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const build = path.join(root, 'packages/dkim/dist/index.js')
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    examples: { type: 'string', default: '0' },
  },
})

const missing = [
  ...Object.values(peers)
    .filter(({ probe: [program, args] }) => spawnSync(program, args).status !== 0)
    .map((peer) => peer.package),
  ...(fs.existsSync(build) ? [] : ['a build (npm run build)']),
]
if (missing.length > 0) {
  console.error(`compare-dkim: not here: ${missing.join(', ')}`)
  process.exit(2)
}

const listed = JSON.parse(fs.readFileSync(path.join(root, 'packages/dkim/test/deviations.json'), 'utf8'))
const unexplained = deviationIds.filter(
  (id) => !listed.some(({ peer, id: name }) => `${peer}: ${name}` === id),
)
if (unexplained.length > 0)
  throw new TypeError(`without a reason in deviations.json: ${unexplained.join(', ')}`)

const { createSigner, createVerifier, formatDkimReason, readSigningKey } = await import(pathToFileURL(build))
const now = Math.floor(Date.now() / 1000)
const count = Number(options.count)
const dice = new Dice(randomSource(Number(options.seed)))
const keys = makeKeys()
const zone = {
  'r._domainkey.example.org': `v=DKIM1; k=rsa; p=${keys.r.publicKey}`,
  'e._domainkey.example.org': `v=DKIM1; k=ed25519; p=${keys.e.publicKey}`,
}
const PAIRS = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed']

const kinds = {
  'signed by us, tame': () => signOurselves(randomMessage(dice, false)),
  'signed by us, wild': () => signOurselves(randomMessage(dice, true)),
  'signed by us, changed on its way': () => onItsWay(dice, signOurselves(randomMessage(dice, false))),
  'odd tags': () => signNaively(randomMessage(dice, false), oddTags(dice, now), keys.r.key),
}

let surprises = 0
for (const [kind, make] of Object.entries(kinds)) {
  const cases = Array.from({ length: count }, () => ({ message: make(), zone }))
  await compareVerdicts(kind, cases)
}
await compareVerdicts('odd keys', oddKeyCases())
for (const name of Object.keys(peers)) await compareSignatures(name)
console.log(`${surprises} differences beyond the listed deviations`)
process.exit(surprises === 0 ? 0 : 1)

function makeKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const pem = (key, type) => key.export({ type, format: 'pem' })
  const read = (key) => readSigningKey(pem(key, 'pkcs8')).value
  const seed = ed25519.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64')
  return {
    r: { ...read(rsa), texts: { dkimpy: pem(rsa, 'pkcs1'), opendkim: pem(rsa, 'pkcs1') } },
    e: { ...read(ed25519), texts: { dkimpy: seed, opendkim: pem(ed25519, 'pkcs8') } },
  }
}

function signOurselves(message) {
  const selector = dice.pick(['r', 'e'])
  const signer = createSigner({
    now,
    lineEnds: 'crlf',
    signatures: [
      { domain: 'example.org', selector, key: keys[selector], canonicalization: dice.pick(PAIRS) },
    ],
  })
  signer.write(Buffer.from(message, 'latin1'))
  return `${signer.end()[0]}\r\n${message}`
}

function verifyOurselves({ message, zone: texts }, lineEnds = 'crlf') {
  const resolver = {
    resolve: (name) =>
      texts[name] === undefined
        ? { kind: 'nxdomain', ttl: 1 }
        : { kind: 'records', records: [[texts[name]]], ttl: 1, authentic: false },
  }
  const verifier = createVerifier({ resolver, now, lineEnds })
  verifier.write(Buffer.from(message, 'latin1'))
  const [signature] = verifier.end().signatures
  if (signature === undefined) return {}
  const { result, reason, problem } = signature
  return { result, reason, problem, text: formatDkimReason(signature), signature: signature.signature }
}

function oddKeyCases() {
  const tags = [{}, { i: '@mail.example.org' }]
  return oddRecords(keys.r.publicKey).flatMap((text) =>
    tags.map((given) => ({
      message: signNaively(randomMessage(dice, false), given, keys.r.key),
      zone: { 'r._domainkey.example.org': text },
    })),
  )
}

/** What all say about the same messages. */
async function compareVerdicts(kind, cases) {
  const ours = cases.map(verifyOurselves)
  const passed = ours.filter(({ result }) => result === 'pass').length
  console.log(`${kind}: ${cases.length} messages, we pass ${passed}`)
  const jobs = cases.map((theCase) => ({ op: 'verify', ...theCase, now }))
  for (const name of Object.keys(peers)) {
    const answers = await askPeer(name, jobs)
    report(
      `verified by ${name}`,
      cases.map((theCase, i) => ({
        peer: name,
        ...theCase,
        ours: ours[i],
        theirs: answers[i].results?.[0] ?? answers[i].trouble ?? 'no signature',
      })),
    )
  }
}

/** What a peer signs, we verify. */
async function compareSignatures(name) {
  const jobs = Array.from({ length: count }, () => {
    const selector = dice.pick(['r', 'e'])
    return {
      op: 'sign',
      message: randomMessage(dice, dice.chance(0.3)),
      key: keys[selector].texts[name],
      algorithm: selector === 'r' ? 'rsa-sha256' : 'ed25519-sha256',
      canonicalization: dice.pick(PAIRS),
      domain: 'example.org',
      selector,
    }
  })
  const answers = await askPeer(name, jobs)
  const signed = jobs.flatMap((job, i) =>
    answers[i].field ? [{ message: answers[i].field + job.message, zone }] : [],
  )
  console.log(`signed by ${name}: ${signed.length} of ${jobs.length} messages`)
  report(
    `verified by us`,
    signed.map((theCase) => ({
      peer: name,
      signedBy: name,
      ...theCase,
      ours: verifyOurselves(theCase),
      theirs: 'pass',
    })),
  )
}

function report(title, rows) {
  const counts = new Map()
  for (const row of rows) {
    if ((row.ours.result === 'pass') === (row.theirs === 'pass')) continue
    const id = classify({ ...row, withAnyLineEnd: () => verifyOurselves(row, 'any') })
    counts.set(id, (counts.get(id) ?? 0) + 1)
    if (id === undefined) surprises++
    if (counts.get(id) <= (id === undefined ? 10 : Number(options.examples))) print(row, id)
  }
  const total = [...counts.values()].reduce((sum, number) => sum + number, 0)
  console.log(`  ${title}: ${rows.length - total} of ${rows.length} the same`)
  for (const [id, number] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(number).padStart(7)}  ${id ?? 'NOT LISTED'}`)
}

function print({ peer, message, zone: texts, ours, theirs }, id) {
  const text = JSON.stringify(message)
  console.log(`    ${id ?? 'NOT LISTED'}
      ${peer}: ${theirs}
      ours: ${ours.result} ${ours.reason}: ${ours.text}
      ${text.length > 2500 ? `${text.slice(0, 2000)}...${text.slice(-400)}` : text}`)
  if (texts !== zone) console.log(`      ${JSON.stringify(texts)}`)
}
