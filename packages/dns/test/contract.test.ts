// The contract of the port, for every implementation in this package.
import { describe, expect, it } from 'vitest'
import { createCache } from '../src/index.ts'
import { createResolver, type ResolverOptions } from '../src/node.ts'
import { createZone, type MakeResolver, resolverContract, startZoneServer } from '../src/testing.ts'

const overZone =
  (isAsync: boolean): MakeResolver =>
  (text, options) => {
    const zone = createZone(text, { ...options, async: isAsync })
    return { resolver: zone, asked: () => zone.queries.length }
  }

const overCache =
  (isAsync: boolean): MakeResolver =>
  (text, options) => {
    const zone = createZone(text, { ...options, async: isAsync })
    return { resolver: createCache(zone, { now: () => 0 }), asked: () => zone.queries.length }
  }

const overServer =
  (options: ResolverOptions, isCached = false): MakeResolver =>
  async (text, zoneOptions) => {
    const server = await startZoneServer(createZone(text, zoneOptions))
    const stub = createResolver({ servers: [server.address], attempts: 1, attemptTimeoutMs: 500, ...options })
    return {
      resolver: isCached ? createCache(stub, { now: () => performance.now() }) : stub,
      asked: () => server.queries.length,
      async close() {
        stub.close()
        await server.close()
      },
    }
  }

const subjects: [string, MakeResolver][] = [
  ['the zone fake, at once', overZone(false)],
  ['the zone fake, later', overZone(true)],
  ['the cache over the zone fake, at once', overCache(false)],
  ['the cache over the zone fake, later', overCache(true)],
  ['the stub resolver over the zone server', overServer({})],
  ['the stub resolver with mixed case', overServer({ mixedCase: true })],
  ['the cache over the stub resolver', overServer({}, true)],
]

for (const [name, make] of subjects) {
  describe(name, () => resolverContract(make, { describe, it, expect }))
}
