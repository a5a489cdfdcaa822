// The stub resolver over loopback: retries, servers, deadlines, TCP, places on the wire. Forgeries are in forgery.test.ts.
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBudget, type RecordType } from '../src/index.ts'
import { createResolver, type ResolverOptions, type StubResolver } from '../src/node.ts'
import {
  type Conduct,
  createZone,
  type ServerQuery,
  startZoneServer,
  type Zone,
  type ZoneServer,
} from '../src/testing.ts'
import { startRawServer } from './raw-server.ts'

const ZONE = `
  a.test   60  A     192.0.2.1
  big.test 60  TXT   ${Array.from({ length: 20 }, () => `"${'x'.repeat(250)}"`).join(' ')}
  alias.test 9 CNAME far.other
  far.other 30 CNAME further.other
  further.other 60 A 192.0.2.3
`
const FOUND = { kind: 'records', records: ['192.0.2.1'], ttl: 60, authentic: false }
const TIMEOUT = { kind: 'temperror', reason: 'timeout' }
const NETWORK = { kind: 'temperror', reason: 'network' }

const open: (ZoneServer | StubResolver | { close(): Promise<void> })[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

type ConductOf = (query: ServerQuery) => Conduct | undefined

async function serve(conduct?: ConductOf, zone: Zone = createZone(ZONE)): Promise<ZoneServer> {
  const server = await startZoneServer(zone, { conduct })
  open.push(server)
  return server
}

function ask(servers: readonly ZoneServer[], options: ResolverOptions = {}): StubResolver {
  const addresses = servers.map((server) => server.address)
  const resolver = createResolver({ servers: addresses, attemptTimeoutMs: 250, ...options })
  open.push(resolver)
  return resolver
}

const budgetOf = (ms: number) =>
  createBudget({ deadlineMs: performance.now() + ms, now: () => performance.now() })

const transports = (server: ZoneServer) => server.queries.map((query) => query.transport)

describe('an attempt that fails', () => {
  it('is followed by another at the same server', async () => {
    const server = await serve(({ index }) => ({ drop: index === 0 }))
    expect(await ask([server]).resolve('a.test', 'A')).toEqual(FOUND)
    expect(server.queries).toHaveLength(2)
    expect(server.queries[0]!.id).not.toBe(server.queries[1]!.id)
  })

  it('ends in a timeout when all did', async () => {
    const server = await serve(() => ({ drop: true }))
    expect(await ask([server], { attempts: 3, attemptTimeoutMs: 10 }).resolve('a.test', 'A')).toEqual(TIMEOUT)
    expect(server.queries).toHaveLength(3)
  })

  it.each<[string, Conduct]>([
    ['silence', { drop: true }],
    ['a malformed reply', { malform: true }],
  ])('by %s moves on to the next server, and stays there', async (_title, conduct) => {
    const servers = [await serve(() => conduct), await serve()]
    const resolver = ask(servers)
    expect(await resolver.resolve('a.test', 'A')).toEqual(FOUND)
    expect(await resolver.resolve('a.test', 'MX')).toMatchObject({ kind: 'nodata' })
    expect(servers.map((server) => server.queries.length)).toEqual([1, 2])
  })

  it('by a closed port moves on at once', async () => {
    const gone = await startZoneServer(createZone(''))
    await gone.close()
    const resolver = ask([gone, await serve()], { attemptTimeoutMs: 60_000 })
    expect(await resolver.resolve('a.test', 'A')).toEqual(FOUND)
    expect(await ask([gone], { attemptTimeoutMs: 60_000 }).resolve('a.test', 'A')).toEqual(NETWORK)
  })

  it.each(['servfail', 'refused'] as const)('by %s asks each server once', async (reason) => {
    const failing = createZone(ZONE, { failures: { 'a.test': reason } })
    const servers = [await serve(undefined, failing), await serve(undefined, failing)]
    const resolver = ask(servers, { attempts: 3 })
    expect(await resolver.resolve('a.test', 'A')).toEqual({ kind: 'temperror', reason })
    expect(servers.map((server) => server.queries.length)).toEqual([1, 1])
    const good = await serve()
    expect(await ask([...servers, good]).resolve('a.test', 'A')).toEqual(FOUND)
  })

  it('reports what a server said rather than silence', async () => {
    const refusing = createZone(ZONE, { failures: { 'a.test': 'refused' } })
    const servers = [await serve(() => ({ drop: true })), await serve(undefined, refusing)]
    const answer = await ask(servers, { attemptTimeoutMs: 10 }).resolve('a.test', 'A')
    expect(answer).toEqual({ kind: 'temperror', reason: 'refused' })
  })

  it('by FORMERR is repeated without EDNS', async () => {
    const server = await serve(() => ({ refuseEdns: true }))
    expect(await ask([server]).resolve('a.test', 'A')).toEqual(FOUND)
    expect(server.queries.map((query) => query.hasEdns)).toEqual([true, false])
  })
})

it('rotate starts at each server in turn', async () => {
  const servers = [await serve(), await serve(), await serve()]
  const resolver = ask(servers, { rotate: true })
  for (const type of ['A', 'MX', 'NS', 'TXT', 'PTR', 'SOA'] as const) await resolver.resolve('a.test', type)
  expect(servers.map((server) => server.queries.length)).toEqual([2, 2, 2])
})

describe('a truncated reply', () => {
  it('is fetched by TCP, from the same server', async () => {
    const server = await serve(() => ({ truncate: true }))
    expect(await ask([server]).resolve('a.test', 'A')).toEqual(FOUND)
    expect(transports(server)).toEqual(['udp', 'tcp'])
  })

  it('comes by itself when the answer is over 1,232 bytes', async () => {
    const server = await serve()
    const answer = await ask([server]).resolve('big.test', 'TXT')
    expect(answer).toMatchObject({ kind: 'records', records: [Array(20).fill('x'.repeat(250))] })
    expect(transports(server)).toEqual(['udp', 'tcp'])
  })

  it('is given up when TCP stays silent', async () => {
    const silent = await serve(({ transport }) => ({ truncate: true, drop: transport === 'tcp' }))
    expect(await ask([silent], { attempts: 1 }).resolve('a.test', 'A')).toEqual(TIMEOUT)
    expect(await ask([silent, await serve()]).resolve('a.test', 'A')).toEqual(FOUND)
  })

  it.each<[string, (question: Buffer) => Buffer[]]>([
    ['closes', () => []],
    ['sends half a length', () => [Buffer.of(0)]],
    ['sends half a message', (question) => [Buffer.from([0, question.length]), question.subarray(0, 9)]],
    ['sends no message', () => [Buffer.of(0, 0)]],
    ['sends rubbish', () => [Buffer.alloc(70_000, 255)]],
    ['sends the question back', (question) => [Buffer.of(0, question.length), question]],
  ])('is given up when TCP %s', async (_title, bytesFor) => {
    const server = await startRawServer({
      udp: (question) => [withFlags(question, 0x8380)],
      tcp(socket, question) {
        for (const bytes of bytesFor(question)) socket.write(bytes)
        socket.end()
      },
    })
    open.push(server)
    const resolver = createResolver({ servers: [server.address], attempts: 1, attemptTimeoutMs: 2000 })
    expect(await resolver.resolve('a.test', 'A')).toEqual(NETWORK)
  })

  it('may come by TCP one byte at a time', async () => {
    const server = await startRawServer({
      udp: (question) => [withFlags(question, 0x8380)],
      tcp(socket, question) {
        const reply = withFlags(question, 0x8183)
        const bytes = [0, reply.length, ...reply]
        const next = () => {
          const byte = bytes.shift()
          if (byte !== undefined) socket.write(Buffer.of(byte), () => setImmediate(next))
        }
        socket.setNoDelay(true)
        next()
      },
    })
    open.push(server)
    const resolver = createResolver({ servers: [server.address], attempts: 1 })
    expect(await resolver.resolve('a.test', 'A')).toEqual({ kind: 'nxdomain', ttl: 0 })
  })
})

/** A question as a reply without records: other flags, and its OPT record left in place. */
function withFlags(question: Buffer, flags: number): Buffer {
  const reply = Buffer.from(question)
  reply.writeUInt16BE(flags, 2)
  return reply
}

it('follows a chain of aliases that leaves the reply', async () => {
  const zone = createZone(ZONE)
  // As an authoritative server that knows the first zone only: one alias at a time.
  const find = (name: string, type: RecordType) => {
    const found = zone.find(name, type)
    return found.kind !== 'temperror' && found.chain.length > 0
      ? { ...found, kind: 'loop' as const, chain: found.chain.slice(0, 1), records: [] }
      : found
  }
  const server = await serve(undefined, { ...zone, find })
  const answer = await ask([server]).resolve('alias.test', 'A')
  expect(answer).toEqual({ kind: 'records', records: ['192.0.2.3'], ttl: 9, authentic: false })
  expect(server.queries.map((query) => query.name)).toEqual(['alias.test', 'far.other', 'further.other'])
})

it('asks once for equal questions in flight', async () => {
  const server = await serve(() => ({ delayMs: 5 }))
  const resolver = ask([server], { attemptTimeoutMs: 5000 })
  const names = ['a.test', 'A.TEST', 'a.test.']
  const answers = await Promise.all(
    Array.from({ length: 99 }, (_, i) => resolver.resolve(names[i % 3]!, 'A')),
  )
  expect(answers).toEqual(Array(99).fill(FOUND))
  expect(server.queries).toHaveLength(1)
  await resolver.resolve('a.test', 'A')
  expect(server.queries).toHaveLength(2)
})

describe('a deadline', () => {
  it('of the query ends all its attempts', async () => {
    const server = await serve(() => ({ drop: true }))
    const resolver = ask([server], { attempts: 5, attemptTimeoutMs: 30, deadlineMs: 45 })
    expect(await resolver.resolve('a.test', 'A')).toEqual(TIMEOUT)
    expect(server.queries.length).toBeLessThanOrEqual(2)
  })

  const budgetOf = (ms: number) =>
    createBudget({ deadlineMs: performance.now() + ms, now: () => performance.now() })

  it('of the message ends its wait, not that of others', async () => {
    const server = await serve(() => ({ delayMs: 80 }))
    const resolver = ask([server], { attemptTimeoutMs: 5000 })
    const patient = resolver.resolve('a.test', 'A', { budget: budgetOf(5000) })
    const hasty = resolver.resolve('a.test', 'A', { budget: budgetOf(10) })
    expect(await hasty).toEqual(TIMEOUT)
    expect(await patient).toEqual(FOUND)
    expect(server.queries).toHaveLength(1)
  })

  it('of the last who waits ends the question', async () => {
    const server = await serve(({ index }) => ({ drop: index === 0 }))
    const resolver = ask([server], { attemptTimeoutMs: 60_000, deadlineMs: 60_000 })
    const answers = [30, 40, 50].map((ms) => resolver.resolve('a.test', 'A', { budget: budgetOf(ms) }))
    expect(await Promise.all(answers)).toEqual([TIMEOUT, TIMEOUT, TIMEOUT])
    expect(await resolver.resolve('a.test', 'A')).toEqual(FOUND)
    expect(server.queries).toHaveLength(2)
  })
})

describe('many questions at once', () => {
  it('are all answered: 2,000', async () => {
    const text = Array.from({ length: 2000 }, (_, i) => `n${i}.test 60 A 192.0.${i >> 8}.${i & 255}`).join(
      '\n',
    )
    const server = await serve(undefined, createZone(text))
    const resolver = ask([server], { attemptTimeoutMs: 10_000 })
    const answers = await Promise.all(
      Array.from({ length: 2000 }, (_, i) => resolver.resolve(`n${i}.test`, 'A')),
    )
    const addresses = answers.map((answer) => (answer.kind === 'records' ? answer.records[0] : answer.kind))
    expect(addresses).toEqual(Array.from({ length: 2000 }, (_, i) => `192.0.${i >> 8}.${i & 255}`))
    expect(server.queries).toHaveLength(2000)
  })

  it('are 256 on the wire at most, with a socket each', async () => {
    const server = await serve(() => ({ drop: true }))
    const resolver = ask([server], { attemptTimeoutMs: 60_000, deadlineMs: 60_000 })
    const answers = Array.from({ length: 2000 }, (_, i) => resolver.resolve(`n${i}.test`, 'A'))
    await vi.waitFor(() => expect(server.queries.length).toBeGreaterThanOrEqual(256))
    expect(new Set(server.queries.map((query) => query.port)).size).toBe(256)
    resolver.close()
    expect(await Promise.all(answers)).toEqual(Array(2000).fill(NETWORK))
    expect(server.queries).toHaveLength(256)
  })

  it('of messages whose domains are silent leave room for another message', async () => {
    const server = await serve(({ name }) => ({ drop: name.endsWith('.slow.test') }))
    const resolver = ask([server], { attemptTimeoutMs: 60_000, deadlineMs: 60_000 })
    const silent = Array.from({ length: 100 }, (_, message) => {
      const shared = { budget: budgetOf(60_000) }
      return Array.from({ length: 40 }, (_, i) => resolver.resolve(`${i}.${message}.slow.test`, 'A', shared))
    })
    expect(await resolver.resolve('a.test', 'A', { budget: budgetOf(60_000) })).toEqual(FOUND)
    resolver.close()
    expect(await Promise.all(silent.flat())).toEqual(Array(4000).fill(NETWORK))
  })

  it('wait for a place, and fail at once when too many wait', async () => {
    const server = await serve(() => ({ drop: true }))
    const resolver = ask([server], {
      maxInFlight: 3,
      maxWaiting: 4,
      attemptTimeoutMs: 60_000,
      deadlineMs: 60_000,
    })
    const answers = Array.from({ length: 9 }, (_, i) => resolver.resolve(`n${i}.test`, 'A'))
    expect(await Promise.all(answers.slice(7))).toEqual([TIMEOUT, TIMEOUT])
    resolver.close()
    expect(await Promise.all(answers.slice(0, 7))).toEqual(Array(7).fill(NETWORK))
    expect(server.queries.length).toBeLessThanOrEqual(3)
  })

  it('that wait longer than their deadline are never asked', async () => {
    const server = await serve(() => ({ drop: true }))
    const resolver = ask([server], { maxInFlight: 1, attemptTimeoutMs: 60_000, deadlineMs: 60_000 })
    const first = resolver.resolve('n0.test', 'A')
    const others = Array.from({ length: 5 }, (_, i) =>
      resolver.resolve(`n${i + 1}.test`, 'A', { budget: budgetOf(30) }),
    )
    expect(await Promise.all(others)).toEqual(Array(5).fill(TIMEOUT))
    const last = resolver.resolve('n9.test', 'A')
    resolver.close()
    expect(await Promise.all([first, last])).toEqual([NETWORK, NETWORK])
    expect(server.queries.map((query) => query.name)).toEqual(['n0.test'])
  })
})

describe('close', () => {
  it('ends what is in flight and its sockets, and answers later questions with a temperror', async () => {
    const server = await startZoneServer(createZone(ZONE), { conduct: () => ({ drop: true }) })
    const resolver = ask([server], { attemptTimeoutMs: 60_000 })
    const answers = ['a.test', 'b.test'].map((name) => resolver.resolve(name, 'A'))
    resolver.close()
    expect(await Promise.all(answers)).toEqual([NETWORK, NETWORK])
    expect(resolver.resolve('a.test', 'A')).toEqual(NETWORK)
    resolver.close()
    await server.close()
    await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('UDPWrap'))
  })
})

it('asks servers over IPv6', async () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
    list?.some((one) => one.address === '::1'),
  )
  const server = hasIpv6 ? await startZoneServer(createZone(ZONE), { host: '::1' }) : undefined
  if (server !== undefined) open.push(server)
  // On a host without IPv6 that is a server out of reach, like any other.
  const resolver = createResolver({ servers: [server?.address ?? '[::1]:53'], attempts: 1 })
  expect(await resolver.resolve('a.test', 'A')).toEqual(hasIpv6 ? FOUND : NETWORK)
})
