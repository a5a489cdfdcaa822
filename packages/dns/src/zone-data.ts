// What a zone holds about a name, as an authoritative server finds it (RFC 1034 §4.3.2, RFC 4592). Pure.
import { CNAME_CHAIN } from './limits.ts'
import type { DnsRecord, DnsRecordOf } from './record.ts'
import type { RecordType, Seconds } from './resolver.ts'

/** What was found, and what a server would put beside it. */
export interface Finding {
  readonly kind: 'records' | 'nodata' | 'nxdomain' | 'loop'
  /** The aliases on the way. */
  readonly chain: readonly DnsRecordOf<'CNAME'>[]
  readonly records: readonly DnsRecord[]
  /** The last name of the chain. */
  readonly name: string
  /** For nodata and nxdomain: the SOA that says how long to believe it. */
  readonly soa: DnsRecordOf<'SOA'>
}

export interface ZoneData {
  find(name: string, type: RecordType): Finding
}

/** Indexes records. `negativeTtl` is for names above which no SOA stands. */
export function createZoneData(records: readonly DnsRecord[], negativeTtl: Seconds): ZoneData {
  const owners = new Map<string, DnsRecord[]>()
  /** Owners and all names above them: RFC 8020 §1, a name with something below it exists. */
  const existing = new Set<string>([''])
  for (const record of records) {
    owners.set(record.name, [...(owners.get(record.name) ?? []), record])
    for (let name = record.name; name !== ''; name = parentOf(name)) existing.add(name)
  }

  /** The records a name has of its own or by a wildcard; undefined when there is no such name. */
  function recordsAt(name: string): readonly DnsRecord[] | undefined {
    if (existing.has(name)) return owners.get(name) ?? []
    // RFC 4592 §3.3.1: only a wildcard right below the closest name that exists counts.
    let encloser = name
    while (!existing.has(encloser)) encloser = parentOf(encloser)
    const wildcard = owners.get(encloser === '' ? '*' : `*.${encloser}`)
    return wildcard?.map((record) => ({ ...record, name }))
  }

  function soaOf(name: string): DnsRecordOf<'SOA'> {
    for (let zone = name; ; zone = parentOf(zone)) {
      const soa = owners.get(zone)?.find((record) => record.type === 'SOA')
      if (soa?.type === 'SOA') return soa
      if (zone === '') return defaultSoa(negativeTtl)
    }
  }

  return {
    find(start, type) {
      const chain: DnsRecordOf<'CNAME'>[] = []
      let name = start
      for (;;) {
        const found = recordsAt(name)
        const wanted = found?.filter((record) => record.type === type) ?? []
        const base = { chain, records: wanted, name, soa: soaOf(name) }
        if (wanted.length > 0) return { kind: 'records', ...base }
        const alias = found?.find((record) => record.type === 'CNAME')
        if (alias?.type !== 'CNAME') return { kind: found === undefined ? 'nxdomain' : 'nodata', ...base }
        if (chain.length === CNAME_CHAIN) return { kind: 'loop', ...base }
        chain.push(alias)
        name = alias.data
      }
    },
  }
}

/** The time to live of the whole finding: the least of its parts. RFC 2308 §5 for those that found nothing. */
export function ttlOf(finding: Finding): Seconds {
  const { soa } = finding
  const parts = finding.kind === 'records' ? finding.records : [soa, { ttl: soa.data.minimum }]
  return [...finding.chain, ...parts].reduce((least, record) => Math.min(least, record.ttl), 0x7fffffff)
}

function parentOf(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}

function defaultSoa(ttl: Seconds): DnsRecordOf<'SOA'> {
  const times = { serial: 1, refresh: 3600, retry: 600, expire: 86_400, minimum: ttl }
  return { name: '', type: 'SOA', ttl, data: { mname: '', rname: '', ...times } }
}
