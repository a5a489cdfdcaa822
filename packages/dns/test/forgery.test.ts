// What strangers send to the stub resolver, RFC 5452: none of it is taken for the answer, and none of it breaks anything.
import { encode } from 'dns-packet'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createResolver, type ResolverOptions } from '../src/node.ts'
import { createZone, type Forgery, startZoneServer, type ZoneServerOptions } from '../src/testing.ts'
import { startRawServer } from './raw-server.ts'

const FOUND = { kind: 'records', records: ['192.0.2.1'], ttl: 60, authentic: false }
const TIMEOUT = { kind: 'temperror', reason: 'timeout' }
const FORGERIES: readonly Forgery[] = [
  'id',
  'name',
  'type',
  'class',
  'query',
  'no-question',
  'port',
  'garbage',
]

const open: { close(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function setUp(conduct: ZoneServerOptions['conduct'], options: ResolverOptions = {}) {
  const names = Array.from({ length: 200 }, (_, i) => `host-${i}.example.test 60 A 192.0.2.1`)
  const server = await startZoneServer(createZone(names.join('\n')), { conduct })
  const resolver = createResolver({
    servers: [server.address],
    attempts: 1,
    attemptTimeoutMs: 2000,
    ...options,
  })
  open.push(server, resolver)
  return { server, resolver }
}

describe('a forged reply', () => {
  it.each(FORGERIES)('(%s) is passed over: the true one comes later', async (how) => {
    const { resolver, server } = await setUp(() => ({ forge: [how, how], delayMs: 1 }))
    expect(await resolver.resolve('host-1.example.test', 'A')).toEqual(FOUND)
    expect(server.queries).toHaveLength(1)
  })

  it('is never an answer, however many there are', async () => {
    const { resolver } = await setUp(() => ({ forge: [...FORGERIES, ...FORGERIES], drop: true }), {
      attemptTimeoutMs: 50,
    })
    expect(await resolver.resolve('host-1.example.test', 'A')).toEqual(TIMEOUT)
  })

  it('in other letters is passed over with mixedCase, and only then', async () => {
    const forge: Forgery[] = ['case']
    const strict = await setUp(() => ({ forge }), { mixedCase: true })
    expect(await strict.resolver.resolve('host-1.example.test', 'A')).toEqual(FOUND)
    const lax = await setUp(() => ({ forge }))
    // It has no record for the name: RFC 2308 §5.
    expect(await lax.resolver.resolve('host-1.example.test', 'MX')).toEqual({ kind: 'nodata', ttl: 0 })
  })
})

describe('what a forger has to guess', () => {
  it('is a new id, and a new port, for each question', async () => {
    const { resolver, server } = await setUp(undefined)
    for (let i = 0; i < 200; i++) await resolver.resolve(`host-${i}.example.test`, 'A')
    const ids = server.queries.map((query) => query.id)
    const ports = server.queries.map((query) => query.port)
    // By chance alone 200 ids of 65,536 repeat 0.3 times, 200 ports of 28,232 (Linux) 0.7 times.
    expect(new Set(ids).size).toBeGreaterThan(190)
    expect(new Set(ports).size).toBeGreaterThan(180)
    expect(steps(ids).size).toBeGreaterThan(180)
    expect(steps(ports).size).toBeGreaterThan(100)
  })

  it('is the case of the letters too, with mixedCase', async () => {
    const { resolver, server } = await setUp(undefined, { mixedCase: true })
    for (let i = 0; i < 50; i++) await resolver.resolve('host-1.example.test', 'A')
    expect(new Set(server.queries.map((query) => query.wireName)).size).toBeGreaterThan(40)
    expect(new Set(server.queries.map((query) => query.name))).toEqual(new Set(['host-1.example.test']))
  })
})

/** The differences between neighbours: a counter has one. */
const steps = (numbers: readonly number[]) =>
  new Set(numbers.slice(1).map((number, i) => number - numbers[i]!))

/** A reply that would be believed: our question's bytes, and an address of the forger. */
function poison(question: Buffer): Buffer {
  const name = 'a.test'
  return encode({
    type: 'response',
    id: question.readUInt16BE(0),
    questions: [{ name, type: 'A' }],
    answers: [{ name, type: 'A', ttl: 86_400, data: '192.0.2.66' }],
  })
}

function truth(question: Buffer): Buffer {
  const reply = poison(question)
  reply[reply.length - 1] = 1
  reply.writeUInt32BE(60, reply.length - 10)
  return reply
}

/** Where header and question of a reply about a.test end, flags of the header and counts of records aside. */
const GUARDED = [0, 1, 2, 4, 5, ...Array.from({ length: 12 }, (_, i) => 12 + i)]
const change = fc.record({
  at: fc.constantFrom(...GUARDED),
  bits: fc.constantFrom(0x08, 0x10, 0x40, 0x80, 0x88),
})

describe('fuzz', () => {
  it('a datagram that differs from our question in one bit that counts is not believed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
        const server = await startRawServer({
          udp: (question) => [
            ...changes.map(({ at, bits }) => {
              const bytes = poison(question)
              bytes[at]! ^= bits
              return bytes
            }),
            truth(question),
          ],
        })
        const resolver = createResolver({ servers: [server.address], attempts: 1 })
        expect(await resolver.resolve('a.test', 'A')).toEqual(FOUND)
        await server.close()
      }),
      { numRuns: 100 },
    )
  })

  it('any bytes are answered with one of the kinds of answer', async () => {
    const replies: Uint8Array[] = []
    const server = await startRawServer({
      udp: (question) => [
        ...replies,
        // The same again behind our own header and question, so that it is decoded.
        ...replies.map((bytes) => Buffer.concat([withQr(question).subarray(0, 24), bytes])),
        truth(question),
      ],
      tcp: (socket) => {
        for (const bytes of replies) socket.write(bytes)
        socket.end()
      },
    })
    open.push(server)
    const resolver = createResolver({ servers: [server.address], attempts: 1, attemptTimeoutMs: 1000 })
    const kinds = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 4 }), async (bytes) => {
        replies.splice(0, replies.length, ...bytes)
        const answer = await resolver.resolve('a.test', 'A')
        kinds.add(answer.kind)
        // Of the addresses only the true one: rubbish behind our question cannot carry another by chance.
        if (answer.kind === 'records') expect(answer).toEqual(FOUND)
        else expect(['nodata', 'nxdomain', 'temperror']).toContain(answer.kind)
      }),
      { numRuns: 300 },
    )
    expect(kinds).toContain('records')
  })
})

/** The question with the flags of a reply, and a count of one record. */
function withQr(question: Buffer): Buffer {
  const reply = Buffer.from(question)
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
  reply.writeUInt16BE(0, 10)
  return reply
}
