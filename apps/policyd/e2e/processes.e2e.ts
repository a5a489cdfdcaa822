// One daemon as several processes: the program itself, as its processes are made by running it again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseListenAddress } from '@postern/listener'
import { createPolicyClient } from '@postern/postfix-policy/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newDirectory, requestOf } from '../test/in-process.ts'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Starts the program in a directory of its own, with a UNIX socket and a log there. */
function start(settings: string, store = 'lmdb') {
  const directory = newDirectory()
  const socket = path.join(directory, 'policy.sock')
  const file = path.join(directory, 'postern.toml')
  writeFileSync(
    file,
    `[policy]\nlisten = ["unix:${socket}"]\n${settings}\n[log]\ndestination = "${directory}/log"\n[store]\nkind = "${store}"\ndirectory = "${directory}"\n[spf]\nenabled = false\n[helo]\nenabled = false\n`,
  )
  const child = spawn(process.execPath, [program, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  const log = () => (existsSync(`${directory}/log`) ? readFileSync(`${directory}/log`, 'utf8') : '')
  const pids = () => [...log().matchAll(/ listening .*? pid=(\d+)/g)].map(([, pid]) => Number(pid))
  return { child, socket, log, pids, said: () => said }
}

async function statusOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

async function ask(socket: string, sender: string): Promise<unknown> {
  const address = parseListenAddress(`unix:${socket}`)
  if (!address.ok) throw new Error(socket)
  const client = createPolicyClient(address.value)
  onTestFinished(() => client.close())
  return client.ask(requestOf({ sender }))
}

const passes = { ok: true, action: { kind: expect.stringMatching(/^(prepend|dunno)$/) } }

describe('a daemon of several processes', () => {
  it('answers on one socket from all, over one store, and ends with all', async () => {
    const { child, socket, log, pids } = start('processes = 2\n[greylist]\ndelay_seconds = 1')
    await vi.waitFor(() => expect(new Set(pids())).toHaveProperty('size', 2), 15_000)
    expect(pids()).not.toContain(child.pid)
    // Connections go to the processes in turn: the second one knows what the first was asked.
    expect(await ask(socket, 'a@one.example')).toMatchObject({
      ok: true,
      action: { kind: 'defer_if_permit' },
    })
    for (const _ of ['the one', 'the other'])
      await vi.waitFor(async () => expect(await ask(socket, 'a@one.example')).toMatchObject(passes), 10_000)
    child.kill('SIGTERM')
    expect(await statusOf(child)).toBe(0)
    expect(log().match(/ stopped /g)).toHaveLength(2)
    expect(existsSync(socket)).toBe(false)
  })

  it('puts another process in the place of one that was killed', async () => {
    const { child, socket, pids, said } = start('processes = 2')
    await vi.waitFor(() => expect(pids()).toHaveLength(2), 15_000)
    process.kill(pids()[0]!, 'SIGKILL')
    await vi.waitFor(() => expect(pids()).toHaveLength(3), 15_000)
    expect(said()).toContain(`postern: process ${pids()[0]} ended (SIGKILL), another takes its place\n`)
    expect(await ask(socket, 'b@two.example')).toMatchObject({ ok: true })
    child.kill('SIGTERM')
    expect(await statusOf(child)).toBe(0)
  })

  it('that cannot start says why, once', async () => {
    const { child, said } = start('processes = 3\nsocket_owner = "nobody-of-that-name"')
    expect(await statusOf(child)).toBe(1)
    expect(said()).toBe('postern: [policy] socket_owner: there is no user "nobody-of-that-name"\n')
  })

  it('is refused where each would have a greylist of its own', async () => {
    const { child, said } = start('processes = 2', 'memory')
    expect(await statusOf(child)).toBe(2)
    expect(said()).toMatch(/^postern: \[policy\] processes: with \[store\] kind = "memory" each process /)
  })
})
