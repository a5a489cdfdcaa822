// node bench/policy.mjs [rounds] [requests]: requests a second and CPU of our server beside the ceiling, alternating, because the
// machine's speed changes from one second to the next. Build first. Prints medians and their ratio; asserts nothing.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

const [rounds = 7, requests = 60_000] = process.argv.slice(2).map(Number)
const connections = [8, 64]

/** A request of 29 attributes, as Postfix 3.7 sends it. */
const requestOf = (n) =>
  Buffer.from(
    `request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.${n % 250}\nclient_name=mail${n % 97}.example.org\nclient_port=${20_000 + (n % 9999)}\nreverse_client_name=mail${n % 97}.example.org\nserver_address=198.51.100.1\nserver_port=25\nhelo_name=mail${n % 97}.example.org\nsender=user${n % 499}@example.org\nrecipient=someone${n % 307}@example.net\nrecipient_count=0\nqueue_id=\ninstance=3a7.${n.toString(16)}.1.0\nsize=${n % 90_000}\netrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n\n`,
  )
const pool = Array.from({ length: 5000 }, (_, n) => requestOf(n))

/** One connection with one request in flight, as Postfix's smtpd has it; `next` hands out the requests. */
const worker = (port, next, times) =>
  new Promise((resolve, reject) => {
    let sent = 0n
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    const send = () => {
      const request = next()
      if (request === undefined) return socket.end(resolve)
      sent = process.hrtime.bigint()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('data', () => {
      times.push(Number(process.hrtime.bigint() - sent) / 1e6)
      send()
    })
    socket.on('error', reject)
  })

async function load(port, count, conns) {
  const times = []
  let n = 0
  const next = () => (n < count ? pool[n++ % pool.length] : undefined)
  const started = process.hrtime.bigint()
  await Promise.all(Array.from({ length: conns }, () => worker(port, next, times)))
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  times.sort((a, b) => a - b)
  return { rate: count / seconds, p99: times[Math.floor(times.length * 0.99)] }
}

async function start(name) {
  const child = fork(new URL(`${name}.mjs`, import.meta.url))
  const [{ port }] = await once(child, 'message')
  return { name, child, port }
}

async function usage({ child }) {
  child.send('usage')
  const [{ cpu, rss }] = await once(child, 'message')
  return { cpu: cpu.user + cpu.system, rss }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

const servers = [await start('ceiling'), await start('server')]
for (const { port } of servers) await load(port, 20_000, 8)
for (const conns of connections) {
  const seen = servers.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, server] of servers.entries()) {
      const before = await usage(server)
      const { rate, p99 } = await load(server.port, requests, conns)
      const after = await usage(server)
      seen[index].push({ rate, p99, cpu: (after.cpu - before.cpu) / requests, rss: after.rss / 1048576 })
    }
  const [ceiling, ours] = seen.map((runs) => ({
    rate: median(runs.map((run) => run.rate)),
    cpu: median(runs.map((run) => run.cpu)),
    p99: median(runs.map((run) => run.p99)),
    rss: median(runs.map((run) => run.rss)),
  }))
  // Each pair of neighbours had nearly the same machine, so the median of their ratios says more than the ratio of medians.
  const ratio = median(seen[1].map((run, round) => run.rate / seen[0][round].rate))
  for (const [name, { rate, cpu, p99, rss }] of [
    ['ceiling', ceiling],
    ['server', ours],
  ])
    console.log(
      `${conns} connections, ${name}: ${rate.toFixed(0)}/s, ${cpu.toFixed(1)} us of CPU a request, p99 ${p99.toFixed(2)} ms, ${rss.toFixed(0)} MiB`,
    )
  console.log(`${conns} connections: ${ratio.toFixed(2)} of the ceiling's rate`)
}
for (const { child } of servers) child.disconnect()
