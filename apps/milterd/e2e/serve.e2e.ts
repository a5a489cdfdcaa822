// `postern serve`: the policy daemon and the milter in one process, both asked about the same message.

import path from 'node:path'
import { codesOf } from '@postern/e2e/attempt'
import { secondsNow, untilSecond } from '@postern/e2e/clock'
import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import { signWithDkimpy } from '@postern/e2e/dkimpy'
import { documented } from '@postern/e2e/documented'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { openDialogue } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { onlyMessage, ourResults, ourselves } from './stage.ts'

const delaySeconds = 2
const prepared = preparePostfix()
const rsa = makeKey(path.join(prepared.directory, 'keys'), 'rsa')
let dns: Dns
let daemon: Daemon
let postfix: Postfix

beforeAll(async () => {
  dns = await startDns(zoneOf({ 'rsa._domainkey.example.net': rsa.record }))
  const [policy, milter] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  daemon = await startDaemon({
    app: 'serve',
    directory: path.join(prepared.directory, 'etc'),
    settings: `
[policy]
listen = ["${policy}"]
host_name = "${ourselves}"
[milter]
listen = ["${milter}"]
[store]
kind = "memory"
[greylist]
delay_seconds = ${delaySeconds}
${dns.settings}`,
  })
  postfix = await prepared.start({
    mainCf: [
      documented('/etc/postfix/main.cf by TCP', { '127.0.0.1:10023': policy }),
      documented('/etc/postfix/main.cf with the milter', { '127.0.0.1:10024': milter }),
    ].join('\n'),
  })
})
afterAll(async () => {
  await postfix?.stop()
  await daemon?.stop()
  await dns?.close()
})

it('one message goes through both, and each adds its own fields', async () => {
  const letter = 'From: alice@example.net\r\nTo: bob@lab.example.com\r\nSubject: both\r\n\r\nHello.\r\n'
  const [field] = signWithDkimpy([[letter, { domain: 'example.net', selector: 'rsa', key: rsa.pem }]])
  const to = 'both@lab.example.com'
  const attempt = async () => {
    const session = await openDialogue(postfix.port, { address: '192.0.2.10', name: 'mail.example.net' })
    await session.greet('mail.example.net')
    const replies = await session.envelope('alice@sender.example.net', to)
    return { session, codes: codesOf(replies) }
  }
  const first = await attempt()
  expect(first.codes).toBe('450 4.2.0')
  await first.session.close()
  const firstAt = secondsNow()
  await untilSecond(firstAt + delaySeconds)
  const second = await attempt()
  expect(second.codes).toBe('250 2.1.5')
  expect((await second.session.data(`${field}${letter}`)).codes).toBe('250 2.0.0')
  await second.session.close()

  const message = await onlyMessage(postfix, to)
  expect(ourResults(message)).toMatch(
    /^dkim=pass \(2048-bit key\) header\.d=example\.net .*; spf=pass \(.*\) smtp\.mailfrom=alice@sender\.example\.net; spf=none \(.*\) smtp\.helo=mail\.example\.net; iprev=pass \(mail\.example\.net\) policy\.iprev=192\.0\.2\.10$/,
  )
  expect(message.queuedNames.slice(0, 4)).toEqual([
    'Authentication-Results',
    'Received-SPF',
    'Received',
    'DKIM-Signature',
  ])
  const decisions = await daemon.decisions(to, 2)
  expect(decisions.map(({ fields }) => fields.get('action')?.split(' ')[0])).toEqual([
    'DEFER_IF_PERMIT',
    'PREPEND',
  ])
  const line = await daemon.line('message', { sender: 'alice@sender.example.net' })
  expect(line.fields.get('dkim')).toBe('pass:example.net:rsa')
  const daemons = daemon.lines
    .filter(({ event }) => event === 'listening')
    .map(({ fields }) => fields.get('daemon'))
  expect(daemons).toEqual(['policyd', 'milterd'])
})

it('SIGTERM ends both', async () => {
  daemon.signal('SIGTERM')
  expect(await daemon.ended()).toEqual({ code: 0, signal: null })
  const stopped = daemon.lines
    .filter(({ event }) => event === 'stopped')
    .map(({ fields }) => fields.get('daemon'))
  expect(stopped.sort()).toEqual(['milterd', 'policyd'])
})
