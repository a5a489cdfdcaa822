// The built program: alone, as several processes, and under `postern serve`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { programOf } from '@postern/e2e/daemon'
import { createSpamcClient } from '@postern/spamd/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newDirectory } from '../test/in-process.ts'

/** Starts the program in a directory of its own, with a UNIX socket and a log there, and waits until `count` processes listen. */
async function start(settings: string, { app = 'spamd' as 'spamd' | 'serve', count = 1 } = {}) {
  const directory = newDirectory()
  const socket = path.join(directory, 'spamd.sock')
  const file = path.join(directory, 'postern.toml')
  const write = (tables: string) =>
    writeFileSync(
      file,
      `[log]\ndestination = "${directory}/log"\n[store]\ndirectory = "${directory}"\n[spamd]\nlisten = ["unix:${socket}"]\n${tables}`,
    )
  write(settings)
  const command = [programOf(app), ...(app === 'serve' ? ['serve'] : []), '--config', file]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const log = () => (existsSync(`${directory}/log`) ? readFileSync(`${directory}/log`, 'utf8') : '')
  const pids = () =>
    [...log().matchAll(/ listening .*daemon=spamd .*? pid=(\d+)/g)].map(([, pid]) => Number(pid))
  await vi.waitFor(() => expect(new Set(pids()), said).toHaveProperty('size', count), 15_000)
  return {
    child,
    log,
    pids,
    write,
    said: () => said,
    spamc: createSpamcClient({ servers: [{ kind: 'unix', path: socket }], attempts: 20, retryMs: 100 }),
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      return child.exitCode
    },
  }
}

const pong = { ok: true, value: true }
const message = Buffer.from('Subject: x\n\nbody\n')

describe('the program', () => {
  it('answers, rereads its settings, ends when told to', async () => {
    const { spamc, child, log, write, stop } = await start('')
    expect(await spamc.ping()).toEqual(pong)
    expect(await spamc.learn(message, 'ham')).toMatchObject({ error: { status: 69 } })
    write('allow_tell = true\n')
    child.kill('SIGHUP')
    await vi.waitFor(() => expect(log()).toMatch(/ reloaded .* tell=allowed /), 5000)
    // It may know of no store; but it does not refuse.
    expect(await spamc.learn(message, 'ham')).not.toMatchObject({ error: { status: 69 } })
    expect(await stop()).toBe(0)
    expect(log()).toMatch(/ stopped daemon=spamd scans=0 tells=1 refused=1 /)
  })

  it('as two processes goes on when one is killed', async () => {
    const { spamc, pids, said, stop } = await start('processes = 2\n', { count: 2 })
    for (let i = 0; i < 10; i++) expect(await spamc.ping()).toEqual(pong)
    process.kill(pids()[0]!, 'SIGKILL')
    await vi.waitFor(() => expect(new Set(pids())).toHaveProperty('size', 3), 15_000)
    expect(said()).toMatch(/process \d+ ended \(SIGKILL\), another takes its place/)
    for (let i = 0; i < 10; i++) expect(await spamc.ping()).toEqual(pong)
    expect(await stop()).toBe(0)
  })

  it('runs under `postern serve` beside the others', async () => {
    const others = '[policy]\nlisten = ["127.0.0.1:0"]\n[milter]\nlisten = ["127.0.0.1:0"]\n'
    const { spamc, log, stop } = await start(`enabled = true\n${others}`, { app: 'serve' })
    expect(await spamc.ping()).toEqual(pong)
    expect(await stop()).toBe(0)
    for (const daemon of ['policyd', 'milterd', 'spamd'])
      expect(log()).toContain(` stopped daemon=${daemon} `)
  })
})
