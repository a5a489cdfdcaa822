import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type LoadedSettings, loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'
import {
  newDirectory,
  settingsText,
  startTestDaemon,
  startTestDns,
  type TestDaemon,
  type TestDaemonOptions,
} from './in-process.ts'

/** A daemon whose settings file the test can change. */
async function startReloadable(options: TestDaemonOptions = {}) {
  const directory = newDirectory()
  const dns = options.dns ?? (await startTestDns())
  const log = path.join(directory, 'log')
  let next: () => LoadedSettings = () => loadSettings('')
  const daemon = await startTestDaemon({ ...options, directory, dns, reload: () => next() })
  const reload = (settings: TestDaemonOptions | (() => LoadedSettings)) => {
    next = typeof settings === 'function' ? settings : () => loadSettings(settingsText(settings, log, dns))
    daemon.policyd.reload()
  }
  return { daemon, reload, dns, directory }
}

/** The seconds that a new triplet is told to wait. */
const answerSeconds = async (daemon: TestDaemon, recipient: string) =>
  /in (\d+) seconds$/.exec(await daemon.ask({ recipient }))?.[1]

describe('rereading the settings', () => {
  it('changes the answers on connections that are open, and keeps what is known', async () => {
    const { daemon, reload } = await startReloadable({ store: 'kind = "memory"' })
    expect(await answerSeconds(daemon, 'a@lab.example.com')).toBe('180')
    reload({ store: 'kind = "memory"', settings: '[greylist]\ndelay_seconds = 60' })
    expect(await answerSeconds(daemon, 'b@lab.example.com')).toBe('60')
    expect(Number(await answerSeconds(daemon, 'a@lab.example.com'))).toBeLessThanOrEqual(60)
    reload({ store: 'kind = "memory"', settings: '[greylist]\nmode = "observe"' })
    expect(await daemon.ask({ recipient: 'c@lab.example.com' })).toBe('DUNNO')
    await daemon.close()
    expect(daemon.lines.filter((line) => line.includes(' reloaded '))).toHaveLength(2)
    // The client would have opened another connection when it lost the first.
    expect(daemon.lines.at(-1)).toMatch(/ stopped daemon=policyd requests=4 protocol_errors=0 failures=0$/)
  })

  it('with mistakes changes nothing and logs each', async () => {
    const { daemon, reload } = await startReloadable({ settings: '[greylist]\ndelay_seconds = 60' })
    reload(() => loadSettings('[greylist]\ndelay_seconds = -1\n\n[greilist]\n'))
    expect(await answerSeconds(daemon, 'a@lab.example.com')).toBe('60')
    const first = await daemon.line(/ settings level=error .*setting=greylist\.delay_seconds problem=/)
    expect(first).toContain(` file=${daemon.directory}/postern.toml line=2 `)
    await daemon.line(/ settings level=error .* line=4 setting=greilist problem=/)
    expect(daemon.lines.filter((line) => line.includes(' reloaded '))).toEqual([])
  })

  it('says which settings wait for a restart', async () => {
    const { daemon, reload } = await startReloadable()
    reload({ store: 'directory = "elsewhere"', settings: 'max_connections = 7' })
    await daemon.line(
      / settings level=warn setting=policy\.max_connections problem="takes effect at the next start"$/,
    )
    await daemon.line(/ settings level=warn setting=store\.directory /)
    await daemon.close()
    expect(daemon.lines.filter((line) => line.includes('next start'))).toHaveLength(2)
  })

  it('lets a lookup that is going on come to its end', async () => {
    let release = () => {}
    const asked = new Promise<void>((resolve) => {
      release = resolve
    })
    let isFirst = true
    const dns = await startTestDns({
      conduct({ name }) {
        if (name !== 'slow.example.net' || !isFirst) return undefined
        isFirst = false
        release()
        return { drop: true }
      },
    })
    const { daemon, reload } = await startReloadable({ dns })
    const answer = daemon.ask({ helo_name: 'slow.example.net' })
    await asked
    reload({})
    // The second attempt of the same resolver is answered.
    expect(await answer).toMatch(/^DEFER_IF_PERMIT 4\.2\.0 /)
    expect(await daemon.line(/ decision /)).not.toContain('unknown-hostname')
  })

  it('opens the log file anew, for logrotate', async () => {
    const { daemon, reload, directory } = await startReloadable()
    const log = path.join(directory, 'log')
    await daemon.line(/ listening /)
    renameSync(log, `${log}.1`)
    reload({})
    await daemon.line(/ reloaded /)
    expect(readFileSync(`${log}.1`, 'utf8')).toContain(' listening ')
    await daemon.ask()
    await daemon.line(/ decision /)
  })

  it('reads changed lists', async () => {
    const directory = newDirectory()
    const list = path.join(directory, 'clients')
    writeFileSync(list, '')
    const settings = `[greylist]\nclients_files = ["${list}"]`
    const { daemon, reload } = await startReloadable({ settings })
    expect(await daemon.ask()).toMatch(/^DEFER/)
    writeFileSync(list, 'mail.example.net\n')
    reload({ settings })
    expect(await daemon.ask()).toBe('DUNNO')
  })
})
