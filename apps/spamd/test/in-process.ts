// The daemon inside the test's own process, over a filter of the test, with its log in a file.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Daemon } from '@postern/daemon'
import { parseListenAddress } from '@postern/listener'
import { formatProblems, loadSettings } from '@postern/settings'
import { createSpamcClient, type ListenAddress, type SpamcClient } from '@postern/spamd/client'
import { expect, onTestFinished } from 'vitest'
import { runSpamd } from '../src/index.ts'
import { createFakeFilter, type FakeFilter } from './fake-filter.ts'

export interface TestSpamd {
  readonly daemon: Daemon
  readonly filter: FakeFilter
  readonly addresses: readonly ListenAddress[]
  readonly spamc: SpamcClient
  readonly lines: readonly string[]
  line(pattern: RegExp): Promise<string>
  /** What the settings file has from now on, and a SIGHUP. */
  reload(settings: string): void
}

export const newDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-spamd-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Starts a daemon that ends with the test. `settings`: lines beside [spamd] listen and [log]. */
export async function startTestSpamd(settings = '', directory = newDirectory()): Promise<TestSpamd> {
  const log = path.join(directory, 'log')
  const load = (text: string) => {
    const listen = text.includes('spamd.listen') ? '' : 'spamd.listen = ["127.0.0.1:0"]'
    return loadSettings(`log.destination = "${log}"\npolicy.host_name = "mx.example.org"\n${listen}\n${text}`)
  }
  const loaded = load(settings)
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test').join('\n'))
  const filter = createFakeFilter()
  let current = settings
  const started = await runSpamd({
    openFilter: async () => filter,
    settings: loaded.settings,
    configPath: path.join(directory, 'postern.toml'),
    reload: () => load(current),
  })
  if (!started.ok) throw new Error(started.message)
  const { daemon } = started
  onTestFinished(() => daemon.close())
  const addresses = daemon.addresses.map((text) => {
    const parsed = parseListenAddress(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  })
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [])
  return {
    daemon,
    filter,
    addresses,
    spamc: createSpamcClient({ servers: addresses, attempts: 1 }),
    get lines() {
      return lines()
    },
    async line(pattern) {
      await expect.poll(lines, { timeout: 5000 }).toContainEqual(expect.stringMatching(pattern))
      return lines().find((line) => pattern.test(line))!
    },
    reload(text) {
      current = text
      daemon.reload()
    },
  }
}
