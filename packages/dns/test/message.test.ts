// The bytes: what is accepted as a reply to our question, and that nothing malformed gets through or throws.
import { decode, encode } from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPacketRecord, toPacketRecord } from '../src/codec.ts'
import { type DnsRecord, RECORD_TYPES, type RecordType } from '../src/index.ts'
import { decodeReply, encodeQuery, isReplyTo } from '../src/message.ts'
import { readReply } from '../src/reply.ts'
import { parseZone } from '../src/testing.ts'

const QUERY = encodeQuery({ id: 0x1234, name: 'Mail.example.Test', type: 'MX', hasEdns: true })

const answersOf = (text: string) => {
  const zone = parseZone(text)
  if (!zone.ok) throw new Error(zone.error.code)
  return zone.value.map(toPacketRecord)
}

const REPLY = encode({
  type: 'response',
  id: 0x1234,
  flags: 0x0180,
  questions: [{ name: 'Mail.example.Test', type: 'MX', class: 'IN' }],
  answers: answersOf('mail.example.test MX 10 mx.example.test\nmail.example.test MX 20 mx2.example.test'),
  authorities: answersOf('example.test NS ns.example.test\nexample.test SOA ns.example.test h.x 1 2 3 4 5'),
  additionals: answersOf('mx.example.test A 192.0.2.1\nmx.example.test AAAA ::1\nx.test TXT "a" "b"'),
})

describe('encodeQuery', () => {
  it('asks for recursion, AD and 1,232 bytes', () => {
    const packet = decode(QUERY.bytes)
    expect(packet).toMatchObject({ id: 0x1234, type: 'query', flag_rd: true, flag_ad: true, flag_tc: false })
    expect(packet.questions).toEqual([{ name: 'Mail.example.Test', type: 'MX', class: 'IN' }])
    expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: false }])
    expect(decode(encodeQuery({ id: 1, name: 'a', type: 'A', hasEdns: false }).bytes).additionals).toEqual([])
  })

  it.each(['', 'a', 'a.b', 'a b.c', `${'a'.repeat(63)}.${'b.'.repeat(94)}c`])(
    'knows where %j ends',
    (name) => {
      for (const type of RECORD_TYPES) {
        const { bytes, questionEnd } = encodeQuery({ id: 1, name, type, hasEdns: false })
        expect(questionEnd).toBe(bytes.length)
        expect(decode(bytes).questions).toEqual([{ name: name || '.', type, class: 'IN' }])
      }
    },
  )
})

describe('isReplyTo', () => {
  it('accepts the reply, and its name in any case unless told otherwise', () => {
    const lower = Buffer.from(REPLY.toString('latin1').replace('Mail', 'mail'), 'latin1')
    expect([isReplyTo(QUERY, REPLY, true), isReplyTo(QUERY, REPLY, false)]).toEqual([true, true])
    expect([isReplyTo(QUERY, lower, true), isReplyTo(QUERY, lower, false)]).toEqual([false, true])
  })

  it('refuses every change of one bit that matters', () => {
    // Flags other than QR and OPCODE, and the counts of records, are the reply's own; bit 0x20 of letters is their case.
    const free = (byte: number, bit: number) =>
      (byte === 2 && bit < 3) ||
      byte === 3 ||
      (byte >= 6 && byte < 12) ||
      (bit === 5 && isLetter(REPLY[byte]!))
    const accepted: string[] = []
    for (let byte = 0; byte < QUERY.questionEnd; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(REPLY)
        changed[byte]! ^= 1 << bit
        if (isReplyTo(QUERY, changed, false) !== free(byte, bit)) accepted.push(`byte ${byte} bit ${bit}`)
      }
    }
    expect(accepted).toEqual([])
  })

  it('refuses our own question sent back, and anything shorter', () => {
    expect(isReplyTo(QUERY, QUERY.bytes, false)).toBe(false)
    for (let length = 0; length < QUERY.questionEnd; length++)
      expect(isReplyTo(QUERY, REPLY.subarray(0, length), false)).toBe(false)
  })
})

const isLetter = (byte: number) => /[a-z]/i.test(String.fromCharCode(byte))

const mutation = fc.record({ at: fc.nat(REPLY.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
const mutated = fc
  .tuple(fc.array(mutation, { maxLength: 6 }), fc.integer({ min: 0, max: REPLY.length }), fc.uint8Array())
  .map(([changes, length, tail]) => {
    const bytes = Buffer.from(REPLY)
    for (const { at, byte } of changes) bytes[at] = byte
    return Buffer.concat([bytes.subarray(0, length), tail])
  })
const anyBytes = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))
const anyTail = anyBytes.map((bytes) => Buffer.concat([REPLY.subarray(0, QUERY.questionEnd), bytes]))

describe('any bytes', () => {
  it('are decoded or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, anyBytes, anyTail), (bytes) => {
        if (!isReplyTo(QUERY, bytes, false)) return
        // What is accepted is the answer to our question by the codec's reading too.
        const reply = decodeReply(bytes)
        if (reply === undefined) return
        const packet = decode(bytes)
        expect(packet).toMatchObject({ id: 0x1234, type: 'response', opcode: 'QUERY' })
        expect(packet.questions).toHaveLength(1)
        const [question] = packet.questions!
        expect([question!.name.toLowerCase(), question!.type, question!.class]).toEqual([
          'mail.example.test',
          'MX',
          'IN',
        ])
        const pursuit = {
          name: 'mail.example.test',
          type: 'MX' as const,
          links: 0,
          ttl: 1e9,
          isAuthentic: true,
        }
        const reading = readReply(reply, pursuit)
        if (reading.kind === 'answer' && reading.answer.kind === 'records')
          for (const record of reading.answer.records)
            expect(record).toEqual({ preference: expect.any(Number), exchange: expect.any(String) })
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['counts that cannot be', 65_535, 12],
    ['one record that is not there', 1, 12],
    ['more records than any reply has', 2_100, 100_000],
  ])('with %s are refused before they are decoded', (_title, count, length) => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt16BE(count, 6)
    expect(decodeReply(bytes)).toBeUndefined()
  })

  it('cut off inside the last address are refused', () => {
    const questions = [{ name: 'a.test', type: 'A' as const }]
    for (const text of ['a.test A 192.0.2.1', 'a.test AAAA 2001:db8::1']) {
      const whole = encode({ type: 'response', questions, answers: answersOf(text) })
      expect(decodeReply(whole)?.answers).toHaveLength(1)
      for (let cut = 1; cut < 4; cut++) expect(decodeReply(whole.subarray(0, -cut))).toBeUndefined()
    }
  })
})

describe('records', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,12}$/)
  const name = fc.array(label, { maxLength: 4 }).map((labels) => labels.join('.'))
  const uint16 = fc.integer({ min: 0, max: 0xffff })
  const uint32 = fc.integer({ min: 0, max: 0xffffffff })
  const ttl = fc.integer({ min: 0, max: 0x7fffffff })
  const bytes = fc.uint8Array({ maxLength: 255 }).map((array) => Buffer.from(array).toString('latin1'))
  const ipv6 = fc.ipV6().filter((text) => parseZone(`a AAAA ${text}`).ok)
  const datas: { [K in RecordType]: fc.Arbitrary<unknown> } = {
    A: fc.ipV4(),
    AAAA: ipv6
      .map((text) => answersOf(`a AAAA ${text}`)[0])
      .map((record) => record?.type === 'AAAA' && record.data),
    MX: fc.record({ preference: uint16, exchange: name }),
    TXT: fc.array(bytes, { minLength: 1, maxLength: 5 }),
    PTR: name,
    NS: name,
    CNAME: name,
    SOA: fc.record({
      mname: name,
      rname: name,
      serial: uint32,
      refresh: uint32,
      retry: uint32,
      expire: uint32,
      minimum: uint32,
    }),
  }
  it.each(RECORD_TYPES)('%s comes back from the wire as it was', (type) => {
    const record = fc.record({
      name,
      ttl,
      type: fc.constant(type),
      data: datas[type],
    }) as fc.Arbitrary<DnsRecord>
    fc.assert(
      fc.property(record, (sent) => {
        const packet = decode(encode({ type: 'response', answers: [toPacketRecord(sent)] }))
        expect(fromPacketRecord(packet.answers![0]!)).toEqual(sent)
      }),
    )
  })

  it('with the top bit in the TTL count as TTL 0', () => {
    // RFC 2181 §8.
    expect(
      fromPacketRecord({ name: 'a', type: 'A', class: 'IN', ttl: 0x80000000, data: '192.0.2.1' })?.ttl,
    ).toBe(0)
  })

  it('of other classes and types are left out', () => {
    expect(fromPacketRecord({ name: 'a', type: 'A', class: 'CH', ttl: 1, data: '192.0.2.1' })).toBeUndefined()
    expect(
      fromPacketRecord({ name: 'a', type: 'HINFO', class: 'IN', ttl: 1, data: { cpu: '', os: '' } }),
    ).toBeUndefined()
  })
})
