// The SPF check alone, over a DNS with a domain for each result.
import { createZone, type ZoneOptions } from '@postern/dns/testing'
import { checks, createPipeline, type Outcome, type Ports, type Subject, type Verdict } from '../src/index.ts'
import { ip, portsOf, subjectOf } from './subject.ts'

const [, spfCheck] = checks

/** Each result by the name of the domain; the client is 192.0.2.7. */
const zoneText = `
pass.example       TXT "v=spf1 ip4:192.0.2.0/24 -all"
fail.example       TXT "v=spf1 ip4:203.0.113.1 -all"
softfail.example   TXT "v=spf1 ip4:203.0.113.1 ~all"
neutral.example    TXT "v=spf1 ip4:203.0.113.1 ?all"
none.example       TXT "no SPF here"
permerror.example  TXT "v=spf1 ipv4:192.0.2.7 -all"
temperror.example  TXT "v=spf1 include:dead.example -all"
nomail.example     TXT "v=spf1 -all"
void.example       TXT "v=spf1 a:v1.example a:v2.example a:v3.example ip4:192.0.2.7 -all"
sub.void.example   TXT "v=spf1 a:v1.example a:v2.example a:v3.example ip4:192.0.2.7 -all"
exp.example        TXT "v=spf1 ip4:203.0.113.1 -all exp=why.example"
why.example        TXT "Write to postmaster"
relay.example      A 192.0.2.7
relay.example      AAAA 2001:db8::7
liar.example       A 192.0.2.8
`

export const results = ['pass', 'fail', 'softfail', 'neutral', 'none', 'permerror', 'temperror'] as const
export type Result = (typeof results)[number]

export interface SpfSetup extends ZoneOptions {
  /** The table [spf]. */
  readonly settings?: object
  readonly host?: Partial<Ports['host']>
}

export function spfOf(settings: object = {}, { host, ...zoneOptions }: SpfSetup = {}) {
  const zone = createZone(zoneText, {
    ...zoneOptions,
    failures: { 'dead.example': 'servfail', 'dead.relay.example': 'timeout', ...zoneOptions.failures },
  })
  const world = portsOf({ resolver: zone, ...(host && { host }) })
  let budgets = 0
  const ports: Ports = {
    ...world,
    newBudget() {
      budgets++
      return world.newBudget()
    },
  }
  const pipeline = createPipeline({
    checks: [spfCheck],
    settings: { spf: spfCheck.settings.parse(settings) },
    ports,
    onError: 'dunno',
  })
  const run = (over: Partial<Subject> = {}) => pipeline.run(mail(over))
  return {
    zone,
    run,
    /** Made so far. */
    budgets: () => budgets,
    /** Names that the DNS was asked about since last time, once each. */
    asked() {
      const names = [...new Set(zone.queries.map(({ name, type }) => `${name} ${type}`))]
      zone.queries.length = 0
      return names
    },
  }
}

let instances = 0

/** Mail of a domain without SPF from a host without, with these facts instead; a message of its own. */
export function mail(over: Partial<Subject> = {}): Subject {
  return subjectOf({
    helo: 'mx.none.example',
    sender: 'a@none.example',
    instance: `i.${++instances}`,
    ...over,
  })
}

export const clientAt = (address: string, name?: string): Subject['client'] => ({
  addressText: address,
  address: ip(address),
  name,
})

/** What the check says, for the log. */
export const words = ({ results: found }: Outcome): string | undefined => found[0]?.describe()

/** `550 5.7.23`, `restriction x`, or `none`. */
export function short(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'reply':
      return `${verdict.code} ${verdict.enhanced}`
    case 'restriction':
      return `restriction ${verdict.names}`
    default:
      return verdict.kind
  }
}

export const textOf = ({ verdict }: Outcome): string => ('text' in verdict ? verdict.text : '')

export const fieldsOf = (outcome: Outcome): string[] => outcome.headers.map((header) => header.format())
