import type { Budget } from '@postern/dns'
import { createZone } from '@postern/dns/testing'
import { type HeloHit, rules } from '@postern/helo'
import { describe, expect, it } from 'vitest'
import { checks, createPipeline, heloActionOn, type Outcome, type Subject } from '../src/index.ts'
import { ip, portsOf, subjectOf } from './subject.ts'

const [heloCheck] = checks

const zone = `
mail.example.org    A 192.0.2.7
other.example.org   A 192.0.2.8
`

const key = (rule: string) => rule.replaceAll('-', '_')
const allOff = Object.fromEntries(rules.map(({ name }) => [key(name), 'off']))

/** Runs the HELO check alone. */
function heloOf(over: object, failures: Record<string, 'timeout' | 'servfail'> = {}) {
  const resolver = createZone(zone, { failures })
  const settings = { helo: heloCheck.settings.parse(over) }
  const budgets: Budget[] = []
  const world = portsOf({ resolver, host: { networks: ['203.0.113.0/24'] } })
  const newBudget = () => {
    const budget = world.newBudget()
    budgets.push(budget)
    return budget
  }
  const ports = { ...world, newBudget }
  const pipeline = createPipeline({ checks: [heloCheck], settings, ports, onError: 'dunno' })
  return { resolver, budgets, run: (subject: Partial<Subject>) => pipeline.run(subjectOf(subject)) }
}

const words = ({ results }: Outcome) => results.map((result) => result.describe())

const named = {
  addressText: '192.0.2.7',
  address: ip('192.0.2.7'),
  name: 'mail.example.org',
  reverseName: 'mail.example.org',
}

/** A greeting for each rule, and what it is told when the rule refuses. */
const cases: readonly (readonly [rule: string, subject: Partial<Subject>, code: number, enhanced: string])[] =
  [
    ['missing-helo', { helo: '' }, 503, '5.5.1'],
    ['invalid-hostname', { helo: 'mail..example.org' }, 501, '5.5.2'],
    ['non-fqdn-hostname', { helo: 'server01' }, 504, '5.5.2'],
    ['bare-ip', { helo: '192.0.2.7' }, 550, '5.7.1'],
    ['literal-not-client', { helo: '[192.0.2.9]' }, 550, '5.7.1'],
    ['own-name', { helo: 'MX.example.net' }, 550, '5.7.1'],
    ['ptr-mismatch', { helo: 'mail.other.example', client: named }, 550, '5.7.1'],
    ['dynamic-name', { helo: 'host-192-0-2-7.isp.example' }, 550, '5.7.1'],
    ['unknown-hostname', { helo: 'gone.example.org' }, 450, '4.7.1'],
    ['not-forward-confirmed', { helo: 'other.example.org' }, 550, '5.7.1'],
  ]

describe('each rule', () => {
  it('is among the cases', () => {
    expect(cases.map(([rule]) => rule).sort()).toEqual(rules.map(({ name }) => name).sort())
  })
  it.each(cases)('%s refuses, defers, is noted, or is off', async (rule, subject, code, enhanced) => {
    const under = (action: string) => heloOf({ ...allOff, [key(rule)]: action }).run(subject)
    const rejected = await under('reject')
    expect(rejected.verdict).toMatchObject({ kind: 'reply', code, enhanced })
    expect(words(rejected)).toEqual([rule])
    const deferred = await under('defer')
    expect(deferred.verdict).toMatchObject({ kind: 'reply', code: 450, enhanced: `4${enhanced.slice(1)}` })
    const noted = await under('note')
    expect(noted.verdict).toEqual({ kind: 'none' })
    expect(words(noted)).toEqual([rule])
    const off = await under('off')
    expect(off.verdict).toEqual({ kind: 'none' })
    expect(words(off)).toEqual(['ok'])
  })
  it.each(cases)('%s may refuse in your own words', async (rule, subject, code, enhanced) => {
    const table = {
      ...allOff,
      [key(rule)]: 'reject',
      [`${key(rule)}_text`]: '{rule}: {helo} [{client}] {url}',
    }
    const { verdict } = await heloOf({ ...table, url: 'https://example.net/helo' }).run(subject)
    const text = `${rule}: ${subject.helo} [192.0.2.7] https://example.net/helo`
    expect(verdict).toEqual({ kind: 'reply', code, enhanced, text })
  })
})

describe('the HELO check', () => {
  it('says nothing about a good greeting, from the address it belongs to', async () => {
    const outcome = await heloOf({}).run({ client: named })
    expect(outcome.verdict).toEqual({ kind: 'none' })
    expect(words(outcome)).toEqual(['ok'])
  })
  it('does not ask the DNS about what is refused without it', async () => {
    const { resolver, run } = heloOf({})
    await run({ helo: 'server01' })
    expect(resolver.queries).toEqual([])
  })
  it('goes by the first rule that refuses, and tells of all that hit', async () => {
    const table = { ...allOff, non_fqdn_hostname: 'note', bare_ip: 'defer', literal_not_client: 'reject' }
    const outcome = await heloOf({ ...table, missing_helo: 'reject' }).run({ helo: '192.0.2.9' })
    expect(outcome.verdict).toMatchObject({ kind: 'reply', code: 450, enhanced: '4.7.1' })
    expect(words(outcome)).toEqual(['non-fqdn-hostname,bare-ip'])
  })
  it('lets our own hosts use our name', async () => {
    const client = { addressText: '203.0.113.5', address: ip('203.0.113.5') }
    const outcome = await heloOf({ ...allOff, own_name: 'reject' }).run({ helo: 'mx.example.net', client })
    expect(words(outcome)).toEqual(['ok'])
  })
  it('refuses unknown names for good where that is wanted', async () => {
    const { run } = heloOf({ unknown_hostname_permanent: true })
    expect((await run({ helo: 'gone.example.org' })).verdict).toMatchObject({ code: 550, enhanced: '5.7.1' })
  })
  it('sends the reader to your page', async () => {
    const { run } = heloOf({ url: 'https://example.net/helo' })
    expect((await run({ helo: 'server01' })).verdict).toMatchObject({
      text: expect.stringMatching(/ See https:\/\/example\.net\/helo$/),
    })
  })
  it('leaves room in the reply for the words of Postfix', async () => {
    const recipient = `${'r'.repeat(60)}@${'d'.repeat(60)}.example`
    const { verdict } = await heloOf({}).run({ helo: `${'h'.repeat(63)}`, recipient })
    const text = verdict.kind === 'reply' ? verdict.text : ''
    const line = `504 5.5.2 <${recipient}>: Recipient address rejected: ${text}\r\n`
    expect(text).toMatch(/^HELO <h{63}> is an internal name/)
    expect(line.length).toBeLessThanOrEqual(512)
  })
})

describe('trouble in the DNS', () => {
  const subject = { helo: 'slow.example.org' }
  const failures = { 'slow.example.org': 'timeout' } as const

  it('asks the sender to come back, unless the mail is refused for good elsewhere', async () => {
    const outcome = await heloOf({}, failures).run(subject)
    expect(outcome.verdict).toMatchObject({ kind: 'defer-if-permit', enhanced: '4.7.1' })
    expect(words(outcome)[0]).toMatch(/^unknown-hostname\(timeout\)/)
  })
  it('is never a refusal for good', async () => {
    const table = { unknown_hostname_permanent: true, not_forward_confirmed: 'reject' }
    const outcome = await heloOf(table, failures).run(subject)
    expect(outcome.verdict).toMatchObject({ kind: 'defer-if-permit', enhanced: '4.7.1' })
  })
  it('is only noted where that is wanted', async () => {
    const outcome = await heloOf({ dns_trouble: 'note' }, failures).run(subject)
    expect(outcome.verdict).toEqual({ kind: 'none' })
    expect(words(outcome)[0]).toMatch(/^unknown-hostname\(timeout\)/)
  })
  it('is looked for with one budget for each message, made when it is needed', async () => {
    const { budgets, run } = heloOf({})
    await run({ helo: 'server01' })
    expect(budgets).toHaveLength(0)
    await run({ client: named })
    await run({ client: named })
    expect(budgets).toHaveLength(2)
  })
})

describe('what the settings make of a hit', () => {
  const settings = heloCheck.settings.parse({ own_name: 'defer', not_forward_confirmed: 'note' })
  it.each<[string, HeloHit, string]>([
    ['refused', { rule: 'invalid-hostname', reason: 'bad-name' }, 'reject'],
    ['as set', { rule: 'own-name', own: 'mx.example.net' }, 'defer'],
    ['trouble', { rule: 'unknown-hostname', temporary: true, reason: 'timeout' }, 'defer'],
    ['no trouble', { rule: 'unknown-hostname', temporary: false, reason: 'no-records' }, 'reject'],
    [
      'trouble of a rule that is noted',
      { rule: 'not-forward-confirmed', temporary: true, reason: 'timeout' },
      'note',
    ],
  ])('%s', (_, hit, action) => {
    expect(heloActionOn(hit, settings)).toBe(action)
  })
})

describe('settings of the HELO check', () => {
  it.each([
    ['a placeholder that there is not', { missing_helo_text: 'see {page}' }],
    ['a line break', { missing_helo_text: 'a\nb' }],
    ['an address that is none', { url: 'example.net/helo' }],
    ['an action that there is not', { bare_ip: 'refuse' }],
  ])('do not take %s', (_, table) => {
    expect(heloCheck.settings.safeParse(table).success).toBe(false)
  })
})
