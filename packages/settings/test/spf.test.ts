// The table [spf] through the loader: what it takes comes out as it was written, and each mistake is told.
import { checks } from '@postern/pipeline'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../src/index.ts'

const table = {
  enabled: false,
  mode: 'observe',
  helo_reject: 'null-sender',
  mail_from_reject: 'not-pass',
  no_mail: true,
  permerror: 'reject',
  temperror: 'defer',
  reject_not_pass_domains: ['example.org'],
  recipients_not_refused: ['bob@example.net', 'example.com'],
  forwarders: ['192.0.2.0/28', '2001:db8::1', 'forwarder.example'],
  skip_addresses: ['10.0.0.0/8'],
  allow_addresses: ['192.0.2.1'],
  allow_helo_names: ['mx.example.org'],
  allow_domains: ['example.com'],
  allow_ptr_domains: ['example.net'],
  allow_sender_domains: ['example.edu'],
  void_lookups: 4,
  void_lookups_domains: ['example.org 5', 'example.com 10'],
  header: 'authentication-results',
  authserv_id: 'mx.example.net',
  hide_receiver: true,
  helo_pass_restriction: 'helo_passed',
  mail_from_pass_restriction: 'spf_fin, passed_spf',
  outbound_addresses: ['192.0.2.1', '2001:db8::1'],
  outbound_reject: true,
  explanation: false,
  url: 'https://example.net/spf',
  text: '{reason} {advice} {url}',
}

const toml = (settings: object) =>
  `[spf]\n${Object.entries(settings)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join('\n')}\n`

describe('the table [spf]', () => {
  it('has every key here', () => {
    const spf = checks.find(({ name }) => name === 'spf')
    expect(Object.keys(table).sort()).toEqual(Object.keys(spf?.settings.shape ?? {}).sort())
  })
  it('is loaded as it was written', () => {
    expect(loadSettings(toml(table))).toMatchObject({ ok: true, settings: { spf: table } })
  })
  it.each([
    [{ helo_reject: 'nul-sender' }, /null-sender/],
    [{ mail_from_reject: 'null-sender' }, /must be "fail", "softfail", "not-pass", "none" or "off"/],
    [{ void_lookups_domains: ['example.org'] }, /must be a domain and a number, such as "example\.org 5"/],
    [{ skip_addresses: ['10.0.0.1/8'] }, /must be an address or a network such as "192\.0\.2\.0\/24"/],
    [{ forwarders: ['a b'] }, /must be an address, a network or a host name/],
    [{ text: '{who}' }, /no placeholder but \{domain\}/],
    [{ mailfrom_reject: 'fail' }, /mail_from_reject/],
  ])('%j is a mistake, and told', (settings, message) => {
    const loaded = loadSettings(toml(settings))
    const problems = loaded.ok ? [] : loaded.problems
    expect(problems).toEqual([expect.objectContaining({ line: 2, message: expect.stringMatching(message) })])
  })
})
