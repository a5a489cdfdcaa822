// What every Resolver owes its callers, as tests. The test framework comes in as a parameter, so that this package needs none.
import { createBudget } from './budget.ts'
import type { Answer, RecordType, RecordTypes, Resolver } from './resolver.ts'
import type { ZoneOptions } from './zone.ts'

/** The part of vitest that the contract uses; jest and node:test with an expect fit too. */
export interface ContractTools {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
  expect(actual: unknown): { toEqual(expected: unknown): unknown; toBe(expected: unknown): unknown }
}

/** A resolver under test, over the zone given. */
export interface ContractSubject {
  readonly resolver: Resolver
  /** How many questions reached the zone so far. */
  asked(): number
  close?(): void | Promise<void>
}

/**
 * Makes a resolver that answers from zone text (see parseZone) and fails as `failures` says. A resolver that waits must
 * give up on a `timeout` within a few seconds.
 */
export type MakeResolver = (
  zone: string,
  options: Pick<ZoneOptions, 'failures' | 'authentic'>,
) => ContractSubject | Promise<ContractSubject>

const ZONE = String.raw`
  example.test        3600 SOA   ns.example.test hostmaster.example.test 7 7200 900 86400 120
  example.test        300  A     192.0.2.1
  example.test        200  A     192.0.2.2
  example.test             AAAA  2001:0DB8:0:0:1::1
  example.test             MX    10 Mail.Example.Test.
  example.test             NS    ns.example.test
  example.test             TXT   "v=spf1 " "-all"
  bytes.example.test       TXT   "\000\127\128\255" "" "semi;colon \"quoted\" back\\slash"
  empty.example.test       TXT   ""
  nullmx.example.test      MX    0 .
  mail.example.test   90   A     192.0.2.25
  deep.below.example.test  A     192.0.2.3
  alias.example.test  60   CNAME alias2.example.test
  alias2.example.test 600  CNAME mail.example.test
  dangling.example.test 30 CNAME nowhere.example.test
  halfway.example.test 30  CNAME mail.example.test
  loop.example.test        CNAME loop2.example.test
  loop2.example.test       CNAME loop.example.test
  *.wild.example.test      A     192.0.2.4
  mapped.example.test      AAAA  ::ffff:192.0.2.9
  _under.example.test      TXT   "underscore"
  zero.example.test   0    A     192.0.2.5
  1.2.0.192.in-addr.arpa   PTR   Mail.Example.Test
  fails.example.test       A     192.0.2.6
  one-type.example.test    A     192.0.2.7
  one-type.example.test    TXT   "x"
`

const records = (data: readonly unknown[], ttl: number) => ({
  kind: 'records',
  records: data,
  ttl,
  authentic: false,
})

interface Row {
  readonly title: string
  readonly name: string
  readonly type: RecordType
  readonly answer: object
}

const SOA = {
  mname: 'ns.example.test',
  rname: 'hostmaster.example.test',
  serial: 7,
  refresh: 7200,
  retry: 900,
  expire: 86_400,
  minimum: 120,
}
const BYTES = ['\0\x7f\x80\xff', '', 'semi;colon "quoted" back\\slash']

const row = (title: string, [name, type]: readonly [string, RecordType], answer: object): Row => ({
  title,
  name,
  type,
  answer,
})

const ANSWERS: readonly Row[] = [
  row('A, with the least ttl of the set', ['example.test', 'A'], records(['192.0.2.1', '192.0.2.2'], 200)),
  row('AAAA, as RFC 5952 writes it', ['example.test', 'AAAA'], records(['2001:db8::1:0:0:1'], 300)),
  row('AAAA, IPv4-mapped', ['mapped.example.test', 'AAAA'], records(['::ffff:192.0.2.9'], 300)),
  row('MX', ['example.test', 'MX'], records([{ preference: 10, exchange: 'mail.example.test' }], 300)),
  row('null MX', ['nullmx.example.test', 'MX'], records([{ preference: 0, exchange: '' }], 300)),
  row('NS', ['example.test', 'NS'], records(['ns.example.test'], 300)),
  row('SOA', ['example.test', 'SOA'], records([SOA], 3600)),
  row('PTR, in lower case', ['1.2.0.192.in-addr.arpa', 'PTR'], records(['mail.example.test'], 300)),
  row('TXT, as its strings', ['example.test', 'TXT'], records([['v=spf1 ', '-all']], 300)),
  row('TXT, every byte', ['bytes.example.test', 'TXT'], records([BYTES], 300)),
  row('TXT, the empty string', ['empty.example.test', 'TXT'], records([['']], 300)),
  row('a name that is no host name', ['_under.example.test', 'TXT'], records([['underscore']], 300)),
  row('CNAME, as itself', ['alias.example.test', 'CNAME'], records(['alias2.example.test'], 60)),
  row('through aliases, with the least ttl', ['alias.example.test', 'A'], records(['192.0.2.25'], 60)),
  row('by a wildcard', ['any.thing.wild.example.test', 'A'], records(['192.0.2.4'], 300)),
  row('ttl 0', ['zero.example.test', 'A'], records(['192.0.2.5'], 0)),
  row('nodata: no such type', ['mail.example.test', 'MX'], { kind: 'nodata', ttl: 120 }),
  row('nodata: only names below it (RFC 8020)', ['below.example.test', 'A'], { kind: 'nodata', ttl: 120 }),
  row('nodata at the end of an alias', ['halfway.example.test', 'TXT'], { kind: 'nodata', ttl: 30 }),
  row('nodata by a wildcard', ['x.wild.example.test', 'MX'], { kind: 'nodata', ttl: 120 }),
  row('nxdomain', ['nowhere.example.test', 'A'], { kind: 'nxdomain', ttl: 120 }),
  row('nxdomain at the end of an alias', ['dangling.example.test', 'A'], { kind: 'nxdomain', ttl: 30 }),
  row('nxdomain outside every zone', ['nowhere.invalid', 'A'], { kind: 'nxdomain', ttl: 60 }),
  row('an endless chain of aliases', ['loop.example.test', 'A'], { kind: 'temperror', reason: 'servfail' }),
]

const UNASKABLE: readonly (readonly [string, string])[] = [
  ['an empty label', 'a..example.test'],
  ['a leading dot', '.example.test'],
  ['a label of 64 bytes', `${'a'.repeat(64)}.test`],
  ['a name over 253 characters', `${'abcdefghi.'.repeat(26)}test`],
  ['letters outside ASCII', 'exämple.test'],
  ['a control character', 'exa\nmple.test'],
]

const REASONS = ['servfail', 'refused', 'network', 'timeout'] as const

/** Declares the tests. Run it for each implementation: `resolverContract(make, { describe, it, expect })`. */
export function resolverContract(make: MakeResolver, tools: ContractTools): void {
  const { describe, it, expect } = tools
  const test = (
    title: string,
    options: Parameters<MakeResolver>[1],
    body: (subject: ContractSubject) => Promise<void>,
  ) =>
    it(title, async () => {
      const subject = await make(ZONE, options)
      try {
        await body(subject)
      } finally {
        await subject.close?.()
      }
    })

  describe('a Resolver', () => {
    for (const { title, name, type, answer } of ANSWERS)
      test(`answers ${title}`, {}, async ({ resolver }) => {
        expect(await resolver.resolve(name, type)).toEqual(answer)
      })
    for (const [title, name] of UNASKABLE)
      test(`answers nxdomain, without asking, to ${title}`, {}, async (subject) => {
        expect(await subject.resolver.resolve(name, 'A')).toEqual({ kind: 'nxdomain', ttl: 0 })
        expect(subject.asked()).toBe(0)
      })
    test('says so when an answer is authentic', { authentic: true }, async ({ resolver }) => {
      const answer = await resolver.resolve('mail.example.test', 'A')
      expect(answer).toEqual({ ...records(['192.0.2.25'], 90), authentic: true })
    })
    failureTests(test, expect)
    budgetTests(test, expect)
  })
}

type Test = (
  title: string,
  options: Parameters<MakeResolver>[1],
  body: (subject: ContractSubject) => Promise<void>,
) => unknown

function failureTests(test: Test, expect: ContractTools['expect']): void {
  for (const reason of REASONS) {
    test(`tells ${reason} as a temperror`, { failures: { 'fails.example.test': reason } }, async ({
      resolver,
    }) => {
      expect(await resolver.resolve('fails.example.test', 'A')).toEqual({ kind: 'temperror', reason })
    })
  }
  const failures = { 'one-type.example.test TXT': 'servfail', 'mail.example.test': 'refused' } as const
  test('fails by type, and along aliases', { failures }, async ({ resolver }) => {
    const kinds = await Promise.all([
      kindOf(resolver, 'one-type.example.test', 'TXT'),
      kindOf(resolver, 'one-type.example.test', 'A'),
      kindOf(resolver, 'alias.example.test', 'A'),
    ])
    expect(kinds).toEqual(['servfail', 'records', 'refused'])
  })
}

function budgetTests(test: Test, expect: ContractTools['expect']): void {
  const spent = { kind: 'temperror', reason: 'timeout' }
  test('asks nothing after the deadline of a budget', {}, async (subject) => {
    const budget = createBudget({ deadlineMs: 1000, now: () => 1000 })
    expect(await subject.resolver.resolve('example.test', 'A', { budget })).toEqual(spent)
    expect(subject.asked()).toBe(0)
    expect(await kindOf(subject.resolver, 'example.test', 'A')).toBe('records')
  })
  test('asks no more than the budget has queries', {}, async (subject) => {
    const budget = createBudget({ deadlineMs: 60_000, now: () => 0, maxQueries: 2 })
    const kinds: string[] = []
    for (const name of ['example.test', 'mail.example.test', 'nullmx.example.test'])
      kinds.push(await kindOf(subject.resolver, name, 'MX', { budget }))
    expect(kinds).toEqual(['records', 'nodata', 'timeout'])
    expect(subject.asked()).toBe(2)
    expect(budget.queries).toBe(2)
    expect(await kindOf(subject.resolver, 'nullmx.example.test', 'MX')).toBe('records')
  })
}

/** The kind of an answer, or the reason why there is none. */
async function kindOf(resolver: Resolver, ...question: Parameters<Resolver['resolve']>): Promise<string> {
  const answer: Answer<RecordTypes[RecordType]> = await resolver.resolve(...question)
  return answer.kind === 'temperror' ? answer.reason : answer.kind
}
