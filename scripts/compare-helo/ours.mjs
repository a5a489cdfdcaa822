// What our rules say about the same names, through our resolver over the same DNS.
import { parseIp } from '../../packages/addr/dist/index.js'
import { createCache } from '../../packages/dns/dist/index.js'
import { createResolver } from '../../packages/dns/dist/node.js'
import { checkHelo, defaultActions, formatHeloReply } from '../../packages/helo/dist/index.js'

const client = { address: parseIp('198.51.100.7').value }
const allOff = Object.fromEntries(Object.keys(defaultActions).map((rule) => [rule, 'off']))

/** One rule's verdict in the words of oracle.mjs. */
async function judge(rule, helo, resolver) {
  const { hits } = await checkHelo(
    { helo, client },
    { resolver },
    { actions: { ...allOff, [rule]: 'reject' } },
  )
  if (hits.length === 0) return '-'
  if (hits[0].temporary) return 'temporary'
  const { code, enhanced } = formatHeloReply(hits[0], { helo, client: client.address })
  return `${code} ${enhanced}`
}

/** The rows of askPostfix with our verdicts instead. */
export async function askOurselves(rows, server) {
  const resolver = createResolver({ servers: [server] })
  const cache = createCache(resolver, { now: () => performance.now() })
  const ours = []
  for (const { sent, helo } of rows) {
    const invalid = await judge('invalid-hostname', helo, cache)
    const nonFqdn = await judge('non-fqdn-hostname', helo, cache)
    ours.push({ sent, helo, invalid, nonFqdn, unknown: await judge('unknown-hostname', helo, cache) })
  }
  resolver.close()
  return ours
}
