import { parseIp } from '@postern/addr'
import { createZone } from '@postern/dns/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkHost,
  formatSpfReply,
  parseSpfTemplate,
  type SpfReplyOptions,
  type SpfResult,
  sendsNoMail,
} from '../src/index.ts'

const zone = createZone(
  `
fail.example      TXT "v=spf1 ip4:203.0.113.0/24 -all"
soft.example      TXT "v=spf1 ~all"
neutral.example   TXT "v=spf1 ?all"
default.example   TXT "v=spf1 a:other.example"
redirect.example  TXT "v=spf1 redirect=_spf.example"
_spf.example      TXT "v=spf1 ip4:203.0.113.9 -all"
nomail.example    TXT "v=spf1 -all"
nomail2.example   TXT "v=spf1 redirect=nomail.example"
nobody.example    TXT "v=spf1 ip4:203.0.113.9 redirect=nomail.example"
inverse.example   TXT "v=spf1 -include:bad.example +all"
bad.example       TXT "v=spf1 ip4:192.0.2.0/24 -all"
exp.example       TXT "v=spf1 -all exp=why.example"
why.example       TXT "Mail of %{s} comes from \\"our\\" servers"
broken.example    TXT "v=spf1 ipv4:192.0.2.1 -all"
slow.example      TXT "v=spf1 include:dead.example -all"
other.example     A 198.51.100.1
`,
  { failures: { 'dead.example': 'servfail' } },
)

function check(sender: string, helo = 'mx.client.example'): SpfResult {
  const result = checkHost({ ip: '192.0.2.1', sender, helo }, { resolver: zone })
  if (result instanceof Promise) throw new TypeError('this zone answers at once')
  return result
}

const options: SpfReplyOptions = { identity: 'mailfrom', sender: 'a@fail.example', helo: 'mx.client.example' }
const lineOf = (result: SpfResult, more: Partial<SpfReplyOptions> = {}) => {
  const { code, enhanced, text } = formatSpfReply(result, { ...options, ...more })
  return `${code} ${enhanced} ${text}`
}

const helo: Partial<SpfReplyOptions> = { identity: 'helo' }
const again =
  'Nothing needs to be changed if the DNS of slow.example is in order; your server will try again.'

describe('formatSpfReply', () => {
  it.each<[name: string, line: string, expected: string]>([
    [
      'fail',
      lineOf(check('a@fail.example')),
      '550 5.7.23 fail.example does not allow 192.0.2.1 to send its mail (its SPF record says -all). Ask the administrator of fail.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'fail of HELO',
      lineOf(check('', 'fail.example'), helo),
      '550 5.7.23 fail.example does not allow 192.0.2.1 to use its name in HELO (its SPF record says -all). Ask the administrator of fail.example to add 192.0.2.1 to the record, or have your server send its own name in HELO.',
    ],
    [
      'fail behind a redirect',
      lineOf(check('a@redirect.example')),
      '550 5.7.23 redirect.example does not allow 192.0.2.1 to send its mail (the SPF record of _spf.example says -all). Ask the administrator of redirect.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'fail by an include',
      lineOf(check('a@inverse.example')),
      '550 5.7.23 inverse.example does not allow 192.0.2.1 to send its mail (its SPF record says -include:bad.example). Ask the administrator of inverse.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'no mail',
      lineOf(check('a@nomail.example')),
      '550 5.7.23 nomail.example says that it sends no mail at all (its SPF record says -all), and so not from 192.0.2.1. Ask the administrator of nomail.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'softfail',
      lineOf(check('a@soft.example')),
      '550 5.7.23 soft.example does not seem to allow 192.0.2.1 to send its mail (its SPF record says ~all). Ask the administrator of soft.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'neutral',
      lineOf(check('a@neutral.example')),
      '550 5.7.23 neutral.example does not say that 192.0.2.1 may send its mail (its SPF record says ?all). Ask the administrator of neutral.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'neutral by default',
      lineOf(check('a@default.example')),
      '550 5.7.23 default.example does not say that 192.0.2.1 may send its mail (its SPF record does not name that address). Ask the administrator of default.example to add 192.0.2.1 to the record, or send through a server of theirs.',
    ],
    [
      'none',
      lineOf(check('a@other.example')),
      '550 5.7.23 other.example has no SPF record, and without one mail from it is not taken here. Ask the administrator of other.example to publish an SPF record that names 192.0.2.1, or send through a server of theirs.',
    ],
    [
      'permerror',
      lineOf(check('a@broken.example')),
      '550 5.5.2 SPF of broken.example cannot be evaluated: an unknown mechanism at "ipv4:192.0.2.1" in the SPF record of broken.example. Ask the administrator of broken.example to mend the record.',
    ],
    [
      'temperror',
      lineOf(check('a@slow.example')),
      `451 4.4.3 SPF of slow.example cannot be checked now: the DNS gave no answer about TXT of dead.example (servfail). ${again}`,
    ],
    [
      'doubt',
      lineOf(check('a@fail.example'), { situation: 'doubt' }),
      '451 4.4.3 Whether SPF is applied to mail from 192.0.2.1 cannot be looked up now; if it is, fail.example does not authorize it. Nothing needs to be changed if the DNS of fail.example is in order; your server will try again.',
    ],
    [
      'outbound',
      lineOf(check('a@fail.example'), { situation: 'outbound' }),
      '550 5.7.23 fail.example does not allow 192.0.2.1, which this mail would go out from, to send its mail (its SPF record says -all). Ask the administrator of fail.example to add 192.0.2.1 to the record, or use another sender address.',
    ],
  ])('%s', (_, line, expected) => {
    expect(line).toBe(expected)
  })

  it('quotes what the domain explains, as its own words, unless told not to', () => {
    const result = check('a@exp.example')
    const line = lineOf(result, { url: 'https://example.net/spf' })
    expect(line).toMatch(
      / See https:\/\/example\.net\/spf exp\.example explains: "Mail of a@exp\.example comes from 'our' servers"$/,
    )
    expect(lineOf(result, { quotesExplanation: false })).not.toContain('explains')
  })

  it('takes a text of your own', () => {
    const text =
      '{identity} {domain} {client} {sender} {helo} {result} {url} | {reason} | {advice} | {explanation}'
    const template = parseSpfTemplate(text)
    if (!template.ok) throw new TypeError(text)
    const line = lineOf(check('a@exp.example'), {
      template: template.value,
      sender: 'a@exp.example',
      url: 'u',
    })
    expect(line).toMatch(
      /^550 5\.7\.23 mailfrom exp\.example 192\.0\.2\.1 a@exp\.example mx\.client\.example fail u \| exp\.example says .*\. \| Ask .*\. \| exp\.example explains: ".*"$/,
    )
    expect(parseSpfTemplate('{mechanism}')).toMatchObject({
      ok: false,
      error: { code: 'unknown-placeholder' },
    })
  })

  it('is one line of printable ASCII that fits, whatever the mail is like', () => {
    const any = fc.string({ unit: 'binary', maxLength: 400 })
    const senders = fc.oneof(
      any,
      fc.constantFrom('a@fail.example', 'a@exp.example', 'a@broken.example'),
      fc.constant(`a@${'label.'.repeat(40)}example`),
    )
    fc.assert(
      fc.property(senders, any, fc.nat(200), (sender, helo, reservedOctets) => {
        const result = check(sender, helo)
        const line = lineOf(result, { sender, helo, reservedOctets, url: helo })
        expect(line).toMatch(/^[ -~]+$/)
        expect(line.length + 2 + reservedOctets).toBeLessThanOrEqual(512)
      }),
    )
  })
})

describe('sendsNoMail', () => {
  it.each([
    ['nomail.example', true],
    ['nomail2.example', true],
    ['exp.example', true],
    ['nobody.example', false],
    ['fail.example', false],
    ['inverse.example', false],
    ['soft.example', false],
    ['other.example', false],
    ['broken.example', false],
  ])('%s: %s', (domain, expected) => {
    expect(sendsNoMail(check(`a@${domain}`))).toBe(expected)
  })
})

it('names an IPv6 client too', () => {
  const ip = parseIp('2001:db8::1')
  const result = ip.ok && checkHost({ ip: ip.value, sender: 'a@fail.example', helo: '' }, { resolver: zone })
  expect(lineOf(result as SpfResult)).toContain(' 2001:db8::1 ')
})
