// For ../shared/lab/lib-bench.mjs --ours: verifies over the lab's resolver, which answers as node:dns does, and signs.
// Parsed keys are kept between messages, as in the daemon. Answers are, too, unless POSTERN_CACHE=off.
import { createSigner, createVerifier, readSigningKey } from '@postern/dkim'
import { createCache } from '@postern/dns'

const ttl = 3600
const found = { ENOTFOUND: 'nxdomain', ENODATA: 'nodata' }

/** The port to the DNS over something like dns.promises.resolve. */
const portOver = (resolve) => ({
  resolve: (name, type) =>
    resolve(name, type).then(
      (records) => ({ kind: 'records', records, ttl, authentic: false }),
      ({ code }) => (found[code] ? { kind: found[code], ttl } : { kind: 'temperror', reason: 'network' }),
    ),
})

const ports = new Map()
const isCached = process.env.POSTERN_CACHE !== 'off'

function resolverOver(resolve) {
  let port = ports.get(resolve)
  if (port === undefined) {
    port = portOver(resolve)
    if (isCached) port = createCache(port, { now: () => performance.now() })
    ports.set(resolve, port)
  }
  return port
}

const now = Math.floor(Date.now() / 1000)

export async function dkimVerify(message, { resolver }) {
  const verifier = createVerifier({ resolver: resolverOver(resolver), now })
  verifier.write(message)
  return { results: (await verifier.end()).signatures }
}

const requests = new Map()

export function dkimSign(message, { domain, selector, privateKey }) {
  let signatures = requests.get(selector)
  if (signatures === undefined) {
    signatures = [{ domain, selector, key: readSigningKey(privateKey).value }]
    requests.set(selector, signatures)
  }
  const signer = createSigner({ signatures, now })
  signer.write(message)
  return signer.end().join('\r\n')
}
