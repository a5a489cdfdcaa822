// Whom SPF is not applied to, to whom the decision is left, and mail of our own users: behind a real Postfix.

import { type Attempt, codesOf } from '@postern/e2e/attempt'
import { documented } from '@postern/e2e/documented'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAtRcpt, onlyField, openStage, type Stage } from './stage.ts'

const zone = `
strict.example.org    TXT "v=spf1 ip4:192.0.2.10 -all"
soft.example.org      TXT "v=spf1 ~all"
known.example.org     TXT "v=spf1 -all"
relays.example.org    TXT "v=spf1 ip4:198.51.100.40 -all"
mx.relay.example.org  A   198.51.100.50
`

const client = { address: '192.0.2.10' }
const helo = 'mail.example.net'

const exemptions = `
skip_addresses = ["198.51.100.10"]
allow_addresses = ["198.51.100.20"]
forwarders = ["198.51.100.30", "198.51.100.64/28", "forward.example.org"]
allow_domains = ["relays.example.org"]
allow_helo_names = ["mx.relay.example.org"]
allow_ptr_domains = ["friends.example.org"]
allow_sender_domains = ["known.example.org"]
`

const spf = (settings: string) => `${documented('spf alone')}[spf]\n${settings}`
const submission = (daemon: string) =>
  documented('/etc/postfix/master.cf submission', { '127.0.0.1:10023': daemon })

const ways = {
  usual: { settings: spf(exemptions) },
  results: { settings: spf(`${exemptions}header = "authentication-results"`) },
  classes: {
    settings: spf('mail_from_pass_restriction = "spf_passed"'),
    smtpd: (daemon: string) =>
      `${askAtRcpt(daemon, ', reject')}
  -o smtpd_restriction_classes=spf_passed
  -o { spf_passed = check_sender_access inline:{ alice@strict.example.org=OK } }
  -o { ${documented('spf data restrictions', { '127.0.0.1:10023': daemon }).trim()} }`,
  },
  outgoing: {
    settings: spf('outbound_addresses = ["192.0.2.10", "192.0.2.20"]'),
    smtpd: submission,
  },
  guarding: {
    settings: spf('outbound_addresses = ["192.0.2.20", "192.0.2.10"]\noutbound_reject = true'),
    smtpd: submission,
  },
}
type Way = keyof typeof ways

let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage(zone, ways)
})

afterAll(() => stage?.stop())

const at = (way: Way, message: Partial<Attempt> & { recipients: readonly string[] }) =>
  stage.attempt(way, { client, helo, sender: 'alice@strict.example.org', ...message })

interface Exempt {
  readonly by: string
  /** As policyd-spf has it, which tools look for. */
  readonly phrase: string
  readonly client: { address: string; name?: string }
  readonly helo?: string
  readonly sender?: string
}

const exempt: readonly Exempt[] = [
  { by: 'address', phrase: 'whitelisted relay', client: { address: '198.51.100.20' } },
  { by: 'forwarder', phrase: 'trusted forwarder', client: { address: '198.51.100.30' } },
  { by: 'forwarder', phrase: 'trusted forwarder', client: { address: '198.51.100.70' } },
  {
    by: 'forwarder',
    phrase: 'trusted forwarder',
    client: { address: '203.0.113.7', name: 'mx1.forward.example.org' },
  },
  {
    by: 'ptr-domain',
    phrase: 'PTR whitelisted relay domain',
    client: { address: '203.0.113.8', name: 'out.friends.example.org' },
  },
  { by: 'domain', phrase: 'whitelisted relay domain', client: { address: '198.51.100.40' } },
  {
    by: 'helo-name',
    phrase: 'whitelisted HELO domain',
    client: { address: '198.51.100.50' },
    helo: 'mx.relay.example.org',
  },
  {
    by: 'sender-domain',
    phrase: 'whitelisted sender domain',
    client: { address: '203.0.113.9' },
    sender: 'alice@known.example.org',
  },
]

describe('SPF is not applied to', () => {
  it.each(exempt)('$client.address ($by)', async ({ by, phrase, ...message }) => {
    const subject = `exempt ${message.client.address}`
    const recipients = [`exempt-${message.client.address}@lab.example.com`]
    expect(codesOf(await at('usual', { ...message, subject, recipients }))).toBe('250 2.1.5')
    const copy = await stage.delivered(subject)
    expect(onlyField(copy, 'X-Comment')).toMatch(
      new RegExp(`^SPF skipped for ${phrase} - client-ip=${message.client.address}; helo=`),
    )
    expect(copy.names).not.toContain('Received-SPF')
    expect((await stage.spfLogged('usual', recipients[0]!)).found).toBe(`exempt:${by}`)
  })

  it('a client, and Authentication-Results says that nothing was looked at', async () => {
    const [subject, recipients] = ['without results', ['without-results@lab.example.com']]
    await at('results', { client: { address: '198.51.100.20' }, subject, recipients })
    expect(onlyField(await stage.delivered(subject), 'Authentication-Results')).toBe(
      'mx.lab.example.com; none',
    )
  })

  it('skip_addresses, whose mail gets no header either', async () => {
    const [subject, recipients] = ['skipped', ['skipped@lab.example.com']]
    const message = { client: { address: '198.51.100.10' }, subject, recipients }
    expect(codesOf(await at('usual', message))).toBe('250 2.1.5')
    const { names } = await stage.delivered(subject)
    expect(names.filter((name) => name === 'X-Comment' || name === 'Received-SPF')).toEqual([])
    expect(await stage.spfLogged('usual', recipients[0]!)).toEqual({ found: 'skipped', action: 'DUNNO' })
  })

  it.each([
    [{ address: '203.0.113.7', name: 'mx1.unforward.example.org' }, helo],
    [{ address: '198.51.100.51' }, 'mx.relay.example.org'],
    [{ address: '198.51.100.80' }, helo],
  ])('but to $address, which only looks like one of them', async (client, helo) => {
    const recipients = [`not-exempt-${client.address}@lab.example.com`]
    expect(codesOf(await at('usual', { client, helo, recipients }))).toBe('550 5.7.23')
  })
})

describe('a restriction class of Postfix', () => {
  it('decides about mail that passes, whose header then comes at DATA', async () => {
    const subject = 'by class'
    const recipients = ['by-class-1@lab.example.com', 'by-class-2@lab.example.com']
    expect(codesOf(await at('classes', { subject, recipients }))).toBe('250 2.1.5, 250 2.1.5')
    const other = { sender: 'bob@strict.example.org', recipients: ['by-class-3@lab.example.com'] }
    expect(codesOf(await at('classes', other))).toBe('554 5.7.1')
    expect(await stage.spfLogged('classes', recipients[0]!)).toEqual({
      found: 'helo:none,mailfrom:pass',
      action: 'spf_passed',
    })
    for (const copy of await stage.postfix.delivered(subject, 2))
      expect(onlyField(copy, 'Received-SPF')).toMatch(/^pass /)
  })
})

describe('what our users send', () => {
  const user = { client: { address: '203.0.113.200', login: 'alice' }, helo: 'laptop.local' }
  const outgoing = (way: Way, recipient: string, sender = 'alice@strict.example.org') =>
    at(way, { ...user, sender, recipients: [recipient] })

  it('is looked at from each of our addresses, as its receivers will', async () => {
    expect(codesOf(await outgoing('outgoing', 'friend@example.net'))).toBe('250 2.1.5')
    expect(await stage.spfLogged('outgoing', 'friend@example.net')).toEqual({
      found: 'outgoing(192.0.2.10):pass,outgoing(192.0.2.20):fail(strict.example.org:-all)',
      action: 'DUNNO',
    })
  })

  it('is refused when receivers would refuse it, if that is wanted', async () => {
    const [reply] = await outgoing('guarding', 'friend@example.net')
    expect(reply!.codes).toBe('550 5.7.23')
    expect(reply!.text).toContain(
      'strict.example.org does not allow 192.0.2.20, which this mail would go out from, to send its mail',
    )
    expect(codesOf(await outgoing('guarding', 'friend@example.net', 'alice@soft.example.org'))).toBe(
      '250 2.1.5',
    )
  })
})
