import { readFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Desk } from './harness.ts'

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

/** Sends one request to a UNIX socket; the answer. */
function ask(socket: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket, () => connection.write(request))
    connection.once('data', (bytes) => {
      resolve(bytes.toString())
      connection.end()
    })
    connection.once('error', reject)
  })
}

async function appears(directory: string, name: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename === name) return
}

describe('serve', () => {
  it('runs the policy daemon until it is told to stop, rereading its settings on SIGHUP', async () => {
    const socket = path.join(desk.directory, 'policy.sock')
    const log = path.join(desk.directory, 'log')
    const settings = (delay: string) => `
      [policy]
      listen = ["unix:${socket}"]
      [milter]
      enabled = false
      [store]
      directory = "state"
      [log]
      destination = "${log}"
      [helo]
      enabled = false
      [greylist]
      delay_seconds = ${delay}
    `
    desk.settings(settings('77'))
    const listening = appears(desk.directory, 'policy.sock')
    const running = desk.run('serve')
    await listening
    const request = (name: string) =>
      `request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nsender=${name}@example.org\nrecipient=bob@example.net\n\n`
    expect(await ask(socket, request('a'))).toContain('try again in 77 seconds')
    desk.settings(settings('55'))
    desk.signal('SIGHUP')
    expect(await ask(socket, request('b'))).toContain('try again in 55 seconds')
    desk.settings(settings('"soon"'))
    desk.signal('SIGHUP')
    expect(await ask(socket, request('c'))).toContain('try again in 55 seconds')
    desk.signal('SIGTERM')
    expect(await running).toEqual({ status: 0, out: '', err: '' })
    expect(readFileSync(log, 'utf8')).toMatch(/delay_seconds must be a whole number/)
  })
  it('says why it cannot start', async () => {
    const holder = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.once('listening', resolve))
    const { port } = holder.address() as net.AddressInfo
    const log = path.join(desk.directory, 'log')
    desk.settings(
      `[policy]\nlisten = ["127.0.0.1:${port}"]\n[store]\nkind = "memory"\n[milter]\nenabled = false\n[log]\ndestination = "${log}"\n`,
    )
    const { status, out, err } = await desk.run('serve')
    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toMatch(new RegExp(`^postern: .*127\\.0\\.0\\.1:${port}.*\n$`))
    await new Promise((resolve) => holder.close(resolve))
  })
  it('has nothing to run when everything is switched off', async () => {
    desk.settings('[policy]\nenabled = false\n[milter]\nenabled = false\n')
    const { status, err } = await desk.run('serve')
    expect({ status, err }).toEqual({
      status: 2,
      err: `postern: nothing to run: no daemon is enabled in ${desk.directory}/postern.toml\n`,
    })
  })
})
