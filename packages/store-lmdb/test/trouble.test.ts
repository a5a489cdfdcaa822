import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bundleProgram } from '@postern/tooling/test-program'
import { describe, expect, it } from 'vitest'
import { openLmdbStore } from '../src/index.ts'

const newDirectory = () => mkdtempSync(path.join(os.tmpdir(), 'postern-lmdb-'))
const entry = { first: 1, last: 2, count: 3 }

/** By another process: what is done to the file must not happen under a map of our own. */
async function fill(directory: string, entries = 2000): Promise<void> {
  const program = await bundleProgram(new URL('program.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [program, directory, 'put', String(entries)])
  expect(status).toBe(0)
}

describe('a damaged database', () => {
  const damages: [name: string, damage: (file: string) => void][] = [
    ['no database at all', (file) => writeFileSync(file, 'this is not a database\n'.repeat(1000))],
    ['a few bytes', (file) => writeFileSync(file, 'x')],
    ['binary rubbish', (file) => writeFileSync(file, Buffer.alloc(65_536, 0xa5))],
    ['only the first page is left', (file) => truncateSync(file, 4096)],
    ['two thirds are gone', (file) => truncateSync(file, Math.floor(statSync(file).size / 3 / 4096) * 4096)],
    [
      'zeros behind the first two pages',
      (file) => {
        const { size } = statSync(file)
        truncateSync(file, 8192)
        truncateSync(file, size)
      },
    ],
  ]
  it.each(damages)('%s: is set aside, and the store begins anew', async (_, damage) => {
    const directory = newDirectory()
    await fill(directory)
    damage(path.join(directory, 'data.mdb'))
    const opened = openLmdbStore({ directory })
    if (!opened.ok) throw opened.error.cause
    expect(opened.setAside).toContain('data.mdb.damaged-')
    expect(existsSync(opened.setAside!)).toBe(true)
    expect(await opened.store.count()).toBe(0)
    await opened.store.update(['t\nnew'], () => ({ value: 0, next: [entry] }))
    expect(await opened.store.count()).toBe(1)
    await opened.store.close()
  })

  it('is not what an empty file or a whole database is taken for', async () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'data.mdb'), '')
    await fill(directory, 10)
    const opened = openLmdbStore({ directory })
    expect(opened).toMatchObject({ ok: true })
    if (!opened.ok) return
    expect(opened.setAside).toBeUndefined()
    expect(await opened.store.count()).toBe(10)
    await opened.store.close()
  })
})

describe('a damaged journal', () => {
  it('is read up to the damage', async () => {
    const directory = newDirectory()
    const program = await bundleProgram(new URL('program.ts', import.meta.url))
    const { stdout } = spawnSync(process.execPath, [program, directory, 'fill', '3'], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toMatchObject({ safe: 300, refused: [] })
    const journals = readdirSync(directory).filter((name) => name.startsWith('journal'))
    for (const name of journals) {
      const file = path.join(directory, name)
      copyFileSync(file, `${file}.whole`)
      truncateSync(file, Math.max(0, statSync(file).size - 7))
    }
    const opened = openLmdbStore({ directory })
    if (!opened.ok) throw opened.error.cause
    const { store } = opened
    // The last batch of 100 is cut; the two before it are whole.
    expect(await store.count()).toBe(200)
    await store.close()
  })
})

describe('a place that cannot be used', () => {
  it('under a file', () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'file'), '')
    expect(openLmdbStore({ directory: path.join(directory, 'file', 'store') })).toMatchObject({
      ok: false,
      error: { code: 'not-a-directory' },
    })
  })

  it('without permission', () => {
    const directory = newDirectory()
    chmodSync(directory, 0o755)
    const closed = path.join(directory, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    // root may write anywhere, so it becomes somebody else for a moment.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      expect(openLmdbStore({ directory: closed })).toMatchObject({
        ok: false,
        error: { code: 'no-permission' },
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})

describe('a full disk', () => {
  const directory = newDirectory()
  const small = (command: string) => [
    '-r',
    '-m',
    'sh',
    '-c',
    `mount -t tmpfs -o size=6m none ${directory} && ${command}`,
  ]
  const canMount = spawnSync('unshare', small('true')).status === 0
  if (!canMount)
    console.log('a small file system cannot be mounted here (unshare -r -m): the full disk is tested in CI')

  it.runIf(canMount)('refuses what it cannot keep, goes on answering, and has all it promised', async () => {
    const program = await bundleProgram(new URL('program.ts', import.meta.url))
    const reader = await bundleProgram(new URL('count-program.ts', import.meta.url))
    // Filled up and killed; then a file that took part of the space goes, and the store is opened again.
    const script = `head -c 5m /dev/zero > ${directory}/ballast
      ${process.execPath} ${program} ${directory} fill 300; rm ${directory}/ballast; ${process.execPath} ${reader} ${directory}`
    const { stdout, stderr } = spawnSync('unshare', small(script), { encoding: 'utf8' })
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(stderr).not.toMatch(/Unhandled|node:internal/)
    expect(first.refused).toContain('ENOSPC')
    expect(first.safe).toBeGreaterThan(100)
    expect(first.read).toEqual({ first: 0, last: 0, count: 0 })
    expect(second.count).toBeGreaterThanOrEqual(first.safe)
  })
})
