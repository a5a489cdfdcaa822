import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { defaultBayesSettings } from '@postern/bayes'
import { defaultSettings, type Settings } from '@postern/settings'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bayesSettingsOf, createSharedFilters, filterDirectory, openFilter } from '../src/index.ts'
import { fakeFilter } from './fake-filter.ts'

const settingsWith = (directory: string | undefined, store?: string): Settings => {
  const { bayes, ...rest } = defaultSettings()
  return {
    ...rest,
    store: { kind: 'lmdb', ...(store !== undefined && { directory: store }) },
    bayes: { ...bayes, ...(directory !== undefined && { directory }) },
  }
}
const place = { configPath: '/etc/postern/postern.toml' }

describe('the directory of the filter', () => {
  it.each([
    ['/srv/bayes', undefined, '/srv/bayes'],
    ['bayes', '/var/lib/postern', '/etc/postern/bayes'],
    [undefined, '/var/lib/postern', '/var/lib/postern/bayes'],
    [undefined, 'state', '/etc/postern/state/bayes'],
  ])('%s, with the store in %s', (directory, store, expected) => {
    expect(filterDirectory(settingsWith(directory, store), place)).toBe(expected)
  })
})

describe('the filter of the settings', () => {
  it("is the library's unless changed", () => {
    expect(bayesSettingsOf(defaultSettings())).toEqual(defaultBayesSettings)
  })
  const newDirectory = () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-filter-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    return directory
  }
  const message = Buffer.from('Subject: lottery\n\nYou have won.\n')

  it('keeps what it has learned where the settings say', async () => {
    const settings = settingsWith(path.join(newDirectory(), 'bayes'))
    const first = await openFilter(settings, place)
    expect(await first.learn(message, 'spam')).toBe('learned')
    await first.close()
    const second = await openFilter(settings, place)
    expect(await second.learn(message, 'spam')).toBe('known')
    expect(await second.score(message)).toMatchObject({ untrained: { spam: 1, ham: 0 } })
    await second.close()
  })
  it('begins anew where the store is damaged, and tells where that lies now', async () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'data.mdb'), 'no database'.repeat(1000))
    const told: string[] = []
    const filter = await openFilter(settingsWith(directory), {
      ...place,
      onSetAside: (file) => told.push(file),
    })
    expect(await filter.learn(message, 'spam')).toBe('learned')
    await filter.close()
    expect(told).toHaveLength(1)
    expect(readFileSync(told[0] as string, 'utf8')).toContain('no database')
  })
  it('forgets at the end what is kept in memory', async () => {
    const settings: Settings = { ...settingsWith('/nowhere'), store: { kind: 'memory' } }
    for (let i = 0; i < 2; i++) {
      const filter = await openFilter(settings, place)
      expect(await filter.learn(message, 'spam')).toBe('learned')
      await filter.close()
    }
  })
  it('is not opened where that cannot be', async () => {
    const file = path.join(newDirectory(), 'file')
    writeFileSync(file, '')
    await expect(openFilter(settingsWith(file), place)).rejects.toThrow(
      'is in no directory: change [bayes] directory',
    )
  })
})

describe('filters that daemons of one process share', () => {
  it('are opened once for a directory, and closed by the last', async () => {
    const opened: ReturnType<typeof fakeFilter>[] = []
    const { open } = createSharedFilters(async () => {
      opened.push(fakeFilter())
      return opened.at(-1)!
    })
    const settings = settingsWith('/srv/bayes')
    const [one, other] = await Promise.all([open(settings, place), open(settings, place)])
    await open(settingsWith('/srv/other'), place)
    expect(opened).toHaveLength(2)
    await one.close()
    await one.close()
    expect(opened[0]!.closed).toBe(0)
    expect(await other.score(new Uint8Array())).toMatchObject({ probability: 0.5 })
    await other.close()
    expect(opened.map(({ closed }) => closed)).toEqual([1, 0])
    await open(settings, place)
    expect(opened).toHaveLength(3)
  })
  it('are opened anew after they could not be', async () => {
    let attempts = 0
    const { open } = createSharedFilters(async () => {
      if (++attempts === 1) throw new Error('no such place')
      return fakeFilter()
    })
    await expect(open(settingsWith('/srv/bayes'), place)).rejects.toThrow('no such place')
    await open(settingsWith('/srv/bayes'), place)
    expect(attempts).toBe(2)
  })
})
