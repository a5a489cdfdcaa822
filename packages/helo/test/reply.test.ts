import { type Ip, parseIp } from '@postern/addr'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatHeloReply,
  type HeloHit,
  isInternalName,
  parseTemplate,
  type ReplyOptions,
  type Template,
} from '../src/index.ts'

const client = (parseIp('192.0.2.7') as { value: Ip }).value
const template = (text: string) => (parseTemplate(text) as { value: Template }).value

const unknown: HeloHit = { rule: 'unknown-hostname', temporary: false, reason: 'no-records' }
const trouble: HeloHit = { rule: 'unknown-hostname', temporary: true, reason: 'timeout' }
const single: HeloHit = { rule: 'non-fqdn-hostname', reason: 'single-label' }

const hits: readonly HeloHit[] = [
  { rule: 'missing-helo' },
  { rule: 'invalid-hostname', reason: 'bad-name' },
  { rule: 'invalid-hostname', reason: 'bad-literal' },
  { rule: 'non-fqdn-hostname', reason: 'bad-name' },
  { rule: 'non-fqdn-hostname', reason: 'bad-literal' },
  single,
  { rule: 'bare-ip' },
  { rule: 'literal-not-client', literal: '192.0.2.8' },
  { rule: 'own-name', own: 'mx.ours.example' },
  { rule: 'ptr-mismatch', clientName: 'mail.example.net', verified: true },
  { rule: 'dynamic-name', evidence: 'word', token: 'dsl' },
  unknown,
  trouble,
  { rule: 'unknown-hostname', temporary: false, reason: 'bad-literal' },
  { rule: 'unknown-hostname', temporary: false, reason: 'malformed-reply' },
  { rule: 'not-forward-confirmed', temporary: false, addresses: [] },
  { rule: 'not-forward-confirmed', temporary: true, reason: 'servfail' },
]

/** The line as it goes over the wire. */
const lineOf = (hit: HeloHit, options: ReplyOptions) => {
  const { code, enhanced, text } = formatHeloReply(hit, options)
  return `${code} ${enhanced} ${text}\r\n`
}

describe('the codes', () => {
  it.each([
    [{ rule: 'invalid-hostname', reason: 'bad-name' }, {}, '501 5.5.2'],
    [{ rule: 'invalid-hostname', reason: 'bad-literal' }, {}, '501 5.5.2'],
    [{ rule: 'non-fqdn-hostname', reason: 'single-label' }, {}, '504 5.5.2'],
    [{ rule: 'non-fqdn-hostname', reason: 'bad-literal' }, {}, '501 5.5.2'],
    [unknown, {}, '450 4.7.1'],
    [unknown, { unknownHostnameCode: 550 }, '550 5.7.1'],
    [trouble, { unknownHostnameCode: 550 }, '450 4.7.1'],
    [{ rule: 'missing-helo' }, {}, '503 5.5.1'],
    [{ rule: 'bare-ip' }, {}, '550 5.7.1'],
    [{ rule: 'own-name', own: 'x' }, { action: 'defer' }, '450 4.7.1'],
    [{ rule: 'invalid-hostname', reason: 'bad-name' }, { action: 'defer' }, '450 4.5.2'],
    [{ rule: 'not-forward-confirmed', temporary: false, addresses: [] }, {}, '550 5.7.1'],
    [{ rule: 'not-forward-confirmed', temporary: true, reason: 'servfail' }, {}, '450 4.7.1'],
  ] as const)('%j with %j: %s', (hit, options, expected) => {
    const { code, enhanced } = formatHeloReply(hit, { helo: 'x', client, ...options })
    expect(`${code} ${enhanced}`).toBe(expected)
  })
})

describe('the text', () => {
  it.each([
    [
      single,
      'server01',
      'HELO <server01> is an internal name without a domain. Have your mail server send its public host name: change the FQDN of the Send connector (Exchange), myhostname or smtp_helo_name (Postfix) or primary_hostname (Exim).',
    ],
    [
      unknown,
      'EXCH02.contoso.local',
      'HELO <EXCH02.contoso.local> is an internal name that cannot be looked up from outside. Have your mail server send its public host name: change the FQDN of the Send connector (Exchange).',
    ],
    [
      unknown,
      'localhost.localdomain',
      'HELO <localhost.localdomain> is an internal name that cannot be looked up from outside. Have your mail server send its public host name: change myhostname or smtp_helo_name (Postfix), primary_hostname (Exim) or confDOMAIN_NAME (Sendmail).',
    ],
    [
      unknown,
      'mail.gone.org',
      'HELO <mail.gone.org> is not in the DNS. Send a host name that has an A, AAAA or MX record.',
    ],
    [
      trouble,
      'mail.gone.org',
      'HELO <mail.gone.org> cannot be looked up in the DNS now. Nothing needs to be changed if the DNS of your domain is in order; your server will try again.',
    ],
    [
      { rule: 'invalid-hostname', reason: 'bad-literal' } as const,
      '[300.1.1.1]',
      'HELO <[300.1.1.1]> is not an address literal. Send the public host name of your mail server, or a literal such as [192.0.2.1] or [IPv6:2001:db8::1].',
    ],
  ])('%j of %s', (hit, helo, expected) => {
    expect(formatHeloReply(hit, { helo, client }).text).toBe(expected)
  })

  it('ends with the URL', () => {
    const { text } = formatHeloReply(unknown, {
      helo: 'mail.gone.org',
      client,
      url: 'https://ours.example/helo',
    })
    expect(text).toMatch(/record\. See https:\/\/ours\.example\/helo$/)
  })

  it('comes from a template where there is one', () => {
    const templates = {
      'unknown-hostname': template('{rule}: {helo} from {client}, see {url}#{rule}. {advice}'),
    }
    const options = { helo: 'mail.gone.org', client, url: 'https://ours.example/', templates }
    expect(formatHeloReply(unknown, options).text).toBe(
      'unknown-hostname: mail.gone.org from 192.0.2.7, see https://ours.example/#unknown-hostname. ' +
        'Send a host name that has an A, AAAA or MX record.',
    )
    expect(formatHeloReply(single, options).text).toMatch(/^HELO <mail\.gone\.org> is an internal name/)
  })
})

describe('isInternalName', () => {
  const internal =
    'server01 localhost localhost. a.local A.LOCAL. a.lan a.b.internal localhost.localdomain nas.home a.home.arpa home.arpa a.corp a.test a.example a.invalid a.intranet'
  it.each(internal.split(' '))('%s is one', (name) => {
    expect(isInternalName(name)).toBe(true)
  })

  it.each(['example.com', 'local.example.com', 'a.locals', 'arpa.com', 'mail.home.de'])(
    '%s is none',
    (name) => {
      expect(isInternalName(name)).toBe(false)
    },
  )
})

describe('the line, whatever the greeting', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.string({
      unit: fc.constantFrom('a', '.', '{helo}', '\r\n', '\0', '\x1b[31m', '\u00e9', '\u202e', '%s', '>'),
      maxLength: 400,
    }),
    fc.constantFrom('x'.repeat(5000), `${'x'.repeat(60)}.local`, ''),
  )
  const options = fc.record(
    {
      action: fc.constantFrom('reject', 'defer'),
      url: fc.oneof(fc.webUrl(), hostile),
      unknownHostnameCode: fc.constantFrom(450, 550),
      reservedOctets: fc.nat(600),
      templates: fc.constant(
        Object.fromEntries(
          hits.map(({ rule }) => [rule, template('{helo}{helo}{helo}{helo}{helo}{helo}{helo} {url}')]),
        ),
      ),
    },
    { requiredKeys: [] },
  )

  it('is one line of printable ASCII that fits', () => {
    fc.assert(
      fc.property(fc.constantFrom(...hits), hostile, options, (hit, helo, more) => {
        const line = lineOf(hit, { helo, client, ...more } as ReplyOptions)
        expect(line).toMatch(/^[45][0-9]{2} [45]\.[0-9]\.[0-9] [ -~]*\r\n$/)
        expect(line[0]).toBe(line[4])
        // What is reserved can leave no room at all; the codes stay.
        expect(line.length).toBeLessThanOrEqual(Math.max(512 - (more.reservedOctets ?? 0), 12))
      }),
      { numRuns: 1000 },
    )
  })

  it.each(hits)('says what is wrong and leaves room for what an MTA adds: %j', (hit) => {
    const helo = `${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.local`
    const url = 'https://postmaster.ours.example/why-we-refuse/helo.html'
    const line = lineOf(hit, { helo, client: (parseIp('2001:db8:1:2:3:4:5:6') as { value: Ip }).value, url })
    expect(line.length).toBeLessThanOrEqual(440)
    expect(line).toContain(`See ${url}`)
  })
})
