import { parseAuthenticationResults, parseReceivedSpf } from '@postern/auth-results'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAt, fieldsOf, mail, spfOf } from './spf-setup.ts'

const fieldOf = async (settings: object, subject: object) => fieldsOf(await spfOf(settings).run(subject))[0]

describe('Received-SPF', () => {
  it.each<[subject: object, field: string]>([
    [
      { sender: 'a@pass.example' },
      'Received-SPF: pass (pass.example authorizes 192.0.2.7 \\(ip4:192.0.2.0/24\\)) identity=mailfrom; client-ip=192.0.2.7; envelope-from="a@pass.example"; helo=mx.none.example; receiver=mx.example.net; mechanism="ip4:192.0.2.0/24"',
    ],
    [
      { sender: 'a@softfail.example', helo: 'pass.example' },
      'Received-SPF: softfail (softfail.example probably does not authorize 192.0.2.7 \\(~all\\)) identity=mailfrom; client-ip=192.0.2.7; envelope-from="a@softfail.example"; helo=pass.example; receiver=mx.example.net; mechanism=~all',
    ],
    [
      { sender: '', helo: 'pass.example' },
      'Received-SPF: pass (pass.example authorizes 192.0.2.7 \\(ip4:192.0.2.0/24\\)) identity=helo; client-ip=192.0.2.7; envelope-from="<>"; helo=pass.example; receiver=mx.example.net; mechanism="ip4:192.0.2.0/24"',
    ],
    [
      {},
      'Received-SPF: none (none.example has no SPF record) identity=mailfrom; client-ip=192.0.2.7; envelope-from="a@none.example"; helo=mx.none.example; receiver=mx.example.net',
    ],
    [
      { sender: 'a@temperror.example' },
      'Received-SPF: temperror (the DNS gave no answer about TXT of dead.example \\(servfail\\)) identity=mailfrom; client-ip=192.0.2.7; envelope-from="a@temperror.example"; helo=mx.none.example; receiver=mx.example.net; problem=servfail',
    ],
    [
      { sender: 'a@void.example' },
      expect.stringMatching(/^Received-SPF: permerror .*; problem=too-many-void$/),
    ],
  ])('%j', async (subject, field) => {
    expect(await fieldOf({}, subject)).toEqual(field)
  })
  it('may leave our name out', async () => {
    expect(await fieldOf({ hide_receiver: true }, {})).toMatch(/; receiver=UNKNOWN$/)
  })
  it('is about the HELO name where the sender is not checked', async () => {
    expect(await fieldOf({ mail_from_reject: 'off' }, { helo: 'pass.example' })).toMatch(
      /^Received-SPF: pass .* identity=helo; .*; envelope-from="a@none\.example"; /,
    )
  })
  it('is the same for all recipients', async () => {
    const check = spfOf()
    const message = mail({ sender: 'a@pass.example' })
    const fields = [await check.run(message), await check.run({ ...message, recipient: 'c@example.net' })]
    expect(fieldsOf(fields[0]!)).toEqual(fieldsOf(fields[1]!))
  })
  it('can be read again, whatever the client says', async () => {
    const any = fc.string({ unit: 'binary', maxLength: 300 })
    const check = spfOf()
    await fc.assert(
      fc.asyncProperty(any, any, async (sender, helo) => {
        for (const field of fieldsOf(await check.run({ sender, helo }))) {
          expect(field).not.toMatch(/[\r\n\0]/)
          expect(parseReceivedSpf(field)).toMatchObject({ ok: true })
        }
      }),
    )
  })
})

describe('Authentication-Results', () => {
  const settings = { header: 'authentication-results' }
  it('tells both results, of the sender first', async () => {
    expect(await fieldOf(settings, { sender: 'a@pass.example', helo: 'neutral.example' })).toBe(
      'Authentication-Results: mx.example.net; spf=pass (pass.example authorizes 192.0.2.7 \\(ip4:192.0.2.0/24\\)) smtp.mailfrom=a@pass.example; spf=neutral (neutral.example says nothing about 192.0.2.7 \\(?all\\)) smtp.helo=neutral.example',
    )
  })
  it.each<[settings: object, subject: object, results: string[]]>([
    [{}, { sender: '', helo: 'pass.example' }, ['spf=pass smtp.helo=pass.example']],
    [{ helo_reject: 'off' }, {}, ['spf=none smtp.mailfrom=a@none.example']],
    [{ allow_addresses: ['192.0.2.7'] }, {}, []],
  ])('%j %j: %j', async (more, subject, results) => {
    const parsed = parseAuthenticationResults((await fieldOf({ ...settings, ...more }, subject)) ?? '')
    if (!parsed.ok) throw new TypeError('no field')
    const found = parsed.value.results.map(
      ({ method, result, properties: [property] }) =>
        `${method}=${result} ${property?.ptype}.${property?.property}=${property?.value}`,
    )
    expect(found).toEqual(results)
  })
  it('names who says so', async () => {
    expect(await fieldOf({ ...settings, authserv_id: 'example.net' }, {})).toMatch(
      /^Authentication-Results: example\.net; spf=/,
    )
  })
})

describe('clients that SPF is not applied to', () => {
  it.each<[settings: object, subject: object, phrase: string]>([
    [{ allow_addresses: ['192.0.2.7'] }, {}, 'whitelisted relay'],
    [{ allow_domains: ['pass.example'] }, {}, 'whitelisted relay domain'],
    [{ allow_helo_names: ['relay.example'] }, { helo: 'relay.example' }, 'whitelisted HELO domain'],
    [
      { allow_ptr_domains: ['relay.example'] },
      { client: clientAt('192.0.2.7', 'relay.example') },
      'PTR whitelisted relay domain',
    ],
    [{ forwarders: ['192.0.2.7'] }, {}, 'trusted forwarder'],
  ])('%j: %s', async (settings, subject, phrase) => {
    const { helo } = mail(subject)
    expect(await fieldOf(settings, subject)).toBe(
      `X-Comment: SPF skipped for ${phrase} - client-ip=192.0.2.7; helo=${helo}; envelope-from=a@none.example; receiver=mx.example.net`,
    )
  })
  it('get a field of printable ASCII', async () => {
    const subject = { helo: 'x\r\nX-Evil: 1', sender: '' }
    expect(await fieldOf({ allow_addresses: ['192.0.2.7'] }, subject)).toBe(
      'X-Comment: SPF skipped for whitelisted relay - client-ip=192.0.2.7; helo=x??X-Evil: 1; envelope-from=<>; receiver=mx.example.net',
    )
  })
})

describe('no header', () => {
  it.each<[settings: object, subject: object]>([
    [{ header: 'none' }, { sender: 'a@pass.example' }],
    [{ header: 'none', allow_addresses: ['192.0.2.7'] }, {}],
    [{}, { client: clientAt('127.0.0.1') }],
    [{ header: 'authentication-results' }, { client: clientAt('127.0.0.1') }],
    [{ helo_reject: 'off' }, { sender: '' }],
    [{}, { isAuthenticated: true }],
  ])('%j %j', async (settings, subject) => {
    expect(await fieldOf(settings, subject)).toBeUndefined()
  })
})
