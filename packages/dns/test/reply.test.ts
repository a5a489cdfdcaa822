import { describe, expect, it } from 'vitest'
import type { DnsRecord, RecordType } from '../src/index.ts'
import { type Reading, type Reply, readReply } from '../src/reply.ts'
import { parseZone } from '../src/testing.ts'

const records = (text: string): readonly DnsRecord[] => {
  const zone = parseZone(text)
  if (!zone.ok) throw new Error(`${zone.error.code} at ${zone.error.at}`)
  return zone.value
}

const read = (
  answers: string,
  rest: Partial<Reply> & { authority?: string } = {},
  type: RecordType = 'A',
) => {
  const authorities = records(rest.authority ?? '')
  const base = { rcode: 0, isTruncated: false, isAuthentic: false, answers: records(answers), authorities }
  const pursuit = { name: 'a.test', type, links: 0, ttl: Number.POSITIVE_INFINITY, isAuthentic: true }
  return readReply({ ...base, ...rest }, pursuit)
}

const SOA = 'test 900 SOA ns.test h.test 1 2 3 4 60'

describe('readReply', () => {
  it.each<[string, Reading, object]>([
    [
      'takes the records of the name asked for, not others',
      read('b.test A 192.0.2.66\na.test 9 A 192.0.2.1\na.test AAAA ::1'),
      { kind: 'answer', answer: { kind: 'records', records: ['192.0.2.1'], ttl: 9, authentic: false } },
    ],
    [
      'follows aliases in any order',
      read('c.test 70 A 192.0.2.3\nb.test 80 CNAME c.test\na.test 90 CNAME b.test'),
      { kind: 'answer', answer: { kind: 'records', records: ['192.0.2.3'], ttl: 70, authentic: false } },
    ],
    [
      'does not follow the alias that was asked for',
      read('a.test 90 CNAME b.test\nb.test A 192.0.2.3', {}, 'CNAME'),
      { kind: 'answer', answer: { kind: 'records', records: ['b.test'], ttl: 90, authentic: false } },
    ],
    [
      'goes on where the chain leaves the reply',
      read('a.test 90 CNAME b.other', { isAuthentic: true }),
      { kind: 'onward', pursuit: { name: 'b.other', type: 'A', links: 1, ttl: 90, isAuthentic: true } },
    ],
    [
      'goes on where the SOA is that of another zone',
      read('a.test 90 CNAME b.other', { authority: SOA }),
      { kind: 'onward', pursuit: { name: 'b.other', type: 'A', links: 1, ttl: 90, isAuthentic: false } },
    ],
    [
      'gives up on a loop',
      read('a.test CNAME b.test\nb.test CNAME a.test'),
      { kind: 'useless', reason: 'servfail' },
    ],
    ['nodata: RFC 2308 §5, least of TTL and MINIMUM', read('', { authority: SOA }), negative('nodata', 60)],
    [
      'nodata: the SOA may go first',
      read('', { authority: 'test 9 SOA a b 1 2 3 4 60' }),
      negative('nodata', 9),
    ],
    [
      'nodata: the root has the SOA',
      read('', { authority: '. 9 SOA a b 1 2 3 4 60' }),
      negative('nodata', 9),
    ],
    ['nodata without SOA: not to be kept', read(''), negative('nodata', 0)],
    ['nodata with a foreign SOA', read('', { authority: 'est 9 SOA a b 1 2 3 4 60' }), negative('nodata', 0)],
    [
      'nodata at the end of a chain',
      read('a.test 5 CNAME b.test', { authority: SOA }),
      negative('nodata', 5),
    ],
    ['nxdomain', read('', { rcode: 3, authority: SOA }), negative('nxdomain', 60)],
    ['nxdomain without SOA', read('', { rcode: 3 }), negative('nxdomain', 0)],
    [
      'nxdomain: RFC 6604, the end of the chain',
      read('a.test CNAME b.other', { rcode: 3 }),
      negative('nxdomain', 0),
    ],
    [
      'a referral is of no use',
      read('', { authority: 'test NS ns.test' }),
      { kind: 'useless', reason: 'servfail' },
    ],
    ['SERVFAIL', read('a.test A 192.0.2.1', { rcode: 2 }), { kind: 'useless', reason: 'servfail' }],
    ['REFUSED', read('', { rcode: 5 }), { kind: 'useless', reason: 'refused' }],
    ['an unknown code', read('', { rcode: 11 }), { kind: 'useless', reason: 'servfail' }],
    ['FORMERR', read('', { rcode: 1 }), { kind: 'no-edns' }],
    ['NOTIMP', read('', { rcode: 4 }), { kind: 'no-edns' }],
    ['BADVERS', read('', { rcode: 16 }), { kind: 'no-edns' }],
  ])('%s', (_title, reading, expected) => {
    expect(reading).toEqual(expected)
  })

  it('follows eleven aliases and no more', () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, i) => `${i ? `n${i}` : 'a'}.test CNAME n${i + 1}.test`).join('\n')
    expect(read(`${chain(11)}\nn11.test A 192.0.2.1`)).toMatchObject({ kind: 'answer' })
    expect(read(`${chain(12)}\nn12.test A 192.0.2.1`)).toEqual({ kind: 'useless', reason: 'servfail' })
  })

  it('is authentic only if every part was', () => {
    const reply = { rcode: 0, isTruncated: false, authorities: [], answers: records('a.test A 192.0.2.1') }
    const pursuit = { name: 'a.test', type: 'A' as const, links: 1, ttl: 9 }
    const table = [true, false].flatMap((before) =>
      [true, false].map((now) => {
        const reading = readReply({ ...reply, isAuthentic: now }, { ...pursuit, isAuthentic: before })
        return reading.kind === 'answer' && reading.answer.kind === 'records' && reading.answer.authentic
      }),
    )
    expect(table).toEqual([true, false, false, false])
  })
})

function negative(kind: 'nodata' | 'nxdomain', ttl: number) {
  return { kind: 'answer', answer: { kind, ttl } }
}
