import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { attributeNames, createPolicySession, formatRequest, type PolicyRequest } from '../src/index.ts'
import { bytesOf, latin1, request } from './bytes.ts'

function read(bytes: Uint8Array): PolicyRequest[] {
  return createPolicySession()
    .receive(bytes)
    .map((event) => {
      if (event.kind !== 'request') throw new Error(`${event.code} at ${event.at}: ${event.excerpt}`)
      return event.request
    })
}

const one = (...lines: string[]) => read(bytesOf(request(...lines)))[0]!

// What Postfix 3.7.11 sent on this machine for one SMTP session, asked at every restriction list.
const captured = read(readFileSync(new URL('fixtures/postfix-3.7.11.txt', import.meta.url)))

// Those that came later than 3.7.
const later = ['compatibility_level', 'mail_version']

describe('a real Postfix 3.7.11', () => {
  it('asks at every command', () => {
    expect(captured.map((asked) => asked.get('protocol_state'))).toEqual([
      'CONNECT',
      'EHLO',
      'MAIL',
      'RCPT',
      'RCPT',
      'DATA',
      'END-OF-MESSAGE',
      'VRFY',
      'ETRN',
    ])
  })

  it('sends exactly the attributes that are named here', () => {
    const names = attributeNames.filter((name) => !later.includes(name)).sort()
    for (const asked of captured) expect([...asked.attributes.keys()].sort()).toEqual(names)
  })

  it('gives each attribute the same value through get() and through the map', () => {
    for (const asked of captured)
      for (const [name, value] of asked.attributes) expect(asked.get(name), name).toBe(value)
  })

  it.each([
    [0, { policy_context: 'at-connect', helo_name: '', client_address: '127.0.0.1', instance: '' }],
    [
      3,
      { helo_name: 'mail.example.org', sender: 'a@example.org', recipient: 'u1@lab.example', queue_id: '' },
    ],
    [4, { recipient: 'u2@lab.example', recipient_count: '0', size: '1234' }],
    [5, { recipient: '', recipient_count: '2' }],
    [8, { etrn_domain: 'lab.example' }],
  ])('request %i has its values', (index, values) => {
    for (const [name, value] of Object.entries(values)) expect(captured[index]!.get(name), name).toBe(value)
  })

  it('names the queue only after the first recipient, and one instance for both', () => {
    expect(captured[4]!.get('queue_id')).toMatch(/^[0-9A-F]+$/)
    expect(captured[3]!.get('instance')).toBe(captured[4]!.get('instance'))
  })
})

describe('attributes', () => {
  it('that are missing are undefined, empty ones are empty', () => {
    const asked = one('sender=')
    expect(asked.get('sender')).toBe('')
    expect(asked.get('recipient')).toBeUndefined()
    expect(asked.get('')).toBeUndefined()
  })

  it('may have "=" in the value', () => {
    expect(one('sender="a=b"@example.org', 'ccert_subject==').attributes).toEqual(
      new Map([
        ['request', 'smtpd_access_policy'],
        ['sender', '"a=b"@example.org'],
        ['ccert_subject', '='],
      ]),
    )
  })

  it('that are repeated have their last value, in the place of the first', () => {
    const asked = one('sender=a', 'size=1', 'sender=b', 'sender=')
    expect(asked.get('sender')).toBe('')
    expect([...asked.attributes]).toEqual([
      ['request', 'smtpd_access_policy'],
      ['sender', ''],
      ['size', '1'],
    ])
  })

  it('that nobody knows are kept', () => {
    const asked = one('x_new=1', 'größe=2', 'a b=3')
    expect(asked.get('x_new')).toBe('1')
    expect(asked.get('a b')).toBe('3')
    expect(asked.attributes.get('größe')).toBe('2')
  })

  it('are UTF-8, and invalid sequences become U+FFFD', () => {
    const text = request(
      'sender=gr\xc3\xbc\xc3\x9fe@example.org',
      'helo_name=gr\xfc\xdfe',
      'size=\xf0\x9f\x93',
    )
    const asked = read(latin1(text))[0]!
    expect(asked.get('sender')).toBe('grüße@example.org')
    expect(asked.get('helo_name')).toBe('gr\ufffd\ufffde')
    expect(asked.get('size')).toBe('\ufffd')
  })

  it('end before a carriage return, and so does the request', () => {
    const asked = read(bytesOf('request=smtpd_access_policy\r\nsender=\r\nsize=1\r2\r\n\r\n'))[0]!
    expect(asked.get('request')).toBe('smtpd_access_policy')
    expect(asked.get('sender')).toBe('')
    expect(asked.get('size')).toBe('1\r2')
  })

  it('stay the same when the chunk they came in is used again', () => {
    const chunk = Buffer.from(request('sender=a@example.org'))
    const asked = createPolicySession().receive(chunk)[0]!
    chunk.fill(0)
    expect(asked.kind === 'request' && asked.request.get('sender')).toBe('a@example.org')
  })
})

describe('formatRequest', () => {
  it('writes what a session reads', () => {
    const attributes = { protocol_state: 'RCPT', sender: '', helo_name: 'a=b', recipient: 'ü@example.org' }
    const asked = read(bytesOf(formatRequest(attributes)))
    expect(asked).toHaveLength(1)
    expect(Object.fromEntries(asked[0]!.attributes)).toEqual({
      request: 'smtpd_access_policy',
      ...attributes,
    })
  })

  it('lets no value end a line', () => {
    const asked = read(bytesOf(formatRequest({ helo_name: 'a\nsender=b\r\n\n\0' })))
    expect(asked.map((r) => r.get('helo_name'))).toEqual(['a?sender=b????'])
  })

  it('keeps a request attribute that is there', () => {
    expect(formatRequest({ size: '1', request: 'junk' })).toBe('size=1\nrequest=junk\n\n')
  })
})
