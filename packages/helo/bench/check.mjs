// Nanoseconds of CPU for one greeting. node bench/check.mjs, after a build.
import { parseCidr, parseIp } from '@postern/addr'
import { checkHelo, defaultActions } from '../dist/index.js'

const own = { names: ['mx.example.com', 'example.com'], networks: [parseCidr('192.0.2.0/28').value] }
const client = { address: parseIp('209.85.221.41').value, name: 'mail-wr1-f41.google.com' }
const only = (...rules) =>
  Object.fromEntries(
    Object.keys(defaultActions).map((rule) => [rule, rules.includes(rule) ? 'reject' : 'off']),
  )
const postfix = { actions: only('invalid-hostname', 'non-fqdn-hostname') }
const records = { kind: 'records', records: ['209.85.221.41'], ttl: 300, authentic: false }
const resolver = { resolve: () => records }

const cases = {
  "Postfix's two syntax rules, a name": () =>
    checkHelo({ helo: 'mail-wr1-f41.google.com', client }, {}, postfix),
  "Postfix's two syntax rules, localhost": () => checkHelo({ helo: 'localhost', client }, {}, postfix),
  'all eight syntax rules, a name': () => checkHelo({ helo: 'mail-wr1-f41.google.com', client, own }),
  'all eight syntax rules, a literal': () => checkHelo({ helo: '[209.85.221.41]', client, own }),
  'all rules, DNS answers from memory': () =>
    checkHelo({ helo: 'mail-wr1-f41.google.com', client, own }, { resolver }),
}

for (const [name, run] of Object.entries(cases)) {
  const rounds = []
  for (let round = 0; round < 5; round++) {
    let count = 0
    const start = process.cpuUsage().user
    for (let i = 0; i < 500_000; i++) if (run().hits.length < 99) count++
    rounds.push(((process.cpuUsage().user - start) * 1000) / count)
  }
  console.log(`${String(Math.round(Math.min(...rounds))).padStart(6)} ns  ${name}`)
}
