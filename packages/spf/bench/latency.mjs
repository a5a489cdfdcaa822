// Time to a verdict when each answer of the DNS takes 20 ms: ours, and mailauth's where LAB_WORK has it.
//   node bench/latency.mjs [milliseconds]      mailauth wants Node >= 22.19
import { createRequire } from 'node:module'
import { checkHost } from '@postern/spf'

const delayMs = Number(process.argv[2] ?? 20)
const rounds = 9

const txt = (...texts) => ({ TXT: texts.map((text) => [text]) })
/** Like the records of large senders: an include of includes; a, mx and include side by side; a chain of one after the other. */
const zone = {
  'nested.example': txt('v=spf1 include:one.nested.example include:two.nested.example mx -all'),
  'one.nested.example': txt(
    'v=spf1 include:a.nested.example include:b.nested.example include:c.nested.example ~all',
  ),
  'two.nested.example': txt('v=spf1 include:d.nested.example include:e.nested.example ~all'),
  ...Object.fromEntries(
    [...'abcde'].map((name, i) => [`${name}.nested.example`, txt(`v=spf1 ip4:198.51.${i}.0/24 -all`)]),
  ),
  'wide.example': {
    ...txt('v=spf1 a mx include:a.nested.example exists:%{i}.ok.example -all'),
    A: ['192.0.2.1'],
  },
  'chain.example': txt('v=spf1 include:c1.example -all'),
  'c1.example': txt('v=spf1 include:c2.example -all'),
  'c2.example': txt('v=spf1 include:c3.example -all'),
  'c3.example': txt('v=spf1 include:c4.example -all'),
  'c4.example': txt('v=spf1 ip4:192.0.2.0/24 -all'),
  'single.example': txt('v=spf1 ip4:192.0.2.0/24 -all'),
}
for (const [name, mx] of [
  ['nested.example', 'mx.nested.example'],
  ['wide.example', 'mx.wide.example'],
]) {
  zone[name].MX = [{ preference: 10, exchange: mx, priority: 10 }]
  zone[mx] = { A: ['192.0.2.1'] }
}
const cases = [
  ['single', 'single.example', '192.0.2.9'],
  ['nested includes, no match', 'nested.example', '203.0.113.9'],
  ['nested includes, match in the last', 'nested.example', '198.51.4.9'],
  ['a mx include exists, no match', 'wide.example', '203.0.113.9'],
  ['chain of 4 includes', 'chain.example', '192.0.2.9'],
]

const later = (value) => new Promise((resolve) => setTimeout(resolve, delayMs, value))
let asked = 0
const find = (name, type) => {
  asked++
  return later(zone[name.toLowerCase()]?.[type])
}
const resolver = {
  async resolve(name, type) {
    const records = await find(name, type)
    return records
      ? { kind: 'records', records, ttl: 60, authentic: false }
      : { kind: zone[name] ? 'nodata' : 'nxdomain', ttl: 60 }
  },
}
const asNode = async (name, type) => {
  const records = await find(name, type)
  if (records) return records
  throw Object.assign(new Error(name), { code: zone[name] ? 'ENODATA' : 'ENOTFOUND' })
}

const rivals = {
  ours: async (sender, ip) => (await checkHost({ ip, sender, helo: 'x.example' }, { resolver })).result,
}
try {
  const { spf } = createRequire(`${process.env.LAB_WORK ?? '/tmp/lab-work'}/package.json`)('mailauth/lib/spf')
  rivals.mailauth = async (sender, ip) =>
    (await spf({ sender, ip, helo: 'x.example', mta: 'mx.example', resolver: asNode })).status.result
} catch (error) {
  console.log(`mailauth is not measured: ${error.message.split('\n')[0]}`)
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1]

console.log(
  `node ${process.version}, ${delayMs} ms for each answer; medians of ${rounds}\n\n| case | library | result | questions | ms | ratio to ours |`,
)
console.log('|---|---|---|---|---|---|')
for (const [label, domain, ip] of cases) {
  let ours
  for (const [library, check] of Object.entries(rivals)) {
    const times = []
    let result
    asked = 0
    for (let round = 0; round < rounds; round++) {
      const began = performance.now()
      result = await check(`user@${domain}`, ip)
      times.push(performance.now() - began)
    }
    const ms = median(times)
    ours ??= ms
    console.log(
      `| ${label} | ${library} | ${result} | ${asked / rounds} | ${ms.toFixed(1)} | ${(ms / ours).toFixed(2)} |`,
    )
  }
}
