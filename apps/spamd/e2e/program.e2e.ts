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
    spamc: createSpamcClient({
      servers: [{ kind: 'unix', path: socket }],
      attempts: 20,
      retryMs: 100,
      // A connection on its way to a process that is killed is answered by nobody: node:cluster does not hand it to another.
      timeoutMs: 3000,
    }),
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
    expect(await spamc.learn(message, 'ham')).toEqual({ ok: true, value: true })
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

  it('keeps what it has confirmed when a process is killed that learns', async () => {
    const { spamc, pids, stop } = await start('processes = 2\nallow_tell = true\n', { count: 2 })
    const lessonOf = (i: number) =>
      Buffer.from(`Subject: lesson ${i}\nMessage-ID: <${i}@example.net>\n\nword${i}\n`)
    const confirmed: number[] = []
    let checked = 0
    let next = 0
    const learn = async () => {
      while (next < 200) {
        const i = next++
        if (i === 50) process.kill(pids()[0]!, 'SIGKILL')
        const learned = await spamc.learn(lessonOf(i), i % 2 === 0 ? 'spam' : 'ham')
        if (learned.ok && learned.value) confirmed.push(i)
        if ((await spamc.check(lessonOf(i))).ok) checked++
      }
    }
    await Promise.all([learn(), learn(), learn(), learn()])
    // Not more than what was under way there.
    expect(confirmed.length).toBeGreaterThanOrEqual(190)
    expect(checked).toBeGreaterThanOrEqual(190)
    for (const i of confirmed)
      expect(await spamc.learn(lessonOf(i), i % 2 === 0 ? 'spam' : 'ham')).toEqual({ ok: true, value: false })
    expect(await stop()).toBe(0)
  })

  it('learns in one process what the other then knows', async () => {
    const { spamc, stop } = await start('processes = 2\nallow_tell = true\n[bayes]\nmin_learned = 20\n', {
      count: 2,
    })
    const spam = (i: number) => Buffer.from(`Subject: lottery\n\nClaim your lottery millions ${i}\n`)
    const ham = (i: number) => Buffer.from(`Subject: agenda\n\nThe minutes of the project meeting ${i}\n`)
    for (let i = 0; i < 20; i++) {
      expect(await spamc.learn(spam(i), 'spam')).toEqual({ ok: true, value: true })
      expect(await spamc.learn(ham(i), 'ham')).toEqual({ ok: true, value: true })
    }
    const points = new Set<number>()
    for (let i = 0; i < 6; i++) {
      const checked = await spamc.check(spam(99))
      if (checked.ok) points.add(checked.value.score)
    }
    expect(points.size).toBe(1)
    expect([...points][0]).toBeGreaterThan(0)
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
