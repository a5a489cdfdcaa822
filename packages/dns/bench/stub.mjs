// Questions a second over loopback, with node:dns (c-ares) beside it. After a build:
//   node bench/stub.mjs                      our own zone server, in a thread
//   node bench/stub.mjs 127.0.0.1:53 NAME…   any server, asked for the A records of these names in turn
import { Resolver } from 'node:dns/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { createResolver } from '../dist/node.js'
import { createZone, startZoneServer } from '../dist/testing.js'

const QUESTIONS = 20_000
const zoneNames = Array.from({ length: 5000 }, (_, i) => `host-${i}.example.com`)

if (isMainThread) await main()
else {
  const zone = createZone(zoneNames.map((name) => ({ name, type: 'A', ttl: 3600, data: '192.0.2.1' })))
  parentPort.postMessage((await startZoneServer(zone)).address)
}

async function main() {
  const [given, ...givenNames] = process.argv.slice(2)
  const worker = given === undefined ? new Worker(new URL(import.meta.url)) : undefined
  const server = given ?? (await new Promise((done) => worker.once('message', done)))
  const names = givenNames.length > 0 ? givenNames : zoneNames
  const ours = createResolver({ servers: [server] })
  const cares = new Resolver()
  cares.setServers([server])
  const subjects = {
    'postern, ours': async (name) => (await ours.resolve(name, 'A')).kind === 'records',
    'node:dns': async (name) => (await cares.resolve4(name, { ttl: true })).length > 0,
  }
  // What is asked at once are different names: equal ones would be one question.
  for (const together of [1, 32, 256]) {
    for (const [subject, ask] of Object.entries(subjects)) {
      const figures = await measure(ask, names, Math.min(together, names.length))
      console.log(`${subject}, ${together} at once: ${figures}`)
    }
  }
  ours.close()
  await worker?.terminate()
}

async function measure(ask, names, together) {
  const latencies = []
  let next = 0
  let found = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const asker = async () => {
    while (next < QUESTIONS) {
      const name = names[next++ % names.length]
      const asked = performance.now()
      if (await ask(name)) found += 1
      latencies.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: together }, asker))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const p99 = latencies[Math.floor(latencies.length * 0.99)]
  const rate = Math.round(latencies.length / seconds)
  return `${rate}/s, p99 ${p99.toFixed(2)} ms, ${((user + system) / latencies.length).toFixed(0)} µs CPU each (all threads), ${found} found`
}
