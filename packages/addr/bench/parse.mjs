// Nanoseconds of CPU for one call of each parser. node bench/parse.mjs, after a build.
import * as addr from '../dist/index.js'

const network = addr.parseCidr('192.0.2.0/24').value
const address = addr.parseIp('192.0.2.77').value
const cases = {
  "parseIp('192.0.2.1')": () => addr.parseIp('192.0.2.1').ok,
  "parseIp('203.113.254.199')": () => addr.parseIp('203.113.254.199').ok,
  "parseIp('2a00:1450:4864:20::52f')": () => addr.parseIp('2a00:1450:4864:20::52f').ok,
  'networkOf(ip, 24)': () => addr.networkOf(address, 24) !== undefined,
  cidrContains: () => addr.cidrContains(network, address),
  "parseHostname('mail-wr1-f41.google.com')": () => addr.parseHostname('mail-wr1-f41.google.com').ok,
  "parseMailbox('user.name@example.com')": () => addr.parseMailbox('user.name@example.com').ok,
}

for (const [name, run] of Object.entries(cases)) {
  const rounds = []
  for (let round = 0; round < 5; round++) {
    let count = 0
    const start = process.cpuUsage().user
    for (let i = 0; i < 300_000; i++) if (run()) count++
    rounds.push(((process.cpuUsage().user - start) * 1000) / count)
  }
  console.log(`${String(Math.round(Math.min(...rounds))).padStart(6)} ns  ${name}`)
}
