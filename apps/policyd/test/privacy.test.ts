import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { newDirectory, startTestDaemon } from './in-process.ts'

const settings = '[greylist]\nprivacy = true'

describe('with privacy', () => {
  it('the store holds nothing that names anybody, and still knows everybody again', async () => {
    const directory = newDirectory()
    const first = await startTestDaemon({ directory, settings })
    expect(await first.ask()).toMatch(/180 seconds$/)
    expect(await first.ask({ sasl_username: 'bob', recipient: 'friend@example.org' })).toBe('DUNNO')
    await first.close()

    const state = path.join(directory, 'state')
    const names = readdirSync(state)
    expect(names).toContain('data.mdb')
    for (const name of names) {
      const bytes = readFileSync(path.join(state, name), 'latin1').toLowerCase()
      for (const word of ['alice', 'bob', 'friend', 'example', '192.0.2']) expect(bytes).not.toContain(word)
    }
    expect(statSync(path.join(state, 'privacy.key')).mode & 0o777).toBe(0o600)

    const second = await startTestDaemon({ directory, settings })
    expect(await second.ask()).toMatch(/seconds$/)
    expect(await second.line(/ greylist_check=early-retry\(/)).toContain(' sender=alice@example.net ')
    expect(await second.ask({ sender: 'friend@example.org', recipient: 'alice@example.net' })).toBe('DUNNO')
  })

  it('without it, the same store does hold names', async () => {
    const daemon = await startTestDaemon()
    await daemon.ask()
    await daemon.close()
    expect(readFileSync(path.join(daemon.directory, 'state/data.mdb'), 'latin1')).toContain(
      'alice@example.net',
    )
  })

  it('a key that cannot be read breaks the check, not the daemon, until it can be', async () => {
    const directory = newDirectory()
    const key = path.join(directory, 'state/privacy.key')
    mkdirSync(key, { recursive: true })
    const daemon = await startTestDaemon({ directory, settings })
    expect(await daemon.ask()).toBe('DUNNO')
    await daemon.line(/ failure level=error check=greylist cause="EISDIR/)
    rmdirSync(key)
    expect(await daemon.ask()).toMatch(/^DEFER_IF_PERMIT/)
  })
})
