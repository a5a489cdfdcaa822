import { spawnSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { parseListenAddress } from '@postern/listener'
import { createPolicyClient } from '@postern/postfix-policy/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runPolicyd, stateDirectory } from '../src/index.ts'
import { newDirectory, requestOf, settingsOf, startTestDaemon, startTestDns } from './in-process.ts'

/** Starts a daemon with a memory store that listens there. */
async function start(listen: readonly string[], rest = '') {
  const directory = newDirectory()
  const text = `policy.listen = ${JSON.stringify(listen)}\n${rest}\nstore.kind = "memory"\nlog.destination = "${directory}/log"`
  const started = await runPolicyd({ settings: settingsOf(text) })
  if (started.ok) onTestFinished(() => started.daemon.close())
  return started
}

describe('starting', () => {
  it('listens on several addresses, which give the same answers', async () => {
    const socket = path.join(newDirectory(), 'policy.sock')
    const started = await start(['127.0.0.1:0', `unix:${socket}`], 'policy.socket_mode = "0600"')
    if (!started.ok) throw new Error(started.message)
    const { addresses } = started.daemon
    expect(addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), `unix:${socket}`])
    expect((statSync(socket).mode & 0o777).toString(8)).toBe('600')
    const answers: unknown[] = []
    for (const text of addresses) {
      const address = parseListenAddress(text)
      if (!address.ok) throw new Error(text)
      const client = createPolicyClient(address.value)
      answers.push(await client.ask(requestOf({ helo_name: 'server' })))
      await client.close()
    }
    expect(answers[0]).toMatchObject({ ok: true, action: { kind: 'reject', code: 504, enhanced: '5.5.2' } })
    expect(answers[1]).toEqual(answers[0])
    await started.daemon.close()
    expect(existsSync(socket)).toBe(false)
  })

  it('in a place that is taken or not there is a sentence, and nothing is left open', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as net.AddressInfo
    const directory = newDirectory()
    const socket = path.join(directory, 'policy.sock')
    const file = path.join(directory, 'file')
    writeFileSync(file, '')
    const refused: [string, RegExp][] = [
      [`127.0.0.1:${port}`, /^Cannot listen on 127\.0\.0\.1:\d+: another process listens on this port\.$/],
      [`unix:${directory}/no/policy.sock`, /there is no directory \S+\/no\.$/],
      [`unix:${file}`, /a file that is not a socket is at this path\.$/],
    ]
    for (const [address, words] of refused) {
      const started = await start([`unix:${socket}`, address])
      expect(started).toEqual({ ok: false, message: expect.stringMatching(words) })
      expect(existsSync(socket)).toBe(false)
    }
  })

  it('takes over the socket of a daemon that was killed', async () => {
    const directory = newDirectory()
    const socket = path.join(directory, 'policy.sock')

    const script =
      'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))'
    spawnSync(process.execPath, ['-e', script, socket])
    expect(existsSync(socket)).toBe(true)
    expect((await start([`unix:${socket}`])).ok).toBe(true)
    const second = await start([`unix:${socket}`])
    expect(second).toMatchObject({
      ok: false,
      message: expect.stringContaining('another process answers on this socket'),
    })
  })

  it('with an owner that does not exist is a sentence', async () => {
    const socket = path.join(newDirectory(), 'policy.sock')
    const started = await start([`unix:${socket}`], 'policy.socket_owner = "nobody:no-such-group"')
    expect(started).toEqual({
      ok: false,
      message: '[policy] socket_owner: there is no group "no-such-group"',
    })
  })
})

describe('the state directory', () => {
  it('is as the settings say, counted from their file', () => {
    expect(stateDirectory('/srv/state', '/etc/postern/postern.toml')).toBe('/srv/state')
    expect(stateDirectory('state', '/etc/postern/postern.toml')).toBe('/etc/postern/state')
    expect(stateDirectory('state', undefined)).toBe(path.resolve('state'))
  })

  it('is else what systemd gives, else in the checkout', () => {
    const before = process.env.STATE_DIRECTORY
    process.env.STATE_DIRECTORY = '/var/lib/postern:/var/lib/other'
    expect(stateDirectory(undefined, '/etc/postern/postern.toml')).toBe('/var/lib/postern')
    delete process.env.STATE_DIRECTORY
    const checkout = path.resolve(import.meta.dirname, '../../..')
    expect(stateDirectory(undefined, '/etc/postern/postern.toml')).toBe(path.join(checkout, '.postern'))
    if (before !== undefined) process.env.STATE_DIRECTORY = before
  })
})

describe('stopping', () => {
  it('answers what has been asked, and closes what is idle', async () => {
    let onAsked = () => {}
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve
    })
    let isFirst = true
    const dns = await startTestDns({
      conduct({ name }) {
        if (name !== 'slow.example.net' || !isFirst) return undefined
        isFirst = false
        onAsked()
        return { drop: true }
      },
    })
    const daemon = await startTestDaemon({ dns })
    const [host, port] = daemon.policyd.addresses[0]!.split(':')
    const idle = net.connect({ host: host!, port: Number(port) })
    await new Promise((resolve) => idle.once('connect', resolve))
    const idleClosed = new Promise((resolve) => idle.resume().once('close', resolve))

    const answer = daemon.ask({ helo_name: 'slow.example.net' })
    await asked
    const closed = daemon.policyd.close()
    await idleClosed
    expect(await answer).toMatch(/^DEFER_IF_PERMIT 4\.2\.0 /)
    await closed
    expect(daemon.lines.map((line) => line.split(' ')[1])).toEqual(['listening', 'decision', 'stopped'])
    expect(await daemon.ask()).toMatch(/^(closed|connect-failed): /)
  })

  it('keeps what was answered for the next start', async () => {
    const first = await startTestDaemon()
    expect(await first.ask()).toMatch(/^DEFER/)
    await first.close()
    const second = await startTestDaemon({ directory: first.directory })
    await second.ask()
    await second.line(/ greylist_check=early-retry\(/)
  })

  it('leaves the state directory as it was made: for its owner and group alone', async () => {
    const daemon = await startTestDaemon()
    await daemon.ask()
    await daemon.close()
    const state = path.join(daemon.directory, 'state')
    expect((statSync(state).mode & 0o777).toString(8)).toBe('750')
  })
})
