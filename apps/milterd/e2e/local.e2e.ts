// Mail that begins on this host: handed in with sendmail(1), and the bounces that Postfix itself writes.

import path from 'node:path'
import type { Message } from '@postern/e2e/delivered'
import { verifyWithDkimpy } from '@postern/e2e/dkimpy'
import { documented } from '@postern/e2e/documented'
import { testWithOpendkim } from '@postern/e2e/opendkim'
import { preparePostfix } from '@postern/e2e/postfix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { onlyMessage, openStage, ourselves, type Stage, stranger } from './stage.ts'

const prepared = preparePostfix()
const rsa = makeKey(path.join(prepared.directory, 'keys'), 'rsa')
const records = {
  'rsa._domainkey.example.org': rsa.record,
  [`rsa._domainkey.${ourselves}`]: rsa.record,
}

type Way = 'milter'
let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage<Way>({
    prepared,
    zone: zoneOf(records),
    ways: {
      milter: {
        settings: `
[signing]
domains = ["example.org", "${ourselves}"]
selector = "rsa"
key_file = "${rsa.file}"
internal_hosts = []
`,
      },
    },
    mainCf: (milterOf) => `${documented('/etc/postfix/main.cf with the milter', {
      'inet:127.0.0.1:10024': milterOf('milter'),
    })}
smtpd_reject_unlisted_recipient = no
transport_maps = inline:{ { gone.example.com = error:5.1.1 nobody here } }
`,
  })
})
afterAll(() => stage?.stop())

/** Signed once, by that domain, and good for both peers. */
async function expectSigned(message: Message, domain: string): Promise<void> {
  const [field, ...more] = message.header('DKIM-Signature')
  expect(more).toEqual([])
  expect(field).toContain(`d=${domain};`)
  expect(verifyWithDkimpy([message.bytes], records)).toEqual([['pass']])
  expect(
    await testWithOpendkim(
      { directory: stage.directory, name: 'local', dnsPort: stage.dns.port },
      message.bytes,
    ),
  ).toBe(`verification (s=rsa, d=${domain}, 2048-bit key) succeeded`)
}

describe('sendmail(1)', () => {
  it.each([
    [
      'a whole message',
      'From: Ann <ann@example.org>\nTo: bob@lab.example.com\nSubject: whole\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\n\nHello,\n.\n  trailing  \n\n\n',
    ],
    // As cron and scripts send it: Postfix adds From, Date and Message-Id, which are signed as well.
    ['only a subject', 'Subject: nightly job\n\nall is well\n'],
    ['an empty message', ''],
    ['8-bit text', 'Subject: gr\xfc\xdfe\nFrom: <ann@example.org>\n\nGr\xfc\xdfe\n'],
  ])('%s is signed', async (what, content) => {
    const to = `${what.replaceAll(' ', '-')}@lab.example.com`
    stage.postfix.submit({ sender: 'ann@example.org', recipients: [to], content })
    const message = await onlyMessage(stage.postfix, to)
    await expectSigned(message, 'example.org')
    expect(message.names).toEqual(expect.arrayContaining(['From', 'Date', 'Message-ID'].map(anyCase)))
  })

  it('is said so in the log', async () => {
    const line = await stage.daemon('milter').line('message', { client: 'local' })
    expect(line.fields.get('signed')).toBe('example.org:rsa')
    expect(line.fields.get('queue_id')).toMatch(/^[0-9A-F]+$/)
  })

  it('of another domain it is not signed, and the log says why', async () => {
    const to = 'foreign@lab.example.com'
    stage.postfix.submit({
      sender: 'ann@example.com',
      recipients: [to],
      content: 'From: ann@example.com\n\nHello.\n',
    })
    const message = await onlyMessage(stage.postfix, to)
    expect(message.names).not.toContain('DKIM-Signature')
    const line = await stage.daemon('milter').line('message', { sender: 'ann@example.com' })
    expect(line.fields.get('not_signed')).toBe("not signed: no signing domain match for 'example.com'")
  })
})

describe('a bounce', () => {
  it('is signed', async () => {
    const reply = await stage.send('milter', {
      client: { ...stranger, login: 'carol' },
      sender: 'carol@lab.example.com',
      to: 'somebody@gone.example.com',
      content: 'From: carol@lab.example.com\r\nSubject: into the void\r\n\r\nHello?\r\n',
    })
    expect(reply.codes).toBe('250 2.0.0')
    const message = await onlyMessage(stage.postfix, 'carol@lab.example.com')
    expect(message.header('Return-Path')).toEqual(['<>'])
    expect(message.header('From')).toEqual([expect.stringContaining(`MAILER-DAEMON@${ourselves}`)])
    expect(message.bytes.toString('latin1')).toContain('nobody here')
    await expectSigned(message, ourselves)
    const line = await stage.daemon('milter').line('message', { signed: `${ourselves}:rsa` })
    expect(line.fields.get('client')).toBe('local')
  })
})

const anyCase = (name: string) => expect.stringMatching(new RegExp(`^${name}$`, 'i'))
