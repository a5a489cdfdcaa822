import { loadSettings } from '@postern/settings'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Desk } from './harness.ts'

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

describe('config check', () => {
  it('finds no mistakes in a good file', async () => {
    desk.settings('[greylist]\ndelay_seconds = 60\n')
    expect(await desk.run('config', 'check')).toEqual({
      status: 0,
      out: 'postern.toml: no mistakes\n',
      err: '',
    })
  })
  it('prints every mistake with its place, like a compiler', async () => {
    const file = desk.write('other.toml', '[store]\nknid = 1\n[greylist]\nmode = observe\n')
    const { status, out, err } = await desk.run('config', 'check', 'other.toml')
    expect(out.split('\n')).toEqual([
      'other.toml:2:1: [store] knid is no setting here; did you mean kind? It may be one of: kind, directory',
      'other.toml:4:8: [greylist] mode must be "enforce" or "observe", not observe: write "observe"',
      '',
    ])
    expect({ status, err }).toEqual({ status: 2, err: 'postern: 2 mistakes\n' })
    expect(file.endsWith('other.toml')).toBe(true)
  })
  it('prints them for programs', async () => {
    desk.settings('[store]\nkind = 1\n')
    const { status, out } = await desk.run('config', 'check', '--json')
    expect(status).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [{ line: 2, column: 8, path: 'store.kind', code: 'wrong-type' }],
    })
  })
  it('says that there is no such file', async () => {
    const { status, out } = await desk.run('config', 'check', 'missing.toml')
    expect({ status, out }).toEqual({ status: 2, out: `there is no file ${desk.directory}/missing.toml\n` })
  })
  it('says that a directory is no file', async () => {
    const { status, out } = await desk.run('config', 'check', '.')
    expect({ status, out }).toEqual({ status: 2, out: `${desk.directory} is a directory\n` })
  })
})

it('config sample prints a file that loads', async () => {
  const { status, out } = await desk.run('config', 'sample')
  expect(status).toBe(0)
  expect(loadSettings(out).ok).toBe(true)
})

describe('other commands', () => {
  it.each([
    ['greylist', 'list'],
    ['greylist', 'pause', 'bob@example.net'],
    ['helo', 'check', 'x', '--client', '192.0.2.1'],
    ['serve'],
  ])('%s %s reports mistakes in the settings and stops', async (...argv) => {
    desk.settings('[log]\nlevel = "loud"\n')
    expect(await desk.run(...argv)).toEqual({
      status: 2,
      out: '',
      err: 'postern: postern.toml:2:9: [log] level must be "error", "warn", "info" or "debug", not "loud"\n',
    })
  })
})
