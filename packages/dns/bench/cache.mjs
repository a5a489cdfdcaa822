// What a cache hit costs, and how well the cache knows its size. After a build: node --expose-gc bench/cache.mjs
import { createCache } from '../dist/index.js'
import { createZone } from '../dist/testing.js'

const ROUNDS = 5_000_000
const now = () => performance.now()

const best = (measure) => Math.min(...Array.from({ length: 5 }, measure))

function nanosecondsPerHit(names) {
  const cache = createCache(
    createZone(names.map((name) => ({ name, type: 'A', ttl: 3600, data: '192.0.2.1' }))),
    { now },
  )
  for (const name of names) cache.resolve(name, 'A')
  let found = 0
  const start = process.hrtime.bigint()
  for (let i = 0; i < ROUNDS; i++) {
    const answer = cache.resolve(names[i % names.length], 'A')
    if (answer.kind === 'records') found += 1
  }
  const elapsed = Number(process.hrtime.bigint() - start)
  if (found !== ROUNDS) throw new Error('not every question was a hit')
  return elapsed / ROUNDS
}

const namesOf = (count) => Array.from({ length: count }, (_, i) => `mail-${i}.sender-${i % 97}.example.com`)

for (const count of [1, 100, 10_000]) {
  const names = namesOf(count)
  console.log(`hit, ${count} names: ${best(() => nanosecondsPerHit(names)).toFixed(0)} ns`)
}
const clock = best(() => {
  const start = process.hrtime.bigint()
  let sum = 0
  for (let i = 0; i < ROUNDS; i++) sum += now()
  if (sum < 0) throw new Error('time ran backwards')
  return Number(process.hrtime.bigint() - start) / ROUNDS
})
console.log(`of which performance.now: ${clock.toFixed(0)} ns`)

if (globalThis.gc !== undefined) {
  const kinds = {
    'one A': () => ({ kind: 'records', records: ['192.0.2.1'], ttl: 3600, authentic: false }),
    'five A': (i) => ({
      kind: 'records',
      records: Array.from({ length: 5 }, (_, k) => `192.0.${k}.${i & 255}`),
      ttl: 3600,
      authentic: false,
    }),
    'two MX': (i) => ({
      kind: 'records',
      records: [1, 2].map((preference) => ({
        preference,
        exchange: `mx${preference}.sender-${i}.example.com`,
      })),
      ttl: 3600,
      authentic: false,
    }),
    'TXT, 200 bytes': (i) => ({
      kind: 'records',
      records: [[`v=spf1 ${i} `.padEnd(200, 'x')]],
      ttl: 3600,
      authentic: false,
    }),
    nxdomain: () => ({ kind: 'nxdomain', ttl: 3600 }),
  }
  const COUNT = 100_000
  const fill = (answer) => {
    // The strings are made by a decoder in real life: here through JSON, so that none is shared.
    const resolver = { resolve: (name) => JSON.parse(JSON.stringify(answer(Number(name.split('.')[1])))) }
    const cache = createCache(resolver, { now, maxBytes: 1e12 })
    for (let i = 0; i < COUNT; i++) cache.resolve(`host.${i}.example.com`, 'TXT')
    return cache
  }
  const settle = async () => {
    await new Promise((done) => setTimeout(done, 50))
    gc()
    gc()
    return process.memoryUsage().heapUsed
  }
  for (const [kind, answer] of Object.entries(kinds)) {
    const before = await settle()
    let cache = fill(answer)
    const real = ((await settle()) - before) / COUNT
    const counted = cache.stats().bytes / COUNT
    console.log(`bytes per answer, ${kind}: ${real.toFixed(0)} measured, ${counted.toFixed(0)} counted`)
    cache = undefined
  }
}
