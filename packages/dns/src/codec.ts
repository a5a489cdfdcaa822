// Between our records and the packets of dns-packet, which reads and writes the wire format. Used by the stub resolver and
// by the zone server of ./testing, each way round.
import { parseIp } from '@postern/addr'
import type { Answer as PacketRecord } from 'dns-packet'
import { normalizeName } from './name.ts'
import type { DnsRecord } from './record.ts'
import type { Seconds } from './resolver.ts'

/** A record of ours as dns-packet encodes it. */
export function toPacketRecord(record: DnsRecord): PacketRecord {
  const owner = { name: rootAsDot(record.name), ttl: record.ttl, class: 'IN' as const }
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return { ...owner, type: record.type, data: record.data }
    case 'PTR':
    case 'NS':
    case 'CNAME':
      return { ...owner, type: record.type, data: rootAsDot(record.data) }
    case 'MX': {
      const { preference, exchange } = record.data
      return { ...owner, type: 'MX', data: { preference, exchange: rootAsDot(exchange) } }
    }
    case 'TXT':
      return { ...owner, type: 'TXT', data: record.data.map((text) => Buffer.from(text, 'latin1')) }
    case 'SOA': {
      const { mname, rname } = record.data
      return {
        ...owner,
        type: 'SOA',
        data: { ...record.data, mname: rootAsDot(mname), rname: rootAsDot(rname) },
      }
    }
  }
}

/** A decoded record as ours; undefined for types and classes that nobody asks for, and for data that makes no sense. */
export function fromPacketRecord(record: PacketRecord): DnsRecord | undefined {
  // RFC 6891 §6.1.1: OPT is no record of the zone.
  if (record.type === 'OPT' || record.class !== 'IN') return undefined
  const owner = { name: nameOf(record.name), ttl: lifeOf(record.ttl ?? 0) }
  switch (record.type) {
    case 'A':
    case 'AAAA': {
      const ip = parseIp(record.data)
      // Made canonical here: the codec's IPv6 text is not that of RFC 5952.
      return ip.ok ? { ...owner, type: record.type, data: ip.value.text } : undefined
    }
    case 'PTR':
    case 'NS':
    case 'CNAME':
      return { ...owner, type: record.type, data: nameOf(record.data) }
    case 'MX': {
      const { preference = 0, exchange } = record.data
      return { ...owner, type: 'MX', data: { preference, exchange: nameOf(exchange) } }
    }
    case 'TXT':
      return { ...owner, type: 'TXT', data: bytesOf(record.data) }
    case 'SOA': {
      const { mname, rname, serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0 } = record.data
      const names = { mname: nameOf(mname), rname: nameOf(rname) }
      return { ...owner, type: 'SOA', data: { ...names, serial, refresh, retry, expire, minimum } }
    }
    default:
      return undefined
  }
}

function bytesOf(data: string | Buffer | (string | Buffer)[]): readonly string[] {
  const strings = Array.isArray(data) ? data : [data]
  return strings.map((bytes) => (typeof bytes === 'string' ? bytes : bytes.toString('latin1')))
}

const rootAsDot = (name: string): string => (name === '' ? '.' : name)

const nameOf = (name: string): string => normalizeName(name)

// RFC 2181 §8: a TTL with the top bit set counts as zero.
const lifeOf = (ttl: number): Seconds => (ttl > 0x7fffffff ? 0 : ttl)
