import { type Ip, parseIp } from '@postern/addr'
import { createBudget, type Resolver } from '@postern/dns'
import { createZone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { checkHelo, type HeloFinding, type HeloHit } from '../src/index.ts'

const client = { address: (parseIp('192.0.2.7') as { value: Ip }).value }
const ZONE = 'mail.example A 192.0.2.7'
const open = (options = {}) => createZone(ZONE, options)

describe('checkHelo', () => {
  it('answers at once when no rule needs the DNS', () => {
    const actions = { 'unknown-hostname': 'off', 'not-forward-confirmed': 'off' } as const
    const zone = open({ async: true })
    expect(checkHelo({ helo: 'mail.example', client }, { resolver: zone }, { actions })).toEqual({ hits: [] })
    expect(zone.queries).toEqual([])
  })

  it('answers at once when the resolver does, and by a promise when it has to wait', async () => {
    const subject = { helo: 'nothing.example', client }
    const now = checkHelo(subject, { resolver: open() })
    const later = checkHelo(subject, { resolver: open({ async: true }) })
    expect(now).not.toBeInstanceOf(Promise)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual(now)
    expect((now as HeloFinding).hits.map(({ rule }) => rule)).toEqual([
      'unknown-hostname',
      'not-forward-confirmed',
    ])
  })

  it('answers the same when some answers are known and others are not', async () => {
    const [known, slow] = [open(), open({ async: true })]
    for (const type of ['A', 'AAAA', 'MX']) {
      const resolver: Resolver = {
        resolve: (name, asked, options) => (asked === type ? slow : known).resolve(name, asked, options),
      }
      const subject = { helo: 'nothing.example', client }
      expect(await checkHelo(subject, { resolver })).toEqual(await checkHelo(subject, { resolver: known }))
    }
  })

  it('leaves the DNS rules out without a resolver', () => {
    expect(checkHelo({ helo: 'nothing.example', client })).toEqual({ hits: [] })
  })

  it('does not ask the DNS about what is refused anyway, unless it is to be thorough', () => {
    const zone = open()
    const rulesOf = (finding: unknown) => (finding as HeloFinding).hits.map(({ rule }) => rule)
    const subject = { helo: 'localhost', client }
    expect(rulesOf(checkHelo(subject, { resolver: zone }))).toEqual(['non-fqdn-hostname'])
    expect(zone.queries).toEqual([])
    const all = ['non-fqdn-hostname', 'unknown-hostname', 'not-forward-confirmed']
    expect(rulesOf(checkHelo(subject, { resolver: zone }, { thorough: true }))).toEqual(all)
    const actions = { 'non-fqdn-hostname': 'note' } as const
    expect(rulesOf(checkHelo(subject, { resolver: zone }, { actions }))).toEqual(all)
  })

  it('asks for AAAA and MX only when there is no A, and never about a name that cannot be', () => {
    const zone = open()
    const actions = {
      'not-forward-confirmed': 'off',
      'invalid-hostname': 'off',
      'non-fqdn-hostname': 'off',
    } as const
    const asked = (helo: string) => {
      zone.queries.length = 0
      checkHelo({ helo, client }, { resolver: zone }, { actions })
      return zone.queries.map(({ name, type }) => `${name} ${type}`)
    }
    expect(asked('Mail.Example')).toEqual(['mail.example A'])
    expect(asked('nothing.example')).toEqual([
      'nothing.example A',
      'nothing.example AAAA',
      'nothing.example MX',
    ])
    for (const helo of ['', 'a b', '1.2.3.4', '[192.0.2.7]', '[x]', 'mail.example.'])
      expect(asked(helo)).toEqual([])
  })

  it('runs no rule that is off', () => {
    const helo = '192.0.2.8'
    const actions = { 'bare-ip': 'off', 'non-fqdn-hostname': 'off' } as const
    expect(checkHelo({ helo, client }, {}, { actions })).toEqual({ hits: [] })
    expect(checkHelo({ helo, client })).not.toEqual({ hits: [] })
  })

  it('hands the budget on, and takes its end for trouble in the DNS', () => {
    const budget = createBudget({ now: () => 0, deadlineMs: 1000, maxQueries: 1 })
    const ports = { resolver: open(), query: { budget } }
    const { hits } = checkHelo({ helo: 'nothing.example', client }, ports) as HeloFinding
    const temporary = (hit: HeloHit) => 'temporary' in hit && hit.temporary
    expect(hits.map(temporary)).toEqual([true, true])
  })

  it('refuses a second time what it refused once: nothing is remembered', async () => {
    const resolver = open({ async: true })
    for (const helo of ['localhost', 'a b', '[300.1.1.1]', 'nothing.example', 'mail.example']) {
      const first = await checkHelo({ helo, client }, { resolver })
      const second = await checkHelo({ helo, client }, { resolver })
      expect(second).toEqual(first)
    }
  })
})
