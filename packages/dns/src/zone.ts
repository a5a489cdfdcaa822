// A Resolver over a handful of records, for tests: answers from a zone, fails where told to, and logs what it was asked.
import { isQueryName, normalizeName } from './name.ts'
import type { DnsRecord } from './record.ts'
import type {
  Answer,
  MaybeAsync,
  QueryOptions,
  RecordType,
  RecordTypes,
  Resolver,
  Seconds,
  TempError,
  TempReason,
} from './resolver.ts'
import { createZoneData, type Finding, ttlOf } from './zone-data.ts'
import { parseZone } from './zone-text.ts'

/** Calls `run` after `ms` milliseconds of whatever clock the test keeps. */
export type Timer = (ms: number, run: () => void) => void

export interface ZoneOptions {
  /** Names that fail, `'example.com'`, or one type of a name, `'example.com TXT'`. */
  readonly failures?: Readonly<Record<string, TempReason>> | undefined
  /** Milliseconds that an answer takes, by the same keys. Needs `timer`. */
  readonly delays?: Readonly<Record<string, number>> | undefined
  readonly timer?: Timer | undefined
  /** Answers by promises even where there is no delay. Default: false. */
  readonly async?: boolean | undefined
  /** What `authentic` is in every answer. Default: false. */
  readonly authentic?: boolean | undefined
  /** The ttl of nodata and nxdomain where no SOA says otherwise. Default: 60. */
  readonly negativeTtl?: Seconds | undefined
}

export interface ZoneQuery {
  readonly name: string
  readonly type: RecordType
}

/** What a zone has for a question. */
export type ZoneLookup = Finding | TempError

export interface Zone extends Resolver {
  /** Every question asked through `resolve`, in order. Empty it with `queries.length = 0`. */
  readonly queries: ZoneQuery[]
  readonly authentic: boolean
  /** What is in the zone, unlogged and at once: for servers. Failures are found along the chain of aliases too. */
  find(name: string, type: RecordType): ZoneLookup
  /** From now on `key` (see failures) fails with `reason`; or no longer, when that is left out. */
  fail(key: string, reason?: TempReason): void
}

type AnyAnswer = Answer<RecordTypes[RecordType]>

const TIMEOUT: TempError = { kind: 'temperror', reason: 'timeout' }

/**
 * Makes a zone from its text (see parseZone) or from records. Throws a TypeError for a text that parseZone refuses, as that is
 * a mistake in the test.
 */
export function createZone(zone: string | readonly DnsRecord[], options: ZoneOptions = {}): Zone {
  const data = createZoneData(typeof zone === 'string' ? recordsOf(zone) : zone, options.negativeTtl ?? 60)
  const failures = new Map(Object.entries(options.failures ?? {}))
  const delays = new Map(Object.entries(options.delays ?? {}))
  const { timer } = options
  if (delays.size > 0 && timer === undefined) throw new TypeError('a zone with delays needs a timer')
  const authentic = options.authentic ?? false
  const queries: ZoneQuery[] = []

  function find(name: string, type: RecordType): ZoneLookup {
    const finding = data.find(name, type)
    for (const owner of [name, ...finding.chain.map((alias) => alias.data)]) {
      const reason = failures.get(`${owner} ${type}`) ?? failures.get(owner)
      if (reason !== undefined) return { kind: 'temperror', reason }
    }
    return finding
  }

  function resolve(question: string, type: RecordType, query?: QueryOptions): MaybeAsync<AnyAnswer> {
    const name = normalizeName(question)
    if (!isQueryName(name)) return { kind: 'nxdomain', ttl: 0 }
    const budget = query?.budget
    if (budget !== undefined && !budget.take()) return TIMEOUT
    queries.push({ name, type })
    const answer = answerOf(find(name, type), authentic)
    const delayMs = delays.get(`${name} ${type}`) ?? delays.get(name)
    if (delayMs === undefined || timer === undefined) return options.async ? Promise.resolve(answer) : answer
    const patienceMs = budget?.remainingMs() ?? Number.POSITIVE_INFINITY
    return new Promise((done) =>
      timer(Math.min(delayMs, patienceMs), () => done(delayMs < patienceMs ? answer : TIMEOUT)),
    )
  }

  return {
    queries,
    authentic,
    find,
    fail(key, reason) {
      if (reason === undefined) failures.delete(key)
      else failures.set(key, reason)
    },
    resolve<K extends RecordType>(name: string, type: K, query?: QueryOptions) {
      // A finding for K holds records of K.
      return resolve(name, type, query) as MaybeAsync<Answer<RecordTypes[K]>>
    },
  }
}

function answerOf(found: ZoneLookup, authentic: boolean): AnyAnswer {
  switch (found.kind) {
    case 'temperror':
      return found
    case 'loop':
      // What a recursive server says of a chain that does not end.
      return { kind: 'temperror', reason: 'servfail' }
    case 'records':
      return {
        kind: 'records',
        records: found.records.map((record) => record.data),
        ttl: ttlOf(found),
        authentic,
      }
    default:
      return { kind: found.kind, ttl: ttlOf(found) }
  }
}

function recordsOf(text: string): readonly DnsRecord[] {
  const records = parseZone(text)
  if (records.ok) return records.value
  const { code, at } = records.error
  const line = text.slice(0, at).split('\n').length
  throw new TypeError(`zone text, line ${line}: ${code} at ${JSON.stringify(text.slice(at, at + 20))}`)
}
