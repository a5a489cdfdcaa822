// Each way to connect Postfix that docs/operating/postfix.md describes, with the lines that stand there.

import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Attempt, attempt, codesOf } from '@postern/e2e/attempt'
import { secondsNow, untilSecond } from '@postern/e2e/clock'
import { checkout, checkRunnableBy, type Daemon, startDaemon } from '@postern/e2e/daemon'
import { documented } from '@postern/e2e/documented'
import { freePort } from '@postern/e2e/free-port'
import { type LogLine, parseLogLine } from '@postern/e2e/log-line'
import { type Postfix, type PreparedPostfix, preparePostfix } from '@postern/e2e/postfix'
import { type Dialogue, openDialogue, sendMail } from '@postern/e2e/smtp'
import { idOf } from '@postern/e2e/system-user'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const delaySeconds = 2
// The page's user "postern" need not exist where tests run.
const user = 'nobody'

let dns: Dns
const stops: (() => unknown)[] = []

beforeAll(async () => {
  checkRunnableBy(user)
  dns = await startDns()
})

afterAll(() => dns?.close())

/** Ends, last first, what the tests of one way have started. */
async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

/** A directory for the daemon's own things, made as the page says. */
function makeHome(prepared: PreparedPostfix): string {
  const home = path.join(prepared.directory, 'postern')
  mkdirSync(home)
  chmodSync(home, 0o750)
  chownSync(home, idOf(user).uid, idOf(user).gid)
  return home
}

const further = () => `
[greylist]
delay_seconds = ${delaySeconds}
${dns.settings}`

/** What holds for every way: refused, deferred, delivered with its headers. Gives the last recipient of the mail. */
async function expectFiltering(postfix: Postfix, way: string): Promise<string> {
  const recipients = [`first-${way}@lab.example.com`, `${way}@lab.example.com`]
  const mail = {
    client: { address: '192.0.2.10' },
    helo: 'mail.example.net',
    sender: 'alice@sender.example.net',
    recipients,
    subject: way,
  }
  const send = async (changes: Partial<Attempt>) =>
    codesOf(await attempt(postfix.port, { ...mail, ...changes }))
  const others = recipients.map((recipient) => `other-${recipient}`)
  expect(await send({ helo: 'server', recipients: others })).toBe('504 5.5.2, 504 5.5.2')
  expect(await send({ client: { address: '203.0.113.66' }, recipients: others })).toBe(
    '550 5.7.23, 550 5.7.23',
  )
  expect(await send({})).toBe('450 4.2.0, 450 4.2.0')
  const firstAt = secondsNow()
  await untilSecond(firstAt + delaySeconds)
  expect(await send({})).toBe('250 2.1.5, 250 2.1.5')
  for (const message of await postfix.delivered(way, 2)) {
    expect(message.header('Received-SPF')).toEqual([expect.stringMatching(/^pass /)])
    expect(message.header('X-Greylist')).toEqual([expect.stringMatching(/^delayed \d seconds by postern-/)])
  }
  return recipients[1]!
}

function expectLogged(lines: readonly LogLine[]): void {
  const deferred = `DEFER_IF_PERMIT 4.2.0 Greylisted: please try again in ${delaySeconds} seconds`
  expect(lines.map(({ fields }) => fields.get('action'))).toEqual([
    deferred,
    expect.stringMatching(/^PREPEND X-Greylist: /),
  ])
}

describe('by TCP', () => {
  let daemon: Daemon
  let postfix: Postfix

  beforeAll(async () => {
    const prepared = preparePostfix()
    const home = makeHome(prepared)
    const listen = `127.0.0.1:${await freePort()}`
    const settings = documented('/etc/postern/postern.toml', { '/var/lib/postern': home })
    const directory = path.join(prepared.directory, 'etc')
    daemon = await startDaemon({
      directory,
      settings: `[policy]\nlisten = ["${listen}"]\n${settings}${further()}`,
      user,
    })
    stops.push(() => daemon.stop())
    const places = { '127.0.0.1:10023': listen }
    postfix = await prepared.start({
      mainCf: documented('/etc/postfix/main.cf by TCP', places),
      smtpds: { submission: documented('/etc/postfix/master.cf submission', places) },
    })
    stops.push(postfix.stop)
  })
  afterAll(stopAll)

  it('mail is filtered', async () => {
    const recipient = await expectFiltering(postfix, 'tcp')
    expectLogged(await daemon.decisions(recipient, 2))
  })

  it('a client that never says HELO is turned away by Postfix', async () => {
    const session = await openDialogue(postfix.port)
    expect((await session.command('MAIL FROM:<alice@example.net>')).codes).toBe('503 5.5.1')
    await session.close()
  })

  it('those to whom our users write pass at once', async () => {
    const [ours, friend] = ['dora@lab.example.com', 'friend@example.net']
    const stranger = { address: '198.51.100.20', name: 'mail.example.net' }
    const attempt = async (sender: string) => {
      const session = await openDialogue(postfix.port, stranger)
      await session.greet('mail.example.net')
      const [reply] = await session.envelope(sender, ours)
      await session.close()
      return reply!.codes
    }
    const letter = { helo: 'laptop.local', sender: ours, recipients: [friend], subject: 'hello' }

    expect((await sendMail(postfix.portOf('submission'), letter)).codes).toBe('554 5.7.1')
    expect((await sendMail(postfix.portOf('submission'), { ...letter, login: 'dora' })).codes).toBe(
      '250 2.0.0',
    )
    const [outgoing] = await daemon.decisions(friend)
    expect(outgoing!.fields.get('greylist_check')).toBe('outgoing')
    expect(outgoing!.fields.get('action')).toBe('DUNNO')

    expect(await attempt(friend)).toBe('250 2.1.5')
    expect(await attempt('somebody-else@example.net')).toBe('450 4.2.0')
    const lines = await daemon.decisions(ours, 2)
    expect(lines.map(({ fields }) => fields.get('greylist_check'))).toEqual([
      'known-sender',
      `new(${delaySeconds}s)`,
    ])
  })

  it('whom Postfix takes for logged in by XCLIENT is a user too', async () => {
    const session = await openDialogue(postfix.portOf('submission'), { address: '192.0.2.99', login: 'dora' })
    await session.greet('laptop.local')
    const [reply] = await session.envelope('dora@lab.example.com', 'another@example.net')
    expect(reply!.codes).toBe('250 2.1.5')
    await session.close()
    const [line] = await daemon.decisions('another@example.net')
    expect(line!.fields.get('greylist_check')).toBe('outgoing')
  })

  it('mail passes while the daemon is down', async () => {
    await daemon.stop()
    const mail = {
      helo: 'server',
      sender: 'alice@example.net',
      recipients: ['down@lab.example.com'],
      subject: 'down',
    }
    expect((await sendMail(postfix.port, mail)).codes).toBe('250 2.0.0')
    const [message] = await postfix.delivered('down')
    expect(message!.header('X-Greylist')).toEqual([])
    expect(postfix.maillog()).toMatch(/warning: connect to 127\.0\.0\.1:\d+: Connection refused/)
  })
})

describe('by UNIX socket', () => {
  let daemon: Daemon
  let postfix: Postfix
  let socket: string

  beforeAll(async () => {
    const prepared = preparePostfix()
    const home = makeHome(prepared)
    // install -d -o postern -g postfix -m 2750
    const socketDirectory = path.join(prepared.queueDirectory, 'postern')
    mkdirSync(socketDirectory)
    chownSync(socketDirectory, idOf(user).uid, idOf('postfix').gid)
    chmodSync(socketDirectory, 0o2750)
    socket = path.join(socketDirectory, 'policy.sock')
    daemon = await startDaemon({
      directory: path.join(prepared.directory, 'etc'),
      settings:
        documented('/etc/postern/postern.toml by UNIX socket', {
          '/var/spool/postfix': prepared.queueDirectory,
          '/var/lib/postern': home,
        }) + further(),
      user,
    })
    stops.push(() => daemon.stop())
    postfix = await prepared.start({
      mainCf: documented('/etc/postfix/main.cf by UNIX socket'),
      chroot: true,
    })
    stops.push(postfix.stop)
  })
  afterAll(stopAll)

  it('the socket belongs to the daemon and the group of its directory', () => {
    const { uid, gid, mode } = statSync(socket)
    expect({ uid, gid, mode: (mode & 0o7777).toString(8) }).toEqual({
      uid: idOf(user).uid,
      gid: idOf('postfix').gid,
      mode: '660',
    })
  })

  it('mail is filtered', async () => {
    const recipient = await expectFiltering(postfix, 'unix')
    expectLogged(await daemon.decisions(recipient, 2))
  })
})

describe('by UNIX socket in private/', () => {
  let daemon: Daemon
  let postfix: Postfix
  let socket: string

  beforeAll(async () => {
    const prepared = preparePostfix()
    postfix = await prepared.start({
      mainCf: `smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service unix:private/postern`,
    })
    stops.push(postfix.stop)
    socket = path.join(prepared.queueDirectory, 'private/postern')
    daemon = await startDaemon({
      directory: path.join(prepared.directory, 'etc'),
      settings: `
[policy]
listen = ["unix:${socket}"]
socket_owner = "postfix"
socket_mode = "0600"
[store]
kind = "memory"
${further()}`,
    })
    stops.push(() => daemon.stop())
  })
  afterAll(stopAll)

  it('a daemon that runs as root gives its socket to Postfix', async () => {
    const { uid, mode } = statSync(socket)
    expect({ uid, mode: (mode & 0o7777).toString(8) }).toEqual({ uid: idOf('postfix').uid, mode: '600' })
    const recipient = await expectFiltering(postfix, 'private')
    expectLogged(await daemon.decisions(recipient, 2))
  })
})

describe('by spawn(8)', () => {
  let postfix: Postfix
  let log: string
  let home: string

  beforeAll(async () => {
    const prepared = preparePostfix()
    home = makeHome(prepared)
    const settingsFile = path.join(prepared.directory, 'etc/postern.toml')
    log = path.join(home, 'postern.log')
    const settings = documented('/etc/postern/postern.toml', { '/var/lib/postern': home })
    writeFileSync(settingsFile, `${settings}[log]\ndestination = "${log}"\n${further()}`)
    postfix = await prepared.start({
      mainCf: documented('/etc/postfix/main.cf by spawn'),
      masterCf: documented('/etc/postfix/master.cf by spawn', {
        'user=postern': `user=${user}`,
        '/usr/bin/node': process.execPath,
        '/opt/postern': checkout,
        '/etc/postern/postern.toml': settingsFile,
      }),
    })
    stops.push(postfix.stop)
  })
  afterAll(stopAll)

  it('mail is filtered, by processes of that user', async () => {
    const recipient = await expectFiltering(postfix, 'spawn')
    expectLogged(await loggedAbout(recipient, 2))
    expect(statSync(log).uid).toBe(idOf(user).uid)
    expect(statSync(path.join(home, 'data.mdb')).uid).toBe(idOf(user).uid)
  })

  it('what one process has deferred passes with another', async () => {
    const recipient = 'two-sessions@lab.example.com'
    // Both open at once, so that there are two smtpd, of which each has its own process of ours.
    const [first, second] = [await openDialogue(postfix.port), await openDialogue(postfix.port)]
    const attempt = async (session: Dialogue) => {
      await session.greet('mail.example.net')
      const [reply] = await session.envelope('alice@example.net', recipient)
      return reply!.codes
    }
    expect(await attempt(first)).toBe('450 4.2.0')
    const firstAt = secondsNow()
    await untilSecond(firstAt + delaySeconds)
    expect(await attempt(second)).toBe('250 2.1.5')
    await first.close()
    await second.close()
    expectLogged(await loggedAbout(recipient, 2))
  })

  /** The lines about a recipient in the log file, which all the processes write to. */
  async function loggedAbout(recipient: string, count: number): Promise<readonly LogLine[]> {
    let lines: LogLine[] = []
    await expect
      .poll(
        () => {
          lines = readFileSync(log, 'utf8').trim().split('\n').map(parseLogLine)
          lines = lines.filter(({ fields }) => fields.get('recipient') === recipient)
          return lines
        },
        { timeout: 10_000 },
      )
      .toHaveLength(count)
    return lines
  }
})

describe('without a daemon', () => {
  let postfix: Postfix

  beforeAll(async () => {
    const prepared = preparePostfix()
    const ask = `smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:${await freePort()}`
    postfix = await prepared.start({
      mainCf: ask,
      smtpds: { passing: `  -o { ${documented('/etc/postfix/main.cf default action').trim()} }` },
    })
    stops.push(postfix.stop)
  })
  afterAll(stopAll)

  const mail = {
    helo: 'mail.example.net',
    sender: 'alice@example.net',
    recipients: ['grace@lab.example.com'],
  }

  it('and without a default action, Postfix defers all mail', async () => {
    const reply = await sendMail(postfix.port, { ...mail, subject: 'deferred' })
    expect(reply.codes).toBe('451 4.3.5')
    expect(reply.text).toContain('Server configuration problem')
  })

  it('and with the default action DUNNO, mail passes', async () => {
    expect((await sendMail(postfix.portOf('passing'), { ...mail, subject: 'passed' })).codes).toBe(
      '250 2.0.0',
    )
    expect(await postfix.delivered('passed')).toHaveLength(1)
  })
})
