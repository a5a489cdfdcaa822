// How the daemon starts, stops, is killed and rereads its settings.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { secondsNow, untilSecond } from '@postern/e2e/clock'
import { type Daemon, runToEnd, startDaemon } from '@postern/e2e/daemon'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { openDialogue, sendMail } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'
import { createPolicyClient } from '@postern/postfix-policy/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const sender = 'alice@example.net'

describe('behind Postfix', () => {
  const delaySeconds = 2
  let dns: Dns
  let postfix: Postfix
  let daemon: Daemon
  let start: () => Promise<Daemon>

  beforeAll(async () => {
    const prepared = preparePostfix()
    const port = await freePort()
    dns = await startDns()
    const settings = `
[policy]
listen = ["127.0.0.1:${port}"]
[store]
directory = "state"
[greylist]
delay_seconds = ${delaySeconds}
${dns.settings}`
    start = () => startDaemon({ directory: prepared.directory, settings })
    daemon = await start()
    postfix = await prepared.start({
      mainCf: `smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:${port}`,
    })
  })
  afterAll(async () => {
    await postfix?.stop()
    await daemon?.stop()
    await dns?.close()
  })

  it('a daemon killed between the tries and started again goes on where it was', async () => {
    const recipients = ['killed@lab.example.com']
    const mail = { helo: 'mail.example.net', sender, recipients, subject: 'killed' }
    expect((await sendMail(postfix.port, mail)).codes).toBe('450 4.2.0')
    const firstAt = secondsNow()
    // At once: what was answered a moment ago must be safe already.
    daemon.signal('SIGKILL')
    expect(await daemon.ended()).toEqual({ code: null, signal: 'SIGKILL' })
    daemon = await start()
    await untilSecond(firstAt + delaySeconds)
    expect((await sendMail(postfix.port, mail)).codes).toBe('250 2.0.0')
    const [message] = await postfix.delivered(mail.subject)
    expect(message!.header('X-Greylist')).toEqual([expect.stringMatching(/^delayed \d seconds by postern-/)])
    const [line] = await daemon.decisions(recipients[0]!)
    expect(line!.fields.get('greylist_check')).toMatch(/^waited/)

    daemon.signal('SIGKILL')
    await daemon.ended()
    daemon = await start()
    expect((await sendMail(postfix.port, { ...mail, subject: 'killed again' })).codes).toBe('250 2.0.0')
    const [passed] = await daemon.decisions(recipients[0]!)
    expect(passed!.fields.get('greylist_check')).toBe('passed-before')
  })

  it('SIGTERM lets the request in flight be answered', async () => {
    const hold = dns.hold()
    const session = await openDialogue(postfix.port)
    await session.greet('slow.example.net')
    await session.command(`MAIL FROM:<${sender}>`)
    const answer = session.command('RCPT TO:<inflight@lab.example.com>')
    await hold.asked
    daemon.signal('SIGTERM')
    hold.release()
    expect((await answer).codes).toBe('450 4.2.0')
    await session.close()
    expect(await daemon.ended()).toEqual({ code: 0, signal: null })
    const [line] = await daemon.decisions('inflight@lab.example.com')
    expect(line!.fields.get('helo_check')).toMatch(/^(?!.*unknown-hostname)/)
    expect(daemon.lines.at(-1)!.event).toBe('stopped')
    daemon = await start()
  })
})

describe('by itself', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-daemon-'))
  let daemon: Daemon | undefined

  afterEach(async () => {
    await daemon?.stop()
    daemon = undefined
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  /** The tables of the checks that would ask the DNS, of which there is none here. */
  const withoutDns = '[helo]\nenabled = false\n[spf]\nenabled = false\n'

  const attributes = (recipient: string, clientName = 'unknown') => ({
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    helo_name: 'mail.example.net',
    client_address: '192.0.2.10',
    client_name: clientName,
    sender,
    recipient,
    instance: recipient,
  })

  it('answers soon after its start', async () => {
    const port = await freePort()
    const began = performance.now()
    const starting = startDaemon({
      directory,
      settings: `[policy]\nlisten = ["127.0.0.1:${port}"]\n[store]\ndirectory = "state"\n${withoutDns}`,
    })
    // Asked again and again from the start on, as Postfix would.
    let answeredInMs: number | undefined
    while (answeredInMs === undefined) {
      const client = createPolicyClient({ kind: 'tcp', host: '127.0.0.1', port })
      const asked = await client.ask(attributes('soon@lab.example.com'))
      await client.close()
      if (asked.ok) answeredInMs = performance.now() - began
      else await sleep(5)
    }
    daemon = await starting
    console.log(`postern-policyd answered ${Math.round(answeredInMs)} ms after it was started`)
    expect(daemon.lines[0]!.event).toBe('listening')
  })

  it('SIGHUP rereads settings and lists, and keeps the old ones when there are mistakes', async () => {
    const port = await freePort()
    const list = path.join(directory, 'clients')
    writeFileSync(list, '')
    const settings = (rest: string) => `
[policy]
listen = ["127.0.0.1:${port}"]
[store]
kind = "memory"
${withoutDns}[greylist]
clients_files = ["${list}"]
${rest}`
    daemon = await startDaemon({ directory, settings: settings('') })
    const client = createPolicyClient({ kind: 'tcp', host: '127.0.0.1', port })
    const ask = async (recipient: string, name?: string) => {
      const asked = await client.ask(attributes(recipient, name))
      return asked.ok ? asked.text : asked.error.message
    }
    expect(await ask('a@lab.example.com')).toMatch(/try again in 180 seconds$/)

    writeFileSync(daemon.settingsFile, settings('delay_seconds = 60\n'))
    writeFileSync(list, 'friend.example.org\n/(/\n')
    daemon.signal('SIGHUP')
    await daemon.line('reloaded')
    const warning = await daemon.line('list', { level: 'warn' })
    expect([warning.fields.get('file'), warning.fields.get('line')]).toEqual([list, '2'])
    // On the same connection; and what was known before is known still.
    expect(await ask('b@lab.example.com')).toMatch(/try again in 60 seconds$/)
    expect(await ask('a@lab.example.com')).toMatch(/try again in (5\d|60) seconds$/)
    expect(await ask('c@lab.example.com', 'mx.friend.example.org')).toBe('DUNNO')

    writeFileSync(daemon.settingsFile, settings('delay_seconds = "soon"\nmood = "bad"\n'))
    daemon.signal('SIGHUP')
    await daemon.line('settings', { setting: 'greylist.delay_seconds', level: 'error' })
    const unknown = await daemon.line('settings', { setting: 'greylist.mood' })
    expect(unknown.fields.get('line')).toBe('13')
    expect(await ask('d@lab.example.com')).toMatch(/try again in 60 seconds$/)
    await client.close()
  })

  it('a store that it may not write to is said, and mail passes meanwhile', async () => {
    const port = await freePort()
    chmodSync(directory, 0o755)
    const state = path.join(directory, 'closed')
    mkdirSync(state, { mode: 0o700 })
    daemon = await startDaemon({
      directory,
      settings: `[policy]\nlisten = ["127.0.0.1:${port}"]\n[store]\ndirectory = "${state}"\n${withoutDns}`,
      user: 'nobody',
    })
    const said = `the store ${state} may not be read and written by this user: change its owner, or [store] directory`
    await daemon.line('store', { level: 'error', problem: said })
    const client = createPolicyClient({ kind: 'tcp', host: '127.0.0.1', port })
    expect(await client.ask(attributes('a@lab.example.com'))).toMatchObject({ ok: true, text: 'DUNNO' })
    await client.close()
    await daemon.line('failure', { check: 'greylist', cause: said })
    const [decision] = await daemon.decisions('a@lab.example.com')
    expect(decision!.fields.get('greylist_check')).toBe('error')
  })

  it('a port in use is said in one line, with exit status 1', async () => {
    const port = await freePort()
    const settings = `[policy]\nlisten = ["127.0.0.1:${port}"]\n[store]\nkind = "memory"\n`
    daemon = await startDaemon({ directory, settings })
    const { code, stderr } = await runToEnd({ directory, text: settings })
    expect(code).toBe(1)
    expect(stderr).toBe(
      `postern: Cannot listen on 127.0.0.1:${port}: another process listens on this port.\n`,
    )
  })

  it('mistakes in the settings are all listed, with exit status 2', async () => {
    const text = `[policy]
listen = "127.0.0.1:10023"
on_error = "reject"

[greylist]
delay_secs = 60
mode = "watch"

[grelist]
enabled = true
`
    const { code, stdout, stderr } = await runToEnd({ directory, text })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    const lines = stderr.trim().split('\n')
    for (const [line, words] of [
      [2, /\[policy\] listen/],
      [3, /on_error.*"dunno".*"defer"/],
      [6, /delay_secs.*delay_seconds/],
      [7, /mode.*"enforce".*"observe"/],
      [9, /grelist.*greylist/],
    ] as const)
      expect(lines.find((said) => said.includes(`:${line}:`))).toMatch(words)
    expect(lines).toHaveLength(5)
  })

  it('a settings file that is not there is said, with exit status 2', async () => {
    const { code, stderr } = await runToEnd({ directory, text: '' }, [
      '--config',
      '/nonexistent/postern.toml',
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('/nonexistent/postern.toml')
  })
})
