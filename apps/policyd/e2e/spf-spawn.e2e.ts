// In the place of policyd-spf-perl, under spawn(8): the lines of its manual page as docs/operating/postfix.md has them, only argv
// being another.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Attempt, attempt, codesOf } from '@postern/e2e/attempt'
import { checkout, checkRunnableBy } from '@postern/e2e/daemon'
import { documented } from '@postern/e2e/documented'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { openDialogue } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onlyField } from './stage.ts'

// The page's user "policyd-spf" comes with Debian's package, which need not be here.
const user = 'nobody'
const client = { address: '192.0.2.10' }
const helo = 'mail.example.net'
const sender = 'alice@sender.example.net'

let dns: Dns
let postfix: Postfix
let log: string

beforeAll(async () => {
  checkRunnableBy(user)
  const prepared = preparePostfix()
  dns = await startDns()
  const settingsFile = path.join(prepared.directory, 'etc/postern.toml')
  log = path.join(prepared.directory, 'mail/postern.log')
  const settings = `${documented('spf alone')}[spf]\ntemperror = "defer"\n`
  writeFileSync(settingsFile, `${settings}[log]\ndestination = "${log}"\n${dns.settings}`)
  postfix = await prepared.start({
    mainCf: documented('/etc/postfix/main.cf in place of policyd-spf-perl'),
    masterCf: documented('/etc/postfix/master.cf in place of policyd-spf-perl', {
      'user=policyd-spf': `user=${user}`,
      '/usr/bin/node': process.execPath,
      '/opt/postern': checkout,
      '/etc/postern/postern.toml': settingsFile,
    }),
  })
})

afterAll(async () => {
  await postfix?.stop()
  await dns?.close()
})

it('docs/operating/spf.md has the same line for policyd-spf (Python)', () => {
  const words = (title: string, service: string, settings: string) =>
    documented(title, { [service]: 'SERVICE', [settings]: 'SETTINGS' }).split(/\s+/)
  expect(words('spf by spawn', 'policyd-spf unix', 'spf.toml')).toEqual(
    words('/etc/postfix/master.cf in place of policyd-spf-perl', 'spfcheck  unix', 'postern.toml'),
  )
})

const at = (message: Partial<Attempt> & { recipients: readonly string[] }) =>
  attempt(postfix.port, { client, helo, sender, ...message })

describe('in place of policyd-spf-perl', () => {
  it('mail is refused, deferred, and marked once', async () => {
    const [refused] = await at({ client: { address: '203.0.113.66' }, recipients: ['fail@lab.example.com'] })
    expect(refused!.codes).toBe('550 5.7.23')
    expect(refused!.text).toContain('sender.example.net does not allow 203.0.113.66 to send its mail')
    expect(
      codesOf(await at({ sender: 'bob@broken.example.net', recipients: ['later@lab.example.com'] })),
    ).toBe('451 4.4.3')

    const subject = 'for three'
    const recipients = ['one@lab.example.com', 'two@lab.example.com', 'three@lab.example.com']
    expect(codesOf(await at({ subject, recipients }))).toBe('250 2.1.5, 250 2.1.5, 250 2.1.5')
    for (const copy of await postfix.delivered(subject, 3))
      expect(onlyField(copy, 'Received-SPF')).toMatch(/^pass .* identity=mailfrom; client-ip=192\.0\.2\.10;/)
    // An answer is logged when it is on its way.
    await expect
      .poll(() => readFileSync(log, 'utf8'))
      .toContain(' spf_check=helo:none,mailfrom:pass action="PREPEND ')
  })

  it('by one process for each smtpd: each of two messages at once is marked once', async () => {
    // Both sessions are open before either asks, so that there are two smtpd.
    const sessions = [await openDialogue(postfix.port, client), await openDialogue(postfix.port, client)]
    for (const session of sessions) await session.greet(helo)
    const recipients = ['four@lab.example.com', 'five@lab.example.com']
    const replies = await Promise.all(sessions.map((session) => session.envelope(sender, ...recipients)))
    expect(replies.map(codesOf)).toEqual(['250 2.1.5, 250 2.1.5', '250 2.1.5, 250 2.1.5'])
    for (const session of sessions) {
      await session.message('at once')
      await session.close()
    }
    for (const copy of await postfix.delivered('at once', 4))
      expect(onlyField(copy, 'Received-SPF')).toMatch(/^pass /)
  })
})
