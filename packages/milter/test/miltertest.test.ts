// Against Debian's miltertest, an MTA's half that shares nothing with ours.

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { formatListenAddress } from '@postern/listener'
import { describe, expect, it } from 'vitest'
import { type Decision, type MilterDeciders, reply } from '../src/server.ts'
import { startServer } from './lab.ts'

const program = process.env.MILTERTEST ?? '/usr/bin/miltertest'
const isInstalled = existsSync(program)
if (!isInstalled) console.warn(`miltertest is not installed (${program}): apt-get install miltertest`)

const run = promisify(execFile)

/** Runs a script of ./miltertest; rejects with what it prints when one of its checks fails. */
async function runScript(name: string, variables: Readonly<Record<string, string | number>>): Promise<void> {
  const defined = Object.entries(variables).flatMap(([key, value]) => ['-D', `${key}=${value}`])
  await run(program, ['-s', path.join(import.meta.dirname, 'miltertest', name), ...defined], {
    timeout: 15_000,
  })
}

const inet = (address: Parameters<typeof formatListenAddress>[0]) =>
  address.kind === 'tcp' ? `inet:${address.port}@${address.host}` : `local:${address.path}`

const endOfMessage: MilterDeciders<undefined>['endOfMessage'] = (message) => {
  const names = ['auth_authen', 'j', 'daemon_name', '{tls_version}']
  message.insertHeader(0, 'X-Queue', message.queueId ?? '')
  message.addHeader('X-Macros', names.map((name) => message.macro(name)).join(' '))
  message.changeHeader('Subject', 1, 'changed')
  message.deleteHeader('X-Same', 1)
  message.deleteHeader('X-Same', 2)
  message.addRecipient('d@example.org')
  message.deleteRecipient('b@example.org')
  message.replaceBody(Buffer.from('new\r\n'))
  message.quarantine('looks odd')
  return 'accept'
}
const nothing = () => {}
const steps = {
  connect: nothing,
  helo: nothing,
  mail: nothing,
  recipient: nothing,
  data: nothing,
  header: nothing,
  endOfHeader: nothing,
  body: nothing,
  unknown: nothing,
}

const answers: Readonly<Record<string, Awaited<Decision>>> = {
  accept: 'accept',
  reject: 'reject',
  tempfail: 'tempfail',
  discard: 'discard',
  continue: 'continue',
  code: reply(550, '5.7.1', '100% sure'),
}

describe.skipIf(!isInstalled)('miltertest', () => {
  const offered = { 2: 0x7f, 3: 0x17f, 4: 0x37f, 6: 0x1f_ffff }
  const cases = Object.entries(offered).flatMap(([version, bits]) => [
    [Number(version), bits, 'observe'] as const,
    [Number(version), bits, 'decide'] as const,
  ])

  it.each(cases)('version %i, offering %i: a filter that %ss every step', async (version, bits, group) => {
    const options =
      group === 'observe'
        ? { observe: steps, decide: { endOfMessage } }
        : { decide: { ...steps, endOfMessage } }
    const lab = await startServer(options)
    await runScript('message.lua', {
      socket: inet(lab.address),
      version,
      steps: bits,
      waits: group === 'decide' ? 1 : 0,
    })
    expect(lab.server.stats).toMatchObject({ messages: 2, protocolErrors: 0, handlerErrors: 0 })
  })

  it('gets every reply, on a UNIX socket', async () => {
    const asked = (name: string) => answers[name]
    const lab = await startServer<{ last: string }>({
      createState: () => ({ last: '' }),
      decide: {
        connect: (_, client) => asked(client.hostName.split('.')[0]!),
        helo: (_, name) => asked(name),
        mail: (_, sender) => asked(sender.address),
        recipient: (_, recipient) => asked(recipient.address),
        header(message, name, value) {
          if (name === 'X-Last') message.state.last = value
          return name === 'X-Answer' ? asked(value) : undefined
        },
        body: (_, chunk) => asked(chunk.toString('latin1')),
        endOfMessage: (message) => asked(message.state.last),
      },
    })
    const socket = path.join(mkdtempSync(path.join(os.tmpdir(), 'milter-')), 'socket')
    const listened = await lab.server.listen({ kind: 'unix', path: socket })
    if (!listened.ok) throw new Error(listened.error.message)
    await runScript('replies.lua', { socket: inet(listened.value) })
    expect(lab.server.stats).toMatchObject({ protocolErrors: 0, handlerErrors: 0 })
  })

  it('gives up, goes away, and offers little', async () => {
    const aborted: string[] = []
    const lab = await startServer<{ last: string }>({
      createState: () => ({ last: '' }),
      observe: {
        header(message, name, value) {
          if (name === 'X-Last') message.state.last = value
        },
        abort: (message) => aborted.push(message.sender.address),
      },
      decide: { endOfMessage: (message) => answers[message.state.last] },
    })
    await runScript('odd.lua', { socket: inet(lab.address) })
    await expect.poll(() => lab.server.stats.connections).toBe(0)
    expect(aborted).toEqual(['given-up', 'lost'])
    expect(lab.server.stats).toMatchObject({ messages: 2, protocolErrors: 0, handlerErrors: 0 })
  })
})
