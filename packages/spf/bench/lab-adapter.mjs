// For ../shared/lab/lib-bench.mjs --ours: check_host over the lab's resolver, which answers as node:dns does.
// POSTERN_CACHE=off asks that resolver each time; else our cache stands in front of it, as in the daemon.
import { createCache } from '@postern/dns'
import { checkHost } from '@postern/spf'

const ttl = 3600
const found = { ENOTFOUND: 'nxdomain', ENODATA: 'nodata' }

/** The port to the DNS over something like dns.promises.resolve. */
const portOver = (resolve) => ({
  resolve: (name, type) =>
    resolve(name, type).then(
      (records) => ({
        kind: 'records',
        records:
          type === 'MX'
            ? records.map(({ priority, exchange }) => ({ preference: priority, exchange }))
            : records,
        ttl,
        authentic: false,
      }),
      ({ code }) => (found[code] ? { kind: found[code], ttl } : { kind: 'temperror', reason: 'network' }),
    ),
})

const ports = new Map()
const isCached = process.env.POSTERN_CACHE !== 'off'

function portsOver(resolve) {
  let made = ports.get(resolve)
  if (made === undefined) {
    const port = portOver(resolve)
    made = { resolver: isCached ? createCache(port, { now: () => performance.now() }) : port, explain: false }
    ports.set(resolve, made)
  }
  return made
}

export const spf = ({ ip, sender, helo, resolver }) => checkHost({ ip, sender, helo }, portsOver(resolver))
