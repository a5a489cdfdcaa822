import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { secondsNow, untilSecond } from '@postern/e2e/clock'
import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import { documented } from '@postern/e2e/documented'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { type Client, openDialogue, sendMail } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// Long enough for a retry to be too early on a slow machine.
const delaySeconds = 3

let dns: Dns
let daemon: Daemon
let observer: Daemon
let postfix: Postfix

/** In the formats of postgrey's whitelist_clients and whitelist_recipients. */
const listedClients = `# greylisting.org
listed.example.org
/^mta[0-9]+\\.example\\.com$/
203.0.113.0/28
`

beforeAll(async () => {
  const prepared = preparePostfix()
  const port = await freePort()
  const observerPort = await freePort()
  dns = await startDns()
  writeFileSync(path.join(prepared.directory, 'whitelist_clients'), listedClients)
  writeFileSync(path.join(prepared.directory, 'whitelist_recipients'), 'postmaster@\n')
  daemon = await startDaemon({
    directory: prepared.directory,
    settings: `
[policy]
listen = ["127.0.0.1:${port}"]
[store]
directory = "state"
[spf]
header = "none"
[greylist]
delay_seconds = ${delaySeconds}
clients_files = ["${prepared.directory}/whitelist_clients", "${prepared.directory}/whitelist_clients.local"]
recipients_files = ["${prepared.directory}/whitelist_recipients"]
${dns.settings}`,
  })
  const observed = path.join(prepared.directory, 'observer')
  mkdirSync(observed)
  observer = await startDaemon({
    directory: observed,
    settings: `
[policy]
listen = ["127.0.0.1:${observerPort}"]
[store]
directory = "state"
[greylist]
mode = "observe"
${dns.settings}`,
  })
  const ask = (where: number) =>
    `smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:${where}`
  postfix = await prepared.start({
    mainCf: ask(port),
    smtpds: { observing: `  -o { ${ask(observerPort)} }` },
  })
})

afterAll(async () => {
  await postfix?.stop()
  await daemon?.stop()
  await observer?.stop()
  await dns?.close()
})

const helo = 'mail.example.net'
const sender = 'alice@example.net'

/** One attempt in a session of its own. */
async function attempt(client: Client, ...recipients: readonly string[]): Promise<string> {
  const session = await openDialogue(postfix.port, client)
  await session.greet(helo)
  const replies = await session.envelope(sender, ...recipients)
  await session.close()
  return replies.map(({ codes }) => codes).join(', ')
}

describe('a new sender', () => {
  it('is deferred, again when it retries too early, and passes later with a header', async () => {
    const recipient = 'bob@lab.example.com'
    const mail = { helo, sender, recipients: [recipient], subject: 'first mail' }

    const first = await sendMail(postfix.port, mail)
    const firstAt = secondsNow()
    expect(first.codes).toBe('450 4.2.0')
    expect(first.text).toBe(
      `<${recipient}>: Recipient address rejected: Greylisted: please try again in ${delaySeconds} seconds`,
    )
    const early = await sendMail(postfix.port, mail)
    expect(early.codes).toBe('450 4.2.0')
    expect(early.text).toMatch(/try again in [1-3] seconds$/)

    await untilSecond(firstAt + delaySeconds)
    expect((await sendMail(postfix.port, mail)).codes).toBe('250 2.0.0')
    const [message] = await postfix.delivered(mail.subject)
    const [header, ...more] = message!.header('X-Greylist')
    expect(header).toMatch(
      /^delayed [3-9] seconds by postern-\d+\.\d+\.\d+ at \S+; \w{3}, \d\d \w{3} \d{4} [\d:]{8} UTC$/,
    )
    expect(header).toContain(` at ${os.hostname()};`)
    expect(more).toEqual([])

    const subject = 'second mail'
    expect((await sendMail(postfix.port, { ...mail, subject })).codes).toBe('250 2.0.0')
    const [second] = await postfix.delivered(subject)
    expect(second!.header('X-Greylist')).toEqual([])

    const lines = await daemon.decisions(recipient, 4)
    expect(lines.map(({ fields }) => fields.get('greylist_check'))).toEqual([
      `new(${delaySeconds}s)`,
      expect.stringMatching(/^early-retry\([1-3]s\)$/),
      expect.stringMatching(/^waited\([3-9]s\)$/),
      'passed-before',
    ])
    expect(lines.map(({ fields }) => fields.get('action'))).toEqual([
      `DEFER_IF_PERMIT 4.2.0 Greylisted: please try again in ${delaySeconds} seconds`,
      expect.stringMatching(/^DEFER_IF_PERMIT 4\.2\.0 Greylisted: /),
      `PREPEND X-Greylist: ${header}`,
      'DUNNO',
    ])
    // The page for administrators shows a line of this daemon.
    const shown = documented('log')
      .trim()
      .replaceAll(/"[^"]*"/g, '""')
    const keysOf = (text: string) => [...text.matchAll(/ ([a-z_]+)=/g)].map(([, key]) => key)
    expect(keysOf(shown)).toEqual([...lines[0]!.fields.keys()].toSpliced(1, 0, 'client_name'))
  })

  it('to two recipients gets one header on the message', async () => {
    const recipients = ['carol@lab.example.com', 'dave@lab.example.com']
    const mail = { helo, sender, recipients, subject: 'for two' }
    expect((await sendMail(postfix.port, mail)).codes).toBe('450 4.2.0')
    const firstAt = secondsNow()
    await untilSecond(firstAt + delaySeconds)
    expect((await sendMail(postfix.port, mail)).codes).toBe('250 2.0.0')
    const copies = await postfix.delivered(mail.subject, 2)
    expect(copies.map((copy) => copy.header('X-Original-To')[0]).sort()).toEqual(recipients)
    for (const copy of copies) expect(copy.header('X-Greylist')).toHaveLength(1)
    const passes = [
      (await daemon.decisions(recipients[0]!, 2))[1],
      (await daemon.decisions(recipients[1]!, 2))[1],
    ]
    expect(passes.map((line) => line!.fields.get('greylist_check'))).toEqual([
      expect.stringMatching(/^waited/),
      expect.stringMatching(/^waited/),
    ])
    expect(passes.map((line) => line!.fields.get('action')!.split(' ')[0])).toEqual(['PREPEND', 'DUNNO'])
    // Postfix gives the message its id with the first recipient it accepts.
    expect(passes[1]!.fields.get('queue_id')).toMatch(/^[0-9A-F]+$/)
  })

  it('that is a pool of servers waits once, whichever server retries', async () => {
    const recipient = 'erin@lab.example.com'
    expect(await attempt({ address: '198.51.100.7', name: 'gw1.pool.example.org' }, recipient)).toBe(
      '450 4.2.0',
    )
    const firstAt = secondsNow()
    await untilSecond(firstAt + delaySeconds)
    expect(await attempt({ address: '203.0.113.70', name: 'gw2.pool.example.org' }, recipient)).toBe(
      '250 2.1.5',
    )
    expect(await attempt({ address: '203.0.113.70' }, recipient)).toBe('450 4.2.0')
    const lines = await daemon.decisions(recipient, 3)
    expect(lines.map(({ fields }) => fields.get('greylist_check'))).toEqual([
      `new(${delaySeconds}s)`,
      expect.stringMatching(/^waited/),
      `new(${delaySeconds}s)`,
    ])
  })
})

describe('at once passes', () => {
  const listed: readonly [why: string, client: Client, recipient: string, finding: string][] = [
    ['a listed name', { address: '192.0.2.77', name: 'out.listed.example.org' }, 'l1', 'client-allowlist'],
    ['a name by pattern', { address: '192.0.2.78', name: 'mta7.example.com' }, 'l2', 'client-allowlist'],
    ['a listed network', { address: '203.0.113.9' }, 'l3', 'client-allowlist'],
    ['mail to a listed recipient', { address: '192.0.2.79' }, 'postmaster', 'recipient-allowlist'],
  ]
  it.each(listed)('%s', async (_, client, localPart, finding) => {
    const recipient = `${localPart}@lab.example.com`
    expect(await attempt(client, recipient)).toBe('250 2.1.5')
    const [line] = await daemon.decisions(recipient)
    expect(line!.fields.get('greylist_check')).toBe(finding)
    expect(line!.fields.get('action')).toBe('DUNNO')
  })

  it('but not whom the lists do not name', async () => {
    expect(await attempt({ address: '203.0.113.16', name: 'mtax.example.com' }, 'l5@lab.example.com')).toBe(
      '450 4.2.0',
    )
  })
})

describe('with mode = "observe"', () => {
  it('nothing is delayed, and the log says what would have been', async () => {
    const recipient = 'frank@lab.example.com'
    const mail = { helo, sender, recipients: [recipient], subject: 'observed' }
    expect((await sendMail(postfix.portOf('observing'), mail)).codes).toBe('250 2.0.0')
    expect((await sendMail(postfix.portOf('observing'), mail)).codes).toBe('250 2.0.0')
    const copies = await postfix.delivered(mail.subject, 2)
    for (const copy of copies) expect(copy.header('X-Greylist')).toEqual([])
    const lines = await observer.decisions(recipient, 2)
    expect(lines.map(({ fields }) => fields.get('greylist_check'))).toEqual([
      'would-defer:new(180s)',
      expect.stringMatching(/^would-defer:early-retry\(1[78]\ds\)$/),
    ])
    for (const { fields } of lines) expect(fields.get('action')).toBe('DUNNO')
  })
})
