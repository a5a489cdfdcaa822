// A load of policy requests as Postfix sends them: some connections, one request in flight on each, half of the triplets
// seen before. Runs in the benchmark's own process; servers are others.
import net from 'node:net'
import { randomSource } from '../scripts/random-source.mjs'

/** The sender, recipient and client of triplet `n`; the same as those that `fill-store.mjs` puts into a store. */
export function triplet(n) {
  const domain = (n * 2654435761) % 50_021
  const host = (n * 40503) % 200
  return {
    address: `${20 + (domain % 180)}.${(domain >> 8) % 256}.${domain % 256}.${1 + host}`,
    name: `mail${host}.d${domain}.example`,
    sender: `user${n % 1_000_003}@d${domain}.example`,
    recipient: `someone${(n * 7919) % 5003}@dom${n % 20}.postern.example`,
  }
}

function requestOf({ address, name, sender, recipient }, n) {
  return Buffer.from(
    `request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=${address}\nclient_name=${name}\nclient_port=${20_000 + (n % 40_000)}\nreverse_client_name=${name}\nserver_address=127.0.0.1\nserver_port=25\nhelo_name=${name}\nsender=${sender}\nrecipient=${recipient}\nrecipient_count=0\nqueue_id=\ninstance=3a7.${n.toString(16)}.1.0\nsize=${1000 + (n % 90_000)}\netrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n\n`,
  )
}

/** Requests made before the clock starts: half new triplets, from `first` on, half chosen from those before. */
export function makeRequests(count, { first, seed }) {
  const next = randomSource(seed)
  const requests = []
  let fresh = first
  for (let i = 0; i < count; i++) {
    const isRepeat = fresh > first && next() < 0.5
    const n = isRepeat ? first + Math.floor(next() * (fresh - first)) : fresh++
    requests.push(requestOf(triplet(n), i))
  }
  return requests
}

/** Sends the requests over so many connections; resolves with rate and latencies in ms. */
export async function run(port, requests, connections) {
  const times = new Float64Array(requests.length)
  let sent = 0
  let answered = 0
  const began = process.hrtime.bigint()
  const connection = () =>
    new Promise((resolve, reject) => {
      let at = 0n
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
      const send = () => {
        if (sent >= requests.length) return socket.end(resolve)
        const request = requests[sent++]
        at = process.hrtime.bigint()
        socket.write(request)
      }
      let tail = ''
      socket.setEncoding('latin1')
      socket.on('connect', send)
      socket.on('data', (text) => {
        tail += text
        if (!tail.endsWith('\n\n')) return
        tail = ''
        times[answered++] = Number(process.hrtime.bigint() - at) / 1e6
        send()
      })
      socket.on('error', reject)
    })
  await Promise.all(Array.from({ length: connections }, connection))
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const sorted = times.subarray(0, answered).sort()
  const at = (share) => sorted[Math.min(answered - 1, Math.floor(share * answered))]
  return { rate: answered / seconds, p50: at(0.5), p99: at(0.99), max: sorted[answered - 1] }
}
