import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseListenAddress } from '@postern/listener'
import { loadSettings } from '@postern/settings'
import { createSpamcClient } from '@postern/spamd/client'
import { describe, expect, it } from 'vitest'
import { runSpamd, spamd } from '../src/index.ts'
import { createFakeFilter } from './fake-filter.ts'
import { newDirectory, startTestSpamd } from './in-process.ts'

const message = Buffer.from('Subject: x\n\nbody\n')

const settingsOf = (text: string) => {
  const loaded = loadSettings(text)
  if (!loaded.ok) throw new Error('mistakes')
  return loaded.settings
}

describe('the daemon', () => {
  it('listens where it shall, and says so', async () => {
    const directory = newDirectory()
    const socket = path.join(directory, 'socket')
    const { addresses, line, spamc, daemon, filter } = await startTestSpamd(
      `spamd.listen = ["127.0.0.1:0", "unix:${socket}"]\nspamd.socket_mode = "0620"`,
      directory,
    )
    expect(spamd.table).toBe('spamd')
    expect(await line(/ listening /)).toMatch(
      / listening on="127\.0\.0\.1:\d+ unix:\/\S+" daemon=spamd version=\S+ pid=\d+ tell=refused settings=/,
    )
    expect(statSync(socket).mode & 0o777).toBe(0o620)
    expect(await spamc.ping()).toEqual({ ok: true, value: true })
    const overSocket = createSpamcClient({ servers: [addresses[1]!] })
    expect(await overSocket.check(message)).toMatchObject({ ok: true })
    await daemon.close()
    expect(filter.isClosed).toBe(true)
    expect(await createSpamcClient({ servers: addresses, attempts: 1 }).ping()).toMatchObject({
      error: { code: 'unreachable' },
    })
  })

  it('does not start without its port', async () => {
    const { daemon } = await startTestSpamd()
    const filter = createFakeFilter()
    const [address] = daemon.addresses
    const settings = settingsOf(`spamd.listen = ["${address}"]\nlog.destination = "/dev/null"`)
    expect(await runSpamd({ settings, openFilter: async () => filter })).toEqual({
      ok: false,
      message: `Cannot listen on ${address}: another process listens on this port.`,
    })
    expect(filter.isClosed).toBe(true)
  })

  it('starts without its filter, and tells spamc that it cannot answer', async () => {
    const log = path.join(newDirectory(), 'log')
    const settings = settingsOf(`spamd.listen = ["127.0.0.1:0"]\nlog.destination = "${log}"`)
    const openFilter = () => Promise.reject(new Error('no such directory'))
    const started = await runSpamd({ settings, openFilter })
    if (!started.ok) throw new Error(started.message)
    const address = parseListenAddress(started.daemon.addresses[0]!)
    if (!address.ok) throw new Error('no address')
    const spamc = createSpamcClient({ servers: [address.value] })
    expect(await spamc.ping()).toEqual({ ok: true, value: true })
    expect(await spamc.check(message)).toMatchObject({ error: { code: 'refused', status: 75 } })
    await started.daemon.close()
    expect(readFileSync(log, 'utf8')).toContain('no such directory')
  })

  it('rereads its settings', async () => {
    const started = await startTestSpamd()
    const { spamc, reload, line } = started
    expect(await spamc.learn(message, 'ham')).toMatchObject({ ok: false })
    reload('spamd.allow_tell = true\nspamd.max_connections = 3')
    expect(await spamc.learn(message, 'ham')).toMatchObject({ ok: true })
    await line(/ reloaded daemon=spamd .* tell=allowed /)
    await line(/ settings level=warn setting=spamd\.max_connections problem="takes effect at the next start"/)
    reload('spamd.allow_tel = true')
    expect(await spamc.learn(message, 'spam')).toMatchObject({ ok: true })
    await line(/ settings level=error .* setting=spamd\.allow_tel /)
    expect(started.lines.filter((text) => text.includes(' failure '))).toEqual([])
  })

  it('keeps to the size of messages', async () => {
    const { spamc, line } = await startTestSpamd('spamd.max_message_octets = 1024')
    expect(await spamc.check(Buffer.alloc(1025, 'x\n'))).toMatchObject({
      error: { code: 'refused', message: 'Service Unavailable: the message has more than 1024 bytes' },
    })
    await line(/ refused .* problem=too-large /)
  })

  it('notes bugs and goes on', async () => {
    const { daemon, spamc, line } = await startTestSpamd()
    daemon.noteBug(new TypeError('a bug'))
    await line(/ failure level=error check=spamd cause="a bug" /)
    expect(await spamc.ping()).toEqual({ ok: true, value: true })
  })
})
