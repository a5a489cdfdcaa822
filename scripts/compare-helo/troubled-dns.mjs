// A DNS forwarder that fails on demand. Listens on 127.0.0.2:53, asks 127.0.0.1:53. A query whose name has the label
// servfail, refused, notimp, formerr, yxdomain, notauth or nxdomain gets that response code; with -a, -aaaa or -mx, only
// for that type.
import dgram from 'node:dgram'

const CODES = { formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5, yxdomain: 6, notauth: 9 }
const TYPES = { a: 1, mx: 15, aaaa: 28 }

/** The labels of the first question, and where its name ends. */
function readQuestion(query) {
  const labels = []
  let at = 12
  while (query[at] > 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]).toLowerCase())
    at += query[at] + 1
  }
  return { labels, type: query.readUInt16BE(at + 1), end: at + 5 }
}

function troubleOf({ labels, type }) {
  for (const label of labels) {
    const [word, only] = label.split('-')
    if (Object.hasOwn(CODES, word) && (only === undefined || TYPES[only] === type)) return CODES[word]
  }
  return undefined
}

/** Starts it; resolves when it listens. */
export function startTroubledDns() {
  const server = dgram.createSocket('udp4')
  server.on('message', (query, client) => {
    const question = readQuestion(query)
    const code = troubleOf(question)
    if (code === undefined) {
      const upstream = dgram.createSocket('udp4')
      upstream.on('message', (reply) => {
        server.send(reply, client.port, client.address)
        upstream.close()
      })
      upstream.send(query, 53, '127.0.0.1')
      return
    }
    const reply = Buffer.from(query.subarray(0, question.end))
    reply[2] |= 0x80 // a response
    reply[3] = 0x80 | code // recursion available
    reply.fill(0, 6, 12) // no records in any section
    server.send(reply, client.port, client.address)
  })
  return new Promise((resolve) => server.bind(53, '127.0.0.2', () => resolve(server)))
}
