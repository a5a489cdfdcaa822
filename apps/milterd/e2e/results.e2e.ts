// The one Authentication-Results field that milterd writes, and those of others that came with the message.

import path from 'node:path'
import type { Message } from '@postern/e2e/delivered'
import { signWithDkimpy } from '@postern/e2e/dkimpy'
import { preparePostfix } from '@postern/e2e/postfix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { internalClient, openStage, ourResults, ourselves, type Stage, stranger } from './stage.ts'

const prepared = preparePostfix()
const rsa = makeKey(path.join(prepared.directory, 'keys'), 'rsa')

const zone = `${zoneOf({ 'rsa._domainkey.example.org': rsa.record })}
example.org       TXT "v=spf1 ip4:192.0.2.10 -all"
mail.example.net  TXT "v=spf1 a -all"
`

const signing = `
[signing]
domains = ["example.org"]
selector = "rsa"
key_file = "${rsa.file}"
internal_hosts = ["192.0.2.64/26"]
`

type Way = 'usual' | 'named' | 'all' | 'bare'
let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage<Way>({
    prepared,
    zone,
    ways: {
      usual: { settings: signing, milter: 'skip_hosts = ["198.51.100.0/24", "filter.example.org"]' },
      named: {
        milter: `authserv_id = "results.example.com"\nremove_authentication_results_of = [".Example.NET", "friend.example.com"]`,
      },
      all: { milter: 'remove_authentication_results_of = ["*"]' },
      bare: { milter: 'spf = false\niprev = false', settings: '[dkim]\nenabled = false\n' },
    },
  })
})
afterAll(() => stage?.stop())

const known = { address: '192.0.2.10', name: 'mail.example.net' }
const letter =
  'From: ann@example.org\r\nTo: bob@lab.example.com\r\nSubject: results\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n'
const signed = () =>
  `${signWithDkimpy([[letter, { domain: 'example.org', selector: 'rsa', key: rsa.pem }]])[0]}${letter}`

/** The values of Authentication-Results, the topmost first. */
const resultsIn = (message: Message) => message.header('Authentication-Results')

describe('one field', () => {
  it('tells DKIM, SPF of sender and HELO name, and the name of the client, above all other fields', async () => {
    const { message, line } = await stage.deliver('usual', {
      client: known,
      to: 'all@lab.example.com',
      content: signed(),
    })
    expect(ourResults(message)).toMatch(
      /^dkim=pass \(2048-bit key\) header\.d=example\.org header\.s=rsa header\.a=rsa-sha256 header\.b="?[\w+/]{8}"?; spf=pass \(.*\) smtp\.mailfrom=alice@example\.org; spf=pass \(.*\) smtp\.helo=mail\.example\.net; iprev=pass \(mail\.example\.net\) policy\.iprev=192\.0\.2\.10$/,
    )
    expect(message.queuedNames.slice(0, 3)).toEqual(['Authentication-Results', 'Received', 'DKIM-Signature'])
    expect(Object.fromEntries(line.fields)).toMatchObject({
      client: '192.0.2.10',
      client_name: 'mail.example.net',
      helo: 'mail.example.net',
      sender: 'alice@example.org',
      recipients: '1',
      dkim: 'pass:example.org:rsa',
      spf: 'helo:pass,mailfrom:pass',
      iprev: 'pass',
      action: 'accept',
    })
  })

  it('is folded into lines of 78 columns at most where it can be', async () => {
    const { message } = await stage.deliver('usual', {
      client: known,
      to: 'folded@lab.example.com',
      content: signed(),
    })
    const text = message.bytes.toString('latin1')
    const field = text.slice(0, text.indexOf('\r\nReceived:')).split('\r\n')
    expect(field[0]).toBe(`Authentication-Results: ${ourselves};`)
    for (const line of field) expect(line.length).toBeLessThanOrEqual(78)
    for (const line of field.slice(1)) expect(line).toMatch(/^\t\S/)
  })

  it('tells of a stranger who may not send for the domain, and is unknown', async () => {
    const { message, line } = await stage.deliver('usual', {
      to: 'stranger@lab.example.com',
      content: letter,
    })
    expect(ourResults(message)).toMatch(
      /^dkim=none; spf=fail \(.*\) smtp\.mailfrom=alice@example\.org; spf=fail \(.*\) smtp\.helo=mail\.example\.net; iprev=fail policy\.iprev=203\.0\.113\.66$/,
    )
    expect(line.fields.get('spf')).toMatch(/^helo:fail\(.*\),mailfrom:fail\(/)
  })

  it('tells of a bounce, which has only the HELO name', async () => {
    const { message } = await stage.deliver('usual', {
      client: known,
      sender: '',
      to: 'bounce@lab.example.com',
      content: letter,
    })
    expect(ourResults(message)).toMatch(
      /^dkim=none; spf=pass \(.*\) smtp\.helo=mail\.example\.net; iprev=pass /,
    )
  })

  it('says none when nothing is looked at', async () => {
    const { message } = await stage.deliver('bare', { to: 'bare@lab.example.com', content: signed() })
    expect(ourResults(message)).toBe('none')
  })

  it('is not on mail that we sign', async () => {
    const { message } = await stage.deliver('usual', {
      client: internalClient,
      to: 'signed@lab.example.com',
      content: letter,
    })
    expect(message.queuedNames.slice(0, 2)).toEqual(['DKIM-Signature', 'Received'])
    expect(resultsIn(message)).toEqual([])
  })
})

/** All claim to be ours, as some reader could take them. */
const forged = [
  `Authentication-Results: ${ourselves}; dkim=pass header.d=bank.example`,
  'Authentication-Results: MX.Lab.Example.COM; spf=pass smtp.mailfrom=ceo@bank.example',
  `authentication-results:(a comment (in a comment)) ${ourselves} 1; dmarc=pass`,
  `AUTHENTICATION-RESULTS: \r\n\t${ourselves}\r\n ; dkim=pass\r\n\theader.d=bank.example`,
  `Authentication-Results: "${ourselves}"; dkim=pass`,
  `Authentication-Results:${ourselves};dkim=pass`,
  'Authentication-Results: ; dkim=pass',
]
const others = [
  'Authentication-Results: mx.example.net; dkim=pass header.d=example.org',
  `Authentication-Results: not-${ourselves}; dkim=pass`,
  `Authentication-Results: friend.example.com; spf=pass (${ourselves})`,
  `X-Authentication-Results: ${ourselves}; dkim=pass`,
  'Authentication-Results-Original: kept',
]

/** Forged fields and those of others in turn, between other fields. */
const mixed = `Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\r\n${forged
  .flatMap((field, index) => [field, others[index] ?? `X-Between: ${index}`])
  .join('\r\n')}\r\n${forged[0]}\r\n${letter}`

describe('forged fields vanish', () => {
  it('wherever they stand, and those of others stay in their order', async () => {
    const { message, line } = await stage.deliver('usual', { to: 'forged@lab.example.com', content: mixed })
    expect(ourResults(message)).toMatch(/^dkim=none; /)
    expect(line.fields.get('forged_results_removed')).toBe(String(forged.length + 1))
    const text = message.bytes.toString('latin1')
    expect(text).not.toContain('bank.example')
    const rest = text.slice(text.indexOf('\r\nReceived: from a by b') + 2)
    expect(rest).toBe(
      `Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\r\n${[...others, 'X-Between: 5', 'X-Between: 6'].join('\r\n')}\r\n${letter}`,
    )
  })

  it('from mail of our own hosts, too, whose signature then covers what is left', async () => {
    const { message } = await stage.deliver('usual', {
      client: internalClient,
      to: 'forged-inside@lab.example.com',
      content: mixed,
    })
    expect(message.header('DKIM-Signature')).toHaveLength(1)
    expect(resultsIn(message).map((value) => value.split(';')[0])).toEqual([
      'mx.example.net',
      `not-${ourselves}`,
      'friend.example.com',
    ])
  })

  it('with the names of remove_authentication_results_of', async () => {
    const { message, line } = await stage.deliver('named', { to: 'named@lab.example.com', content: mixed })
    const [ours, ...rest] = resultsIn(message).map((value) => value.split(';')[0])
    expect(ours).toBe('results.example.com')
    // Here the fields with the name of the host are those of another.
    expect(rest).toContain(ourselves)
    expect(rest).toContain(`not-${ourselves}`)
    expect(rest).not.toContain('mx.example.net')
    expect(rest).not.toContain('friend.example.com')
    // Theirs, and the one without a name.
    expect(line.fields.get('forged_results_removed')).toBe('3')
  })

  it('all of them with "*"', async () => {
    const { message } = await stage.deliver('all', { to: 'star@lab.example.com', content: mixed })
    expect(ourResults(message)).toMatch(/^dkim=none; /)
    expect(resultsIn(message)).toHaveLength(1)
    expect(message.queuedNames).toContain('X-Authentication-Results')
  })

  it.each([
    ['an address', { address: '198.51.100.9' }],
    ['a name', { address: '203.0.113.9', name: 'filter.example.org' }],
  ])('but not from mail of skip_hosts, by %s, which stays as it is', async (by, client) => {
    const to = `skip-${by.replace(' ', '-')}@lab.example.com`
    const { codes } = await stage.send('usual', { client, to, content: mixed })
    expect(codes).toBe('250 2.0.0')
    const [message] = await stage.postfix.deliveredTo(to)
    const text = message!.bytes.toString('latin1')
    expect(text.slice(text.indexOf('\r\nReceived: from a by b') + 2)).toBe(mixed)
    expect(message!.queuedNames[0]).toBe('Received')
  })
})

describe('what strangers write', () => {
  it('cannot leave its place in the field', async () => {
    const { message } = await stage.deliver('usual', {
      client: stranger,
      helo: '[203.0.113.66]',
      sender: '"a; dkim=pass (x"@example.org',
      to: 'quoted@lab.example.com',
      content: letter,
    })
    expect(ourResults(message)).toMatch(
      /^dkim=none; spf=fail \(.*\\\(-all\\\)\) smtp\.mailfrom="a; dkim=pass \(x"@example\.org; /,
    )
  })
})
