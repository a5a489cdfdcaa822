import { defaultSettings, type Settings } from '@postern/settings'
import { describe, expect, it } from 'vitest'
import { createSharedFilters, filterDirectory } from '../src/index.ts'
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
