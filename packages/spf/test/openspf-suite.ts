// Reads the OpenSPF test suites (YAML, one document per scenario) and makes a resolver of their zone data.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseIp } from '@postern/addr'
import type { Answer, RecordType, RecordTypes, Resolver } from '@postern/dns'
import { parseAllDocuments } from 'yaml'

export interface SuiteCase {
  readonly id: string
  readonly scenario: string
  readonly helo: string
  readonly host: string
  readonly mailfrom: string
  /** Any of them is right. */
  readonly results: readonly string[]
  /** What exp= has to give; undefined: not said. `DEFAULT`: the domain explains nothing. */
  readonly explanation: string | undefined
  readonly zone: ZoneData
}

type Entry = string | Readonly<Record<string, unknown>>
export type ZoneData = ReadonlyMap<string, readonly Entry[]>

interface Scenario {
  readonly description?: string
  readonly comment?: string
  readonly tests?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly zonedata?: Readonly<Record<string, readonly Entry[]>>
}

/** `isForPyspf`: leave out the cases that choose one of pyspf's modes (`strict`), which RFC 7208 does not have. */
export function readSuite(file: string | URL, isForPyspf = false): SuiteCase[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'))
  return [...documents].flatMap((document) => {
    const scenario = document.toJS() as Scenario
    const zone = new Map(
      Object.entries(scenario.zonedata ?? {}).map(([name, data]) => [name.toLowerCase(), data]),
    )
    const tests = Object.entries(scenario.tests ?? {}).filter(
      ([, test]) => !isForPyspf || test.strict === undefined,
    )
    return tests.map(([id, test]): SuiteCase => {
      const { result, explanation } = test
      return {
        id,
        scenario: String(scenario.description ?? scenario.comment ?? '').trim(),
        helo: String(test.helo ?? ''),
        host: String(test.host),
        mailfrom: String(test.mailfrom ?? ''),
        results: (Array.isArray(result) ? result : [result]).map(String),
        explanation: explanation === undefined ? undefined : String(explanation),
        zone,
      }
    })
  })
}

/** Where this package's own copy of the suite is: inside an old package of npm. */
export const npmSuite = path.join(
  path.dirname(createRequire(import.meta.url).resolve('mailauth/package.json')),
  'test/fixtures/spf/rfc7208-tests.yml',
)

/** The suites beside the repository; undefined where they are not at hand. */
export function sharedSuite(name: string): string | undefined {
  const root = process.env.POSTERN_SUITES ?? new URL('../../../../shared/suites', import.meta.url).pathname
  const file = path.join(root, 'spf/openspf', name)
  return existsSync(file) ? file : undefined
}

const NXDOMAIN = { kind: 'nxdomain', ttl: 60 } as const
const NODATA = { kind: 'nodata', ttl: 60 } as const
const TIMEOUT = { kind: 'temperror', reason: 'timeout' } as const

/** SPF entries (type 99) stand for TXT unless the name has a TXT of its own, if only `NONE`. `TIMEOUT`: all else times out. */
export function suiteResolver(zone: ZoneData): Resolver {
  const find = (name: string, type: RecordType, aliases: number): Answer<unknown> => {
    const entries = zone.get(name)
    if (entries === undefined) return NXDOMAIN
    const records = recordsOf(entries, type)
    if (records.length > 0) return { kind: 'records', records, ttl: 60, authentic: false }
    const alias = valuesOf(entries, 'CNAME')[0]
    if (alias !== undefined && type !== 'CNAME')
      return aliases > 10 ? { kind: 'temperror', reason: 'servfail' } : find(nameOf(alias), type, aliases + 1)
    return entries.includes('TIMEOUT') ? TIMEOUT : NODATA
  }
  return {
    resolve<K extends RecordType>(name: string, type: K) {
      return find(name, type, 0) as Answer<RecordTypes[K]>
    },
  }
}

const valuesOf = (entries: readonly Entry[], type: string): unknown[] =>
  entries.flatMap((entry) => (typeof entry === 'object' && type in entry ? [entry[type]] : []))

const nameOf = (value: unknown): string => String(value).toLowerCase().replace(/\.$/, '')

function recordsOf(entries: readonly Entry[], type: RecordType): unknown[] {
  const values = valuesOf(entries, type)
  switch (type) {
    case 'TXT': {
      const texts = values.length > 0 ? values : valuesOf(entries, 'SPF')
      return texts
        .filter((text) => text !== 'NONE')
        .map((text) => (Array.isArray(text) ? text : [text]).map(bytes))
    }
    case 'MX':
      return values.map((value) => {
        const [preference, exchange] = value as [number, string]
        return { preference, exchange: nameOf(exchange) }
      })
    case 'PTR':
    case 'CNAME':
    case 'NS':
      return values.map(nameOf)
    default:
      return values.map(addressOf)
  }
}

/** In the canonical form that the port promises. */
function addressOf(value: unknown): string {
  const parsed = parseIp(String(value))
  if (!parsed.ok) throw new Error(`the suite has the address ${value}`)
  return parsed.value.text
}

/** A TXT string has a character per byte. */
const bytes = (text: unknown): string => Buffer.from(String(text), 'utf8').toString('latin1')
