// Mail that is ours leaves signed, and whoever gets it can verify it: opendkim, dkimpy, and milterd at its other end.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Message } from '@postern/e2e/delivered'
import { verifyWithDkimpy } from '@postern/e2e/dkimpy'
import { preparePostfix } from '@postern/e2e/postfix'
import { sendMail } from '@postern/e2e/smtp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { oddMessages } from './odd-messages.ts'
import {
  internalClient,
  onlyMessage,
  openStage,
  ourResults,
  type Places,
  queueIdOf,
  type Stage,
  stranger,
} from './stage.ts'

const prepared = preparePostfix()
const keys = path.join(prepared.directory, 'keys')
const rsa = makeKey(keys, 'rsa')
const ed25519 = makeKey(keys, 'ed25519', { algorithm: 'ed25519' })
const net = makeKey(keys, 'net')

const records = {
  'rsa._domainkey.example.org': rsa.record,
  'ed._domainkey.example.org': ed25519.record,
  'net._domainkey.example.net': net.record,
  'any._domainkey.sub.example.com': net.record,
}

const internal = 'internal_hosts = ["192.0.2.0/24", "!192.0.2.13"]'
const both = `
[signing]
domains = ["example.org"]
selector = "rsa"
key_file = "${rsa.file}"
ed25519_selector = "ed"
ed25519_key_file = "${ed25519.file}"
${internal}
`

type Way = 'relaxed' | 'simple' | 'tables' | 'arriving'

let stage: Stage<Way>

/** Hands mail on to where it is verified, as to another host. */
const leaving = ({ portOf }: Places) => `  -o content_filter=smtp:[127.0.0.1]:${portOf('arriving')}`

beforeAll(async () => {
  writeFileSync(
    path.join(keys, 'key.table'),
    `org example.org:rsa:${rsa.file}
org-ed example.org:ed:${ed25519.file}
net example.net:net:${net.file}
any %:any:${keys}/net
`,
  )
  writeFileSync(
    path.join(keys, 'signing.table'),
    `*@example.org org-ed
*@example.org org
*@example.net net
*@*.example.com any
`,
  )
  stage = await openStage<Way>({
    prepared,
    zone: zoneOf(records),
    ways: {
      relaxed: { settings: both, smtpd: leaving },
      simple: { settings: `${both}canonicalization = "simple/simple"\n`, smtpd: leaving },
      tables: {
        settings: `
[signing]
key_table = "${keys}/key.table"
signing_table = "refile:${keys}/signing.table"
multiple_signatures = true
${internal}
`,
        smtpd: leaving,
      },
      arriving: { settings: `[signing]\n${internal}\n`, behind: 'verifier' },
    },
    opendkims: { verifier: 'Mode v\nAuthservID opendkim.example.com\nInternalHosts 192.0.2.0/24\n' },
    smtpds: { narrow: ({ portOf }) => `  -o content_filter=breaking:[127.0.0.1]:${portOf('arriving')}` },
    masterCf: 'breaking unix - - n - - smtp -o smtp_line_length_limit=998',
    // Lines are not broken on their way from here: see the test where they are. One message after the other: opendkim 2.11
    // dies now and then when several come at once.
    mainCf: () => `smtp_line_length_limit = 0
smtp_destination_concurrency_limit = 1
smtp_initial_destination_concurrency = 1`,
  })
})
afterAll(() => stage?.stop())

/** The results of opendkim, which got the message first. */
const opendkimResults = (message: Message): readonly string[] =>
  message
    .header('Authentication-Results')
    .filter((value) => value.startsWith('opendkim.example.com;'))
    .flatMap((value) => value.match(/dkim=\w+|header\.a=[\w-]+/g) ?? [])

describe.each(['relaxed', 'simple'] as const)('with %s canonicalization', (way) => {
  const names = Object.keys(oddMessages) as (keyof typeof oddMessages)[]
  const recipientOf = (name: string) => `${way}-${name.replaceAll(/[^\w]/g, '-')}@lab.example.com`
  let byDkimpy: ReadonlyMap<string, readonly string[]>
  const arrived = new Map<string, Message>()

  beforeAll(async () => {
    await Promise.all(
      names.map(async (name) =>
        queueIdOf(
          await stage.send(way, {
            client: internalClient,
            to: recipientOf(name),
            content: oddMessages[name],
          }),
        ),
      ),
    )
    for (const name of names) arrived.set(name, await onlyMessage(stage.postfix, recipientOf(name)))
    const results = verifyWithDkimpy(
      names.map((name) => arrived.get(name)!.bytes),
      records,
    )
    byDkimpy = new Map(names.map((name, index) => [name, results[index]!]))
  })

  it.each(names)('%s verifies with RSA and Ed25519 at the other end', (name) => {
    const message = arrived.get(name)!
    expect
      .soft(ourResults(message))
      .toMatch(
        /^dkim=pass \(2048-bit key\) header\.d=example\.org header\.s=rsa header\.a=rsa-sha256 \S+; dkim=pass \(256-bit key\) header\.d=example\.org header\.s=ed header\.a=ed25519-sha256 \S+; iprev=/,
      )
    expect
      .soft(opendkimResults(message))
      .toEqual(['dkim=pass', 'header.a=rsa-sha256', 'dkim=pass', 'header.a=ed25519-sha256'])
    expect.soft(byDkimpy.get(name)).toEqual(['pass', 'pass'])
    expect(message.header('DKIM-Signature').map((value) => /c=([\w/]+)/.exec(value)?.[1])).toEqual([
      `${way}/${way}`,
      `${way}/${way}`,
    ])
  })
})

describe('a relay that breaks long lines', () => {
  it('breaks the signature, and the receiver says what has happened', async () => {
    const to = 'narrow@lab.example.com'
    const { message: signed } = await stage.deliver('relaxed', {
      client: internalClient,
      to: 'wide@lab.example.com',
      content: oddMessages['very long lines'],
    })
    await stage.send('narrow', { to, content: signed.bytes.toString('latin1') })
    const message = await onlyMessage(stage.postfix, to)
    expect(ourResults(message)).toMatch(
      /^dkim=fail \(the signature of example\.org \\\(selector rsa\\\) does not fit the body: the body hash differs, while the header is as it was signed; .*\) header\.d=example\.org /,
    )
    expect(opendkimResults(message)).toContain('dkim=fail')
  })
})

const content = (from: string) => `From: ${from}\r\nTo: bob@lab.example.com\r\nSubject: who\r\n\r\nHello.\r\n`

/** `selector` of each signature, from the top, by the domain. */
const signaturesOf = (message: Message) =>
  message
    .header('DKIM-Signature')
    .map((value) => [...value.matchAll(/\b[ds]=([\w.-]+)/g)].map(([, text]) => text).join(':'))

describe('mail is ours', () => {
  it.each([
    ['of an internal host', { client: internalClient }, undefined],
    ['of a user who has logged in', { client: { ...stranger, login: 'ann' } }, 'ann'],
    ['as another sender, but with our From', { client: internalClient, sender: 'x@example.com' }, undefined],
  ])('%s', async (what, sending, user) => {
    const to = `${what.replaceAll(/\W/g, '-')}@lab.example.com`
    const { message, line } = await stage.deliver('relaxed', {
      to,
      content: content('Ann <ann@Example.ORG>'),
      ...sending,
    })
    expect(signaturesOf(message)).toEqual(['example.org:rsa', 'example.org:ed'])
    expect(line.fields.get('signed')).toBe('example.org:rsa,example.org:ed')
    expect(line.fields.get('user')).toBe(user)
    // By the time it arrives elsewhere it is as good.
    expect(ourResults(message)).toMatch(/^dkim=pass .*dkim=pass /)
  })

  it('when the user has logged in with a password', async () => {
    const mail = { helo: 'laptop.local', sender: 'ann@example.org', recipients: ['login@lab.example.com'] }
    const port = stage.postfix.portOf('relaxed')
    const reply = await sendMail(port, { ...mail, subject: 'login', login: 'ann' })
    expect(reply.codes).toBe('250 2.0.0')
    const message = await onlyMessage(stage.postfix, 'login@lab.example.com')
    expect(signaturesOf(message)).toEqual(['example.org:rsa', 'example.org:ed'])
    expect(verifyWithDkimpy([message.bytes], records)).toEqual([['pass', 'pass']])
    const line = await stage.daemon('relaxed').line('message', { user: 'ann', sender: 'ann@example.org' })
    expect(line.fields.get('signed')).toBe('example.org:rsa,example.org:ed')
  })

  it.each([
    ['of a stranger', { client: stranger }, 'unknown [203.0.113.66]'],
    ['of a host that internal_hosts excepts', { client: { address: '192.0.2.13' } }, 'unknown [192.0.2.13]'],
    [
      'of a host with a name',
      { client: { address: '198.51.100.7', name: 'gw1.pool.example.org' } },
      'gw1.pool.example.org [198.51.100.7]',
    ],
  ])('not %s, and the log says why', async (what, sending, host) => {
    const to = `not-${what.replaceAll(/\W/g, '-')}@lab.example.com`
    const { message, line } = await stage.deliver('relaxed', {
      to,
      content: content('ann@example.org'),
      ...sending,
    })
    expect(signaturesOf(message)).toEqual([])
    expect(line.fields.get('not_signed')).toBe(`not signed: ${host} not internal; not authenticated`)
    expect(line.fields.get('warning')).toMatch(/^external host \S+ attempted to send as example\.org$/)
  })

  it('not when the domain is another', async () => {
    const { message, line } = await stage.deliver('relaxed', {
      client: internalClient,
      to: 'other-domain@lab.example.com',
      content: content('ann@example.com'),
    })
    expect(signaturesOf(message)).toEqual([])
    expect(line.fields.get('not_signed')).toBe("not signed: no signing domain match for 'example.com'")
  })
})

describe('with tables', () => {
  it.each([
    ['ann@example.org', ['example.org:rsa', 'example.org:ed']],
    ['"Ann, of the net" <ann@EXAMPLE.net>', ['example.net:net']],
    ['ann@sub.example.com', ['sub.example.com:any']],
  ])('%s is signed with the keys of its rows', async (from, expected) => {
    const to = `table-${expected.length}-${expected[0]!.split(':')[0]}@lab.example.com`
    const { message } = await stage.deliver('tables', { client: internalClient, to, content: content(from) })
    expect(signaturesOf(message)).toEqual(expected)
    expect(verifyWithDkimpy([message.bytes], records)).toEqual([expected.map(() => 'pass')])
    expect(opendkimResults(message).filter((word) => word === 'dkim=pass')).toHaveLength(expected.length)
  })

  it('an address without a row is not signed, and the log says so', async () => {
    const { message, line } = await stage.deliver('tables', {
      client: internalClient,
      to: 'no-row@lab.example.com',
      content: content('ann@example.com'),
    })
    expect(signaturesOf(message)).toEqual([])
    expect(line.fields.get('not_signed')).toBe("not signed: no signing table match for 'ann@example.com'")
  })
})
