// How milterd is killed, told to read its settings anew, and stopped, with messages under way.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Daemon } from '@postern/e2e/daemon'
import type { Message } from '@postern/e2e/delivered'
import { verifyWithDkimpy } from '@postern/e2e/dkimpy'
import { preparePostfix } from '@postern/e2e/postfix'
import { type Dialogue, openDialogue } from '@postern/e2e/smtp'
import { untilUnread } from '@postern/e2e/socket-queue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { internalClient, onlyMessage, openStage, ourResults, queueIdOf, type Stage } from './stage.ts'

const prepared = preparePostfix()
const keys = path.join(prepared.directory, 'keys')
const first = makeKey(keys, 'first')
const second = makeKey(keys, 'second')
const records = {
  'first._domainkey.example.org': first.record,
  'second._domainkey.example.org': second.record,
}

const signWith = (selector: string, more = '') => `
[signing]
domains = ["example.org"]
selector = "${selector}"
key_file = "${keys}/${selector}"
internal_hosts = ["192.0.2.0/24"]
${more}
`

type Way = 'killed' | 'accepting' | 'other' | 'reloaded' | 'published'
let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage<Way>({
    prepared,
    zone: zoneOf({ 'first._domainkey.example.org': first.record }),
    ways: {
      killed: { settings: signWith('first') },
      accepting: { settings: signWith('first'), smtpd: '  -o milter_default_action=accept' },
      other: { settings: signWith('first') },
      reloaded: { settings: signWith('first') },
      published: { settings: signWith('second', 'require_published = true') },
    },
    mainCf: () => 'message_size_limit = 100000000',
  })
})
afterAll(() => stage?.stop())

const content = (subject: string) =>
  `From: ann@example.org\r\nTo: bob@lab.example.com\r\nSubject: ${subject}\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n`
/** More than sockets hold. */
const large = `${content('large')}${`${'a line of a large message '.repeat(3)}\r\n`.repeat(200_000)}`

/** A session whose envelope is taken. */
async function openMail(way: Way, to: string): Promise<Dialogue> {
  const session = await openDialogue(stage.postfix.portOf(way), internalClient)
  await session.greet('mail.example.net')
  const [reply] = await session.envelope('ann@example.org', to)
  expect(reply!.codes).toBe('250 2.1.5')
  return session
}

/** The selectors of a message's signatures. */
const selectorsOf = (message: Message) =>
  message.header('DKIM-Signature').map((value) => /\bs=(\w+)/.exec(value)?.[1])

async function kill(way: Way): Promise<void> {
  stage.daemon(way).signal('SIGKILL')
  expect(await stage.daemon(way).ended()).toEqual({ code: null, signal: 'SIGKILL' })
}

describe('milterd killed with a message under way', () => {
  it.each([
    ['killed', '451 4.7.1'],
    ['accepting', '250 2.0.0'],
  ] as const)('between two lines of it, "%s": Postfix answers %s', async (way, codes) => {
    const to = `between-${way}@lab.example.com`
    const session = await openMail(way, to)
    const phase = await session.begin()
    await phase.write(content('between').slice(0, 100))
    await kill(way)
    await phase.write(content('between').slice(100))
    expect((await phase.end()).codes).toBe(codes)
    await session.close()
    await expectTakenOnce(way, { to, wasTaken: codes.startsWith('250') })
  })

  it.each([
    ['killed', '451 4.7.1'],
    ['accepting', '250 2.0.0'],
  ] as const)('while it reads the body, "%s": Postfix answers %s', async (way, codes) => {
    const to = `body-${way}@lab.example.com`
    const others = await openMail('other', `beside-${way}@lab.example.com`)
    const othersPhase = await others.begin()
    const daemon = stage.daemon(way)
    const session = await openMail(way, to)
    const phase = await session.begin()
    // Postfix hands over the message when it has all of it.
    daemon.signal('SIGSTOP')
    await phase.write(large)
    const answer = phase.end()
    await untilUnread(portOf(way))
    await kill(way)
    expect((await answer).codes).toBe(codes)
    await session.close()
    // A session beside it has seen nothing of this.
    await othersPhase.write(content('beside'))
    expect((await othersPhase.end()).codes).toBe('250 2.0.0')
    await others.close()
    expect(selectorsOf(await onlyMessage(stage.postfix, `beside-${way}@lab.example.com`))).toEqual(['first'])
    await expectTakenOnce(way, { to, wasTaken: codes.startsWith('250') })
  })

  const portOf = (way: Way) => Number(stage.daemon(way).lines[0]!.fields.get('on')!.split(':')[1])

  /** Starts it again; a message that was not taken is sent again by its client, and all that are taken come once. */
  async function expectTakenOnce(
    way: Way,
    { to, wasTaken }: { to: string; wasTaken: boolean },
  ): Promise<void> {
    const again = () => stage.send(way, { ...down, to, content: content('again') })
    if (!wasTaken) await expect(again()).rejects.toThrow('250 expected, but: 451 ')
    await stage.restart(way)
    if (!wasTaken) expect((await again()).codes).toBe('250 2.0.0')
    const message = await onlyMessage(stage.postfix, to)
    // What Postfix lets pass without the milter is as it was.
    expect(selectorsOf(message)).toEqual(wasTaken ? [] : ['first'])
  }
  const down = { client: internalClient, sender: 'ann@example.org' }
})

describe('SIGHUP', () => {
  /** Changes the settings, and waits until the daemon has said what it makes of them. */
  const reload = (settings: (old: string) => string, event = 'reloaded') =>
    reloadDaemon(stage.daemon('reloaded'), { settings, event })
  const sendOne = async (to: string) => {
    const letter = { client: internalClient, sender: 'ann@example.org', to, content: content(to) }
    return stage.deliver('reloaded', letter)
  }

  it('changes key and settings for the next message; one under way ends with the old', async () => {
    stage.dns.publish(zoneOf(records))
    const hold = stage.dns.hold()
    const underWay = stage.send('reloaded', {
      sender: 'bob@slow.example.net',
      to: 'under-way@lab.example.com',
      content: content('under way'),
    })
    // The daemon has begun with it, and waits for SPF.
    await hold.asked
    await reload((old) =>
      old.replaceAll('first', 'second').replace('[milter]', '[milter]\nauthserv_id = "new.example.com"'),
    )
    const { message: next } = await sendOne('next@lab.example.com')
    hold.release()
    expect((await underWay).codes).toBe('250 2.0.0')
    const old = await onlyMessage(stage.postfix, 'under-way@lab.example.com')
    expect(ourResults(old)).toMatch(/^dkim=none; .*smtp\.mailfrom=bob@slow\.example\.net/)
    expect(selectorsOf(next)).toEqual(['second'])
    expect(verifyWithDkimpy([next.bytes], records)).toEqual([['pass']])
    const { message: later } = await stage.deliver('reloaded', {
      to: 'later@lab.example.com',
      content: content('later'),
    })
    expect(later.header('Authentication-Results')).toEqual([expect.stringMatching(/^new\.example\.com; /)])
  })

  it('keeps the old settings when there are mistakes in the new ones, and says which', async () => {
    await reload((old) => `${old}\n[dkim]\non_bad_signature = "explode"\n`, 'settings')
    const line = await stage.daemon('reloaded').line('settings', { setting: 'dkim.on_bad_signature' })
    expect(line.fields.get('level')).toBe('error')
    expect(selectorsOf((await sendOne('mistake@lab.example.com')).message)).toEqual(['second'])
  })

  it('does not take a key that others may read, and says why', async () => {
    chmodSync(second.file, 0o644)
    await reload((old) => old.replace('"explode"', '"accept"'))
    const why = `key data is not secure: ${second.file} may be read or changed by anybody (mode 0644): chmod 600 ${second.file}`
    await stage.daemon('reloaded').line('signing', { problem: why })
    const { message, line } = await sendOne('unsafe@lab.example.com')
    expect(selectorsOf(message)).toEqual([])
    expect(line.fields.get('key_problem')).toBe(`example.org:second: ${why}`)
    chmodSync(second.file, 0o600)
    await reload((old) => old)
    expect(selectorsOf((await sendOne('safe@lab.example.com')).message)).toEqual(['second'])
  })
})

describe('SIGTERM', () => {
  it('lets a message in flight finish', async () => {
    const daemon = stage.daemon('reloaded')
    const session = await openMail('reloaded', 'in-flight@lab.example.com')
    const phase = await session.begin()
    daemon.signal('SIGTERM')
    await phase.write(content('in flight'))
    expect(queueIdOf(await phase.end())).toMatch(/./)
    await session.close()
    expect(await daemon.ended()).toEqual({ code: 0, signal: null })
    expect(daemon.lines.at(-1)!.event).toBe('stopped')
    expect(selectorsOf(await onlyMessage(stage.postfix, 'in-flight@lab.example.com'))).toEqual(['second'])
  })
})

describe('require_published', () => {
  const letter = { client: internalClient, sender: 'ann@example.org' }

  it('does not sign with a key that the DNS does not have yet, and signs once it has', async () => {
    stage.dns.publish(zoneOf({ 'first._domainkey.example.org': first.record }))
    const to = 'unpublished@lab.example.com'
    const { message, line } = await stage.deliver('published', { ...letter, to, content: content('early') })
    expect(selectorsOf(message)).toEqual([])
    expect(line.fields.get('key_problem')).toBe(
      'example.org:second: the DNS does not serve this key (require_published)',
    )
    // The key of another at this name does not count.
    stage.dns.publish(zoneOf({ 'second._domainkey.example.org': first.record }))
    await reloadPublished()
    const wrong = await stage.deliver('published', {
      ...letter,
      to: 'wrong@lab.example.com',
      content: content('wrong'),
    })
    expect(selectorsOf(wrong.message)).toEqual([])
    stage.dns.publish(zoneOf(records))
    await reloadPublished()
    const now = await stage.deliver('published', {
      ...letter,
      to: 'now@lab.example.com',
      content: content('now'),
    })
    expect(selectorsOf(now.message)).toEqual(['second'])
    expect(verifyWithDkimpy([now.message.bytes], records)).toEqual([['pass']])
  })

  /** What is known of the DNS is forgotten with it. */
  const reloadPublished = () =>
    reloadDaemon(stage.daemon('published'), { settings: (old) => old, event: 'reloaded' })
})

interface Reload {
  settings(old: string): string
  /** The line of the log to wait for. */
  readonly event: string
}

async function reloadDaemon(daemon: Daemon, { settings, event }: Reload): Promise<void> {
  writeFileSync(daemon.settingsFile, settings(readFileSync(daemon.settingsFile, 'utf8')))
  const seen = daemon.lines.length
  daemon.signal('SIGHUP')
  const isSaid = () => daemon.lines.slice(seen).some((line) => line.event === event)
  await expect.poll(isSaid, { interval: 20, timeout: 10_000 }).toBe(true)
}
