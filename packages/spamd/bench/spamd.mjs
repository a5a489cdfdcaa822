// node bench/spamd.mjs [rounds] [requests]: requests a second and CPU of our server beside the ceiling, alternating, because the
// machine's speed changes from one second to the next. Build first. Prints medians and their ratio; asserts nothing.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

const [rounds = 5, requests = 4000] = process.argv.slice(2).map(Number)
const connections = 8
const sizes = [4000, 50_000, 1_000_000]

const messageOf = (size) => {
  const head = 'Return-Path: <a@b.example>\nSubject: bench\nMessage-ID: <1@b.example>\n\n'
  return head + 'All work and no play makes Jack a dull boy.\n'.repeat(Math.ceil((size - head.length) / 44))
}

const ask = (port, request) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    socket.on('data', () => {})
    socket.on('end', () => socket.destroy())
    socket.on('close', resolve)
    socket.on('error', reject)
    socket.end(request)
  })

async function measure(child, port, request, count) {
  const usage = async () => {
    const told = once(child, 'message')
    child.send('usage')
    return (await told)[0]
  }
  const before = await usage()
  const started = performance.now()
  let left = count
  const worker = async () => {
    while (left-- > 0) await ask(port, request)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const seconds = (performance.now() - started) / 1000
  const after = await usage()
  const cpuUs = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { rate: count / seconds, cpuUs: cpuUs / count, rss: after.rss }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

for (const command of ['CHECK', 'PROCESS'])
  for (const size of sizes) {
    const count = Math.max(200, Math.round(requests / Math.max(1, size / 20_000)))
    const message = messageOf(size)
    const request = Buffer.from(
      `${command} SPAMC/1.5\r\nUser: jo\r\nContent-length: ${message.length}\r\n\r\n${message}`,
    )
    const results = { ours: [], ceiling: [] }
    for (const [name, file] of [
      ['ours', 'server.mjs'],
      ['ceiling', 'ceiling.mjs'],
    ]) {
      results[name].child = fork(new URL(file, import.meta.url), [command])
      results[name].port = (await once(results[name].child, 'message'))[0].port
    }
    // The first round warms up.
    for (let round = 0; round <= rounds; round++)
      for (const result of Object.values(results)) {
        const measured = await measure(result.child, result.port, request, count)
        if (round > 0) result.push(measured)
      }
    const text = Object.entries(results).map(([name, all]) => {
      all.child.kill()
      const [rate, cpu, rss] = ['rate', 'cpuUs', 'rss'].map((key) => median(all.map((one) => one[key])))
      return `${name} ${rate.toFixed(0)}/s, ${cpu.toFixed(0)} us CPU, ${(rss / 1048576).toFixed(0)} MiB`
    })
    const ratio = median(results.ours.map(({ cpuUs }, i) => cpuUs / results.ceiling[i].cpuUs))
    console.log(
      `${command.padEnd(8)} ${String(message.length).padStart(8)} octets: ${text.join('; ')}; CPU ratio ${ratio.toFixed(2)}`,
    )
  }
