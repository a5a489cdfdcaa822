// npm run bench [-- --sizes 1000,1000000,10000000 --rounds 3 --requests 40000 --connections 8,64]
// The policy daemon (HELO syntax and greylist on, SPF off, LMDB on disk, logging to a file) beside a server that only answers DUNNO,
// in turn over the same connections, as this machine's speed changes by the second. Prints medians and their ratios.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeRequests, run } from './load.mjs'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,1000000,10000000' },
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '40000' },
    connections: { type: 'string', default: '8,64' },
  },
})
const list = (text) => text.split(',').map(Number)
const rounds = Number(values.rounds)
const count = Number(values.requests)
const here = path.dirname(fileURLToPath(import.meta.url))
const stores = path.join(os.tmpdir(), 'postern-bench')
mkdirSync(stores, { recursive: true })
const work = mkdtempSync(path.join(stores, 'run-'))
// Each run takes triplets that no run before has used, beyond those that fill the stores.
let fresh = 20_000_000 + (Date.now() % 1_000_000_000)

console.log(
  `node ${process.versions.node}, ${os.cpus().length} x ${os.cpus()[0].model}; ${rounds} rounds of ${count} requests, half of them of new triplets`,
)
for (const size of list(values.sizes)) await benchSize(size)
rmSync(work, { recursive: true })

async function benchSize(size) {
  const filled = path.join(stores, `store-${size}`)
  if (!existsSync(filled)) {
    const filling = `${filled}.filling`
    rmSync(filling, { recursive: true, force: true })
    execFileSync(process.execPath, [path.join(here, 'fill-store.mjs'), filling, String(size)])
    renameSync(filling, filled)
  }
  const bytes = statSync(path.join(filled, 'data.mdb')).size
  const directory = path.join(work, 'state')
  rmSync(directory, { recursive: true, force: true })
  execFileSync('cp', ['-r', filled, directory])

  const ceiling = await startCeiling()
  const ours = await startOurs(directory)
  console.log(
    `\n${size} triplets: ${(bytes / size).toFixed(0)} bytes on disk a triplet; answers ${ours.startMs} ms after being started`,
  )
  for (const connections of list(values.connections)) {
    const seen = { ceiling: [], ours: [] }
    await measure(ours, connections, count / 4)
    await measure(ceiling, connections, count / 4)
    for (let round = 0; round < rounds; round++) {
      seen.ceiling.push(await measure(ceiling, connections, count))
      seen.ours.push(await measure(ours, connections, count))
    }
    report(connections, seen)
  }
  const { anonymous, mapped } = memory(ours.child.pid)
  console.log(`  memory: ${anonymous} MiB of our own, ${mapped} MiB of mapped file pages`)
  for (const { child } of [ceiling, ours]) {
    child.kill()
    await once(child, 'close')
  }
}

async function measure({ child, port }, connections, requests) {
  const load = makeRequests(requests, { first: fresh, seed: fresh })
  fresh += requests
  const before = cpuSeconds(child.pid)
  const result = await run(port, load, connections)
  return { ...result, cpu: ((cpuSeconds(child.pid) - before) / requests) * 1e6 }
}

function report(connections, { ceiling, ours }) {
  const median = (runs, key) => runs.map((r) => r[key]).toSorted((a, b) => a - b)[runs.length >> 1]
  const line = (runs) =>
    `${median(runs, 'rate').toFixed(0)}/s, ${median(runs, 'cpu').toFixed(1)} us of CPU a request, p50 ${median(runs, 'p50').toFixed(2)} p99 ${median(runs, 'p99').toFixed(2)} max ${Math.max(...runs.map((r) => r.max)).toFixed(0)} ms`
  console.log(`  ${connections} connections\n    ceiling ${line(ceiling)}\n    policyd ${line(ours)}`)
  const ratio = (key) => (median(ours, key) / median(ceiling, key)).toFixed(2)
  console.log(
    `    ratio   ${ratio('rate')} of the rate, ${ratio('cpu')} times the CPU, ${ratio('p99')} times the p99`,
  )
}

async function startCeiling() {
  const port = await freePort()
  const child = spawn(process.execPath, [path.join(here, 'ceiling.mjs'), String(port)], { stdio: 'inherit' })
  await firstAnswer(port)
  return { child, port }
}

async function startOurs(directory) {
  const port = await freePort()
  const config = path.join(work, 'postern.toml')
  writeFileSync(
    config,
    `[policy]\nlisten = ["127.0.0.1:${port}"]\n[store]\ndirectory = "${directory}"\n[log]\ndestination = "${work}/log"\n[helo]\nunknown_hostname = "off"\nnot_forward_confirmed = "off"\n[spf]\nenabled = false\n`,
  )
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [path.join(here, '../apps/policyd/dist/main.js'), '--config', config],
    { stdio: 'inherit' },
  )
  await firstAnswer(port)
  return { child, port, startMs: Math.round(performance.now() - began) }
}

/** Resolves when the server has answered a request. */
async function firstAnswer(port) {
  const [request] = makeRequests(1, { first: fresh++, seed: 1 })
  for (let tries = 0; tries < 2000; tries++) {
    const answered = await new Promise((resolve) => {
      const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(request))
      socket.on('data', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`nothing answers on port ${port}`)
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** CPU time of all threads, from the kernel's ticks of 10 ms. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const mib = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)
  return { anonymous: mib('RssAnon'), mapped: mib('RssFile') }
}
