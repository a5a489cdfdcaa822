// SPF's word on a sender becomes the greylist's key.
import { createZone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { checks, createPipeline, type Subject } from '../src/index.ts'
import { clientAt, mail } from './spf-setup.ts'
import { portsOf, t0 } from './subject.ts'

const zone = `
pool.example     TXT "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 include:_other.example -all"
_other.example   TXT "v=spf1 ip6:2001:db8::/32 a:mx.example/25 -all"
mx.example       A 203.0.113.200
mx.example       AAAA 2001:db8:ffff::1
open.example     TXT "v=spf1 +all"
behind.example   TXT "v=spf1 include:open.example -all"
over.example     TXT "v=spf1 redirect=open.example"
wide.example     TXT "v=spf1 ip4:128.0.0.0/1 ip4:0.0.0.0/1 ip6:2000::/3 -all"
large.example    TXT "v=spf1 ip4:192.0.0.0/8 ip6:2001::/16 -all"
awide.example    TXT "v=spf1 a:mx.example/0//0 -all"
exists.example   TXT "v=spf1 exists:mx.example -all"
asked.example    TXT "v=spf1 exists:%{i}.list.example -all"
192.0.2.7.list.example  A 127.0.0.2
neutral.example  TXT "v=spf1 ?all"
`

function stackOf(greylist: object = {}, spf: object = {}) {
  const all = Object.fromEntries(checks.map((check) => [check.name, check.settings.parse({})]))
  const [, spfCheck, greylistCheck] = checks
  const settings = {
    ...all,
    helo: { enabled: false },
    spf: spfCheck.settings.parse(spf),
    greylist: greylistCheck.settings.parse(greylist),
  }
  const ports = portsOf({ resolver: createZone(zone) })
  const pipeline = createPipeline({ checks, settings, ports, onError: 'dunno' })
  return async (over: Partial<Subject>) => {
    const { results } = await pipeline.run(mail({ sender: 'a@pool.example', ...over }))
    return results.at(-1)?.describe()
  }
}

const from = (address: string, name?: string) => ({ client: clientAt(address, name) })
const retry = { now: t0 + 240 }

describe("the domain that SPF confirms stands for the sender's side", () => {
  it.each([['198.51.100.9'], ['2001:db8:1::1'], ['203.0.113.130']])(
    'the second try may come from %s',
    async (address) => {
      const ask = stackOf()
      expect(await ask(from('192.0.2.7'))).toBe('new(180s)')
      expect(await ask({ ...from(address), ...retry })).toBe('waited(240s)')
      expect(await ask({ ...from('192.0.2.99'), ...retry })).toBe('passed-before')
    },
  )

  it('whatever their names', async () => {
    const ask = stackOf()
    await ask(from('192.0.2.7', 'a.one.example'))
    expect(await ask({ ...from('198.51.100.9', 'b.two.example'), ...retry })).toBe('waited(240s)')
  })

  it('but not from an address that the domain does not name', async () => {
    const ask = stackOf({}, { mail_from_reject: 'none' })
    await ask(from('192.0.2.7'))
    expect(await ask({ ...from('203.0.113.1'), ...retry })).toBe('new(180s)')
  })

  it('nor for another sender, or another domain', async () => {
    const ask = stackOf()
    await ask(from('192.0.2.7'))
    expect(await ask({ ...from('198.51.100.9'), sender: 'b@pool.example', ...retry })).toBe('new(180s)')
  })

  it.each([
    ['spf_identity = false', { spf_identity: false }, {}],
    ['identity = "network", as postgrey has it', { identity: 'network' }, {}],
    ['SPF switched off', {}, { enabled: false }],
    ['the sender not checked', {}, { mail_from_reject: 'off' }],
    ['the client exempt from SPF', {}, { allow_addresses: ['192.0.2.0/24', '198.51.100.0/24'] }],
  ])('not with %s', async (_, greylist, spf) => {
    const ask = stackOf(greylist, spf)
    await ask(from('192.0.2.7'))
    expect(await ask({ ...from('198.51.100.9'), ...retry })).toBe('new(180s)')
    expect(await ask({ ...from('192.0.2.99'), ...retry })).toBe('waited(240s)')
  })

  it.each([
    ['all', 'open.example'],
    ['all behind an include', 'behind.example'],
    ['all behind a redirect', 'over.example'],
    ['half of the internet', 'wide.example'],
    ['an address with all bits cut off', 'awide.example'],
    ['a name that exists for everybody', 'exists.example'],
    ['nothing', 'neutral.example'],
    ['no record', 'none.example'],
  ])('not by %s (%s)', async (_, domain) => {
    const ask = stackOf()
    const sender = `a@${domain}`
    await ask({ ...from('192.0.2.7'), sender })
    expect(await ask({ ...from('198.51.100.9'), sender, ...retry })).toBe('new(180s)')
  })
  it('not by half of the internet in IPv6', async () => {
    const ask = stackOf()
    for (const domain of ['wide.example', 'awide.example']) {
      const sender = `a@${domain}`
      await ask({ ...from('2001:db8::1'), sender })
      expect(await ask({ ...from('2001:db8:1::1'), sender, ...retry })).toBe('new(180s)')
    }
  })

  it('by a /8 of IPv4 or a /16 of IPv6, and by a list that names the client', async () => {
    const ask = stackOf({ skip_spf_pass: true })
    expect(await ask({ ...from('192.0.2.7'), sender: 'a@large.example' })).toBe('spf-pass')
    expect(await ask({ ...from('2001:db8::1'), sender: 'a@large.example' })).toBe('spf-pass')
    expect(await ask({ ...from('192.0.2.7'), sender: 'a@asked.example' })).toBe('spf-pass')
  })
})

describe('a pass of SPF', () => {
  it('does not skip the delay', async () => {
    expect(await stackOf()(from('192.0.2.7'))).toBe('new(180s)')
  })
  it('does so where that is asked for', async () => {
    const ask = stackOf({ skip_spf_pass: true })
    expect(await ask(from('192.0.2.7'))).toBe('spf-pass')
    expect(await ask({ ...from('192.0.2.7'), sender: 'a@open.example' })).toBe('new(180s)')
    expect(await ask({ ...from('192.0.2.7'), sender: 'a@neutral.example' })).toBe('new(180s)')
    // The name in HELO is no sender.
    expect(await ask({ ...from('192.0.2.7'), sender: '', helo: 'pool.example' })).toBe('new(180s)')
  })
  it('also with identity = "network"', async () => {
    expect(await stackOf({ skip_spf_pass: true, identity: 'network' })(from('192.0.2.7'))).toBe('spf-pass')
  })
})
