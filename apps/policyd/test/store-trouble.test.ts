// A store that cannot be used: mail goes on, the log says why, and nothing has to be restarted afterwards.

import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openDns } from '@postern/daemon'
import { collectLog } from '@postern/daemon/testing'
import { createMemoryStore, entryKey, type GreylistStore } from '@postern/greylist'
import { createPolicySession, formatRequest, type PolicyRequest } from '@postern/postfix-policy'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createService } from '../src/service.ts'
import { openStore } from '../src/store.ts'
import { newDirectory, requestOf, settingsOf, startTestDaemon } from './in-process.ts'

const temporarily = 'DEFER_IF_PERMIT 4.3.0 Mail filter is temporarily unavailable, please try again later'

describe('a store that cannot be opened', () => {
  it.each([
    ['dunno', 'DUNNO'],
    ['defer', temporarily],
  ])('with on_error = "%s": %s', async (onError, answer) => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'file'), '')
    const daemon = await startTestDaemon({
      directory,
      store: 'directory = "file/state"',
      settings: `on_error = "${onError}"`,
    })
    expect(await daemon.ask()).toBe(answer)
    expect(await daemon.ask({ helo_name: 'server' })).toMatch(/^504 5\.5\.2 HELO <server> /)
    await daemon.close()
    const problem = `the store ${directory}/file/state is not a directory: change [store] directory`
    expect(daemon.lines[0]).toContain(` store level=error problem="${problem}" cause=`)
    const decision = daemon.lines.find((line) => line.includes(' decision '))
    expect(decision).toContain(' helo_check=ok spf_check=helo:none,mailfrom:none greylist_check=error ')
    expect(daemon.lines.find((line) => line.includes(' failure '))).toContain(
      ` failure level=error check=greylist cause="${problem}" times=1 total=1`,
    )
    expect(daemon.lines.at(-1)).toMatch(/ failures=1$/)
  })

  it('for want of permission says whose it is to mend', async () => {
    const directory = path.join(newDirectory(), 'closed')
    mkdirSync(directory)
    chmodSync(directory, process.getuid?.() === 0 ? 0o700 : 0o500)
    const { log, lines } = collectLog()
    // root may write anywhere; opening is done in one go, as somebody else.
    const store = asOther(() => openStore({ kind: 'lmdb', directory, log, retryMs: 3_600_000 }))
    onTestFinished(() => store.close())
    expect(lines[0]).toContain(`the store ${directory} may not be read and written by this user`)
    await expect(store.count()).rejects.toThrow('may not be read and written by this user')
  })

  it('is opened as soon as it can be', async () => {
    const directory = newDirectory()
    const obstacle = path.join(directory, 'state')
    writeFileSync(obstacle, '')
    const { log, lines } = collectLog()
    const store = openStore({ kind: 'lmdb', directory: obstacle, log, retryMs: 20 })
    onTestFinished(() => store.close())
    await expect(touch(store)).rejects.toThrow('is not a directory')
    expect(store.mayHave('t')).toBe(false)
    rmSync(obstacle)
    await expect.poll(() => touch(store).catch(() => 'not yet'), { timeout: 5000 }).toBe('touched')
    expect(await store.count()).toBe(1)
    expect(lines[0]).toContain('retry_seconds=0.02')
  })

  it('does not keep the daemon from ending', async () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'state'), '')
    const { log } = collectLog()
    const store = openStore({ kind: 'lmdb', directory: path.join(directory, 'state'), log })
    await expect(store.close()).resolves.toBeUndefined()
  })
})

describe('a store that is damaged', () => {
  it('is set aside, and the greylist begins anew', async () => {
    const directory = newDirectory()
    mkdirSync(path.join(directory, 'state'))
    writeFileSync(path.join(directory, 'state/data.mdb'), 'this is no database\n'.repeat(1000))
    const daemon = await startTestDaemon({ directory })
    expect(await daemon.ask()).toMatch(/^DEFER_IF_PERMIT 4\.2\.0 /)
    const line = await daemon.line(/ store level=error problem="the database was damaged/)
    expect(line).toMatch(/ set_aside=\S+data\.mdb\.damaged-/)
    expect(
      readdirSync(path.join(directory, 'state')).filter((name) => name.includes('.damaged-')),
    ).toHaveLength(1)
  })
})

describe('a store that breaks while it is used', () => {
  /** As on a full disk: what is there can be read, nothing can be written. */
  const full = (): GreylistStore => ({
    ...createMemoryStore(),
    update: () => Promise.reject(new Error('ENOSPC: no space left on device, write')),
  })

  it.each([
    ['dunno', 'dunno'],
    ['defer', 'defer_if_permit'],
  ] as const)('with on_error = "%s": %s', async (onError, kind) => {
    const { log, lines } = collectLog()
    const service = createService({
      settings: settingsOf(`policy.on_error = "${onError}"\nhelo.enabled = false\nspf.enabled = false`),
      store: full(),
      directory: '/nonexistent',
      log,
      openDns,
    })
    onTestFinished(() => service.close())
    const decide = (attributes: Record<string, string> = {}) =>
      service.handle(decodedRequest(requestOf(attributes)))
    for (let i = 0; i < 50; i++) expect((await decide()).kind).toBe(kind)
    expect((await decide({ protocol_state: 'DATA', recipient: '' })).kind).toBe('dunno')
    await expect.poll(() => service.failures.total).toBe(50)
    expect(lines.filter((line) => line.startsWith('error failure '))).toEqual([
      'error failure check=greylist cause=ENOSPC: no space left on device, write times=1 total=1',
    ])
  })
})

/** A request as it comes out of the protocol. */
function decodedRequest(attributes: Record<string, string>): PolicyRequest {
  const [event] = createPolicySession().receive(Buffer.from(formatRequest(attributes)))
  if (event?.kind !== 'request') throw new Error(`no request: ${JSON.stringify(event)}`)
  return event.request
}

const key = entryKey('triplet', 'test')
const touch = (store: GreylistStore) =>
  store.update([key], () => ({ value: 'touched', next: [{ first: 1, last: 1, count: 0 }] }))

/** Runs as nobody when the tests run as root. */
function asOther<T>(act: () => T): T {
  if (process.getuid?.() !== 0) return act()
  process.setegid?.(65_534)
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}
