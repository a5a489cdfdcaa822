import type { RecordType, RecordTypes, Seconds } from './resolver.ts'

/** One resource record of class IN: its owner, type, time to live and data. */
export type DnsRecord = {
  readonly [K in RecordType]: DnsRecordOf<K>
}[RecordType]

/** A resource record of one type. */
export interface DnsRecordOf<K extends RecordType> {
  readonly name: string
  readonly type: K
  readonly ttl: Seconds
  readonly data: RecordTypes[K]
}

/** The record types that a Resolver can be asked for. */
export const RECORD_TYPES = [
  'A',
  'AAAA',
  'MX',
  'TXT',
  'PTR',
  'NS',
  'CNAME',
  'SOA',
] as const satisfies readonly RecordType[]
