// The lines of docs/operating/milter.md in a real Postfix, and what they need around them.

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sendLetter } from '@postern/e2e/attempt'
import { checkRunnableBy, type Daemon, programOf, startDaemon } from '@postern/e2e/daemon'
import { verifyWithDkimpy } from '@postern/e2e/dkimpy'
import { documented } from '@postern/e2e/documented'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, type PreparedPostfix, preparePostfix } from '@postern/e2e/postfix'
import { sendMail } from '@postern/e2e/smtp'
import { idOf } from '@postern/e2e/system-user'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { onlyMessage, ourResults, ourselves, stranger } from './stage.ts'

// The page's user "postern" need not exist where tests run.
const user = 'nobody'

let dns: Dns
const stops: (() => unknown)[] = []

beforeAll(async () => {
  checkRunnableBy(user, 'milterd')
  dns = await startDns()
})
afterAll(() => dns?.close())

/** Ends, last first, what the tests of one way have started. */
async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

/** `postern dkim genkey` and `chown`, as the page says; the text of the record. */
function makeDocumentedKey(directory: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [programOf('cli'), 'dkim', 'genkey', '-d', 'example.org', '-s', '2026a', '--directory', directory],
    { encoding: 'utf8' },
  )
  const record = stdout.split('\n').find((line) => line.startsWith('v=DKIM1;'))
  if (record === undefined) throw new Error(stderr)
  const { uid, gid } = idOf(user)
  for (const file of [directory, path.join(directory, 'example.org.2026a.private')]) chownSync(file, uid, gid)
  return record
}

/** The daemon of that user, with these settings and those of every test. */
async function start(prepared: PreparedPostfix, settings: string): Promise<Daemon> {
  const daemon = await startDaemon({
    app: 'milterd',
    directory: path.join(prepared.directory, 'etc'),
    settings: `[policy]\nhost_name = "${ourselves}"\n${settings}${dns.settings}`,
    user,
  })
  stops.push(() => daemon.stop())
  return daemon
}

async function startPostfix(
  prepared: PreparedPostfix,
  services: Parameters<PreparedPostfix['start']>[0],
): Promise<Postfix> {
  const postfix = await prepared.start(services)
  stops.push(postfix.stop)
  return postfix
}

const letter = (to: string) => ({
  helo: 'app.example.org',
  sender: 'ann@example.org',
  recipients: [to],
  subject: to,
})

/** Signed when it comes from this host, by SMTP and by sendmail(1), and good when it comes in; gives the signed message. */
async function expectMilter(
  postfix: Postfix,
  { way, record }: { way: string; record: string },
): Promise<void> {
  const [to, submitted, back] = ['smtp', 'sendmail', 'back'].map((how) => `${how}-${way}@lab.example.com`)
  expect((await sendMail(postfix.port, letter(to!))).codes).toBe('250 2.0.0')
  postfix.submit({ sender: 'ann@example.org', recipients: [submitted!], content: 'Subject: job\n\ndone\n' })
  const records = { '2026a._domainkey.example.org': record }
  const signed = await onlyMessage(postfix, to!)
  const handedIn = await onlyMessage(postfix, submitted!)
  expect(verifyWithDkimpy([signed.bytes, handedIn.bytes], records)).toEqual([['pass'], ['pass']])
  dns.publish(zoneOf(records))
  const content = signed.bytes.toString('latin1')
  const reply = await sendLetter(postfix.port, {
    client: stranger,
    helo: 'mail.example.net',
    sender: 'ann@example.org',
    recipients: [back!],
    content,
  })
  expect(reply.codes).toBe('250 2.0.0')
  expect(ourResults(await onlyMessage(postfix, back!))).toMatch(
    /^dkim=pass \(2048-bit key\) header\.d=example\.org header\.s=2026a /,
  )
}

describe('in four steps', () => {
  let postfix: Postfix
  let record: string

  beforeAll(async () => {
    const prepared = preparePostfix()
    const directory = path.join(prepared.directory, 'keys')
    record = makeDocumentedKey(directory)
    const listen = `127.0.0.1:${await freePort()}`
    const settings = documented('/etc/postern/postern.toml with a key', { '/etc/postern/keys': directory })
    await start(prepared, `[milter]\nlisten = ["${listen}"]\n${settings}`)
    postfix = await startPostfix(prepared, {
      mainCf: documented('/etc/postfix/main.cf with the milter', { '127.0.0.1:10024': listen }),
    })
  })
  afterAll(stopAll)

  it('our mail is signed, that of others verified', () => expectMilter(postfix, { way: 'tcp', record }))
})

describe('by UNIX socket', () => {
  let postfix: Postfix
  let daemon: Daemon
  let record: string
  let socket: string
  let again: () => Promise<Daemon>

  beforeAll(async () => {
    const prepared = preparePostfix()
    const directory = path.join(prepared.directory, 'keys')
    record = makeDocumentedKey(directory)
    // install -d -o postern -g postfix -m 2750
    const socketDirectory = path.join(prepared.queueDirectory, 'postern')
    mkdirSync(socketDirectory)
    chownSync(socketDirectory, idOf(user).uid, idOf('postfix').gid)
    chmodSync(socketDirectory, 0o2750)
    socket = path.join(socketDirectory, 'milter.sock')
    const settings = `${documented('/etc/postern/postern.toml with the milter by UNIX socket', {
      '/var/spool/postfix': prepared.queueDirectory,
    })}processes = 2
${documented('/etc/postern/postern.toml with a key', { '/etc/postern/keys': directory })}`
    again = () => start(prepared, settings)
    daemon = await again()
    postfix = await startPostfix(prepared, {
      mainCf: documented('/etc/postfix/main.cf with the milter by UNIX socket'),
      chroot: true,
    })
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

  it('a chrooted Postfix reaches it, our mail is signed, that of others verified', () =>
    expectMilter(postfix, { way: 'unix', record }))

  it('two processes share it, and when one is killed another takes its place', async () => {
    const pids = () =>
      daemon.lines.filter(({ event }) => event === 'listening').map(({ fields }) => Number(fields.get('pid')))
    await expect.poll(pids, { interval: 20, timeout: 10_000 }).toHaveLength(2)
    process.kill(pids()[0]!, 'SIGKILL')
    await expect.poll(pids, { interval: 20, timeout: 10_000 }).toHaveLength(3)
    const many = Array.from({ length: 8 }, (_, index) => `shared-${index}@lab.example.com`)
    const replies = await Promise.all(many.map((to) => sendMail(postfix.port, letter(to))))
    expect(replies.map(({ codes }) => codes)).toEqual(many.map(() => '250 2.0.0'))
    for (const to of many) expect((await onlyMessage(postfix, to)).header('DKIM-Signature')).toHaveLength(1)
  })

  it('all of it killed, it starts again on the socket that was left', async () => {
    daemon.signal('SIGKILL')
    expect(await daemon.ended()).toEqual({ code: null, signal: 'SIGKILL' })
    expect(statSync(socket).isSocket()).toBe(true)
    expect((await sendMail(postfix.port, letter('down@lab.example.com'))).codes).toBe('451 4.7.1')
    daemon = await again()
    expect((await sendMail(postfix.port, letter('up@lab.example.com'))).codes).toBe('250 2.0.0')
    expect((await onlyMessage(postfix, 'up@lab.example.com')).header('DKIM-Signature')).toHaveLength(1)
  })
})

describe('with a name for an smtpd', () => {
  let postfix: Postfix

  beforeAll(async () => {
    const prepared = preparePostfix()
    const directory = path.join(prepared.directory, 'keys')
    makeDocumentedKey(directory)
    const listen = `127.0.0.1:${await freePort()}`
    await start(
      prepared,
      `[milter]\nlisten = ["${listen}"]\n` +
        documented('/etc/postern/postern.toml with a daemon name') +
        'internal_hosts = []\n' +
        documented('/etc/postern/postern.toml with a key', { '/etc/postern/keys': directory }).replace(
          '[signing]\n',
          '',
        ),
    )
    const lines = documented('/etc/postfix/master.cf with a daemon name').split('\n').slice(1).join('\n')
    postfix = await startPostfix(prepared, {
      mainCf: documented('/etc/postfix/main.cf with the milter', { '127.0.0.1:10024': listen }),
      smtpds: { printers: lines },
    })
  })
  afterAll(stopAll)

  it('what comes in there is ours, what comes in elsewhere is not', async () => {
    for (const [port, to] of [
      [postfix.portOf('printers'), 'printers@lab.example.com'],
      [postfix.port, 'elsewhere@lab.example.com'],
    ] as const)
      expect((await sendMail(port, letter(to))).codes).toBe('250 2.0.0')
    expect((await onlyMessage(postfix, 'printers@lab.example.com')).names).toContain('DKIM-Signature')
    expect((await onlyMessage(postfix, 'elsewhere@lab.example.com')).names).not.toContain('DKIM-Signature')
  })
})

describe('with tables', () => {
  let postfix: Postfix
  const records: Record<string, string> = {}

  beforeAll(async () => {
    const prepared = preparePostfix()
    const etc = path.join(prepared.directory, 'etc')
    for (const name of ['org', 'com']) {
      const { record } = makeKey(path.join(etc, 'keys'), `${name}.private`, { owner: idOf(user) })
      records[`2026a._domainkey.example.${name}`] = record
    }
    const places = { '/etc/postern': etc }
    writeFileSync(path.join(etc, 'key.table'), documented('/etc/postern/key.table', places))
    writeFileSync(path.join(etc, 'signing.table'), documented('/etc/postern/signing.table'))
    const listen = `127.0.0.1:${await freePort()}`
    const settings = documented('/etc/postern/postern.toml with tables', places)
    await start(prepared, `[milter]\nlisten = ["${listen}"]\n${settings}`)
    postfix = await startPostfix(prepared, {
      mainCf: documented('/etc/postfix/main.cf with the milter', { '127.0.0.1:10024': listen }),
    })
  })
  afterAll(stopAll)

  it.each([
    ['ann@example.org', 'example.org'],
    ['ann@example.com', 'example.com'],
    ['ann@mail.example.com', 'example.com'],
  ])('mail of %s is signed by %s', async (sender, domain) => {
    const to = `${sender.replace('@', '-')}@lab.example.com`
    expect((await sendMail(postfix.port, { ...letter(to), sender })).codes).toBe('250 2.0.0')
    const message = await onlyMessage(postfix, to)
    expect(message.header('DKIM-Signature')).toEqual([expect.stringContaining(`d=${domain};`)])
    expect(verifyWithDkimpy([message.bytes], records)).toEqual([['pass']])
  })
})
