import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createBayesFilter } from '@postern/bayes'
import { bundleProgram } from '@postern/tooling/test-program'
import { describe, expect, it } from 'vitest'
import { openLmdbBayesStore } from '../src/index.ts'
import { newDirectory } from './directory.ts'
import { classOf, mail } from './mail.ts'

/** By another process: what is done to the file must not happen under a map of our own. */
async function fill(directory: string, messages = 100): Promise<void> {
  const program = await bundleProgram(new URL('program.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [program, directory, 'learn', '0', String(messages)])
  expect(status).toBe(0)
}

const codeOf = (opening: Promise<unknown>) =>
  opening.then(
    () => 'opened',
    (error: NodeJS.ErrnoException) => error.code,
  )

describe('a damaged database', () => {
  const damages: [name: string, damage: (file: string) => void][] = [
    ['no database at all', (file) => writeFileSync(file, 'this is not a database\n'.repeat(1000))],
    ['a few octets', (file) => writeFileSync(file, 'x')],
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
    const store = await openLmdbBayesStore({ directory })
    expect(store.setAside).toContain('data.mdb.damaged-')
    expect(existsSync(store.setAside!)).toBe(true)
    const filter = await createBayesFilter({ store })
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 0, seen: 0 })
    expect(await filter.learn(mail(1), 'ham')).toBe('learned')
    await filter.close()
  })

  it('is not what an empty file or a whole database is taken for', async () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'data.mdb'), '')
    await fill(directory, 10)
    const store = await openLmdbBayesStore({ directory })
    expect(store.setAside).toBeUndefined()
    const filter = await createBayesFilter({ store })
    expect(await filter.stats()).toMatchObject({ ham: 5, spam: 5, seen: 10 })
    await filter.close()
  })
})

describe('a place that cannot be used', () => {
  it('a file where the directory should be', async () => {
    const file = path.join(newDirectory(), 'file')
    writeFileSync(file, '')
    expect(await codeOf(openLmdbBayesStore({ directory: file }))).toBe('EEXIST')
    expect(await codeOf(openLmdbBayesStore({ directory: path.join(file, 'store') }))).toBe('ENOTDIR')
  })

  it('no permission', async () => {
    const directory = newDirectory()
    chmodSync(directory, 0o755)
    const closed = path.join(directory, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    // root may write anywhere, so it becomes somebody else for a moment.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      const inClosed = codeOf(openLmdbBayesStore({ directory: closed }))
      const belowIt = codeOf(openLmdbBayesStore({ directory: path.join(closed, 'below') }))
      expect(await inClosed).toBe('EACCES')
      expect(await belowIt).toBe('EACCES')
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})

describe('the end', () => {
  it('comes after the lessons that were begun', async () => {
    const directory = newDirectory()
    const filter = await createBayesFilter({ store: await openLmdbBayesStore({ directory }) })
    const lessons = Array.from({ length: 300 }, (_, n) => filter.learn(mail(n), classOf(n)))
    await filter.close()
    expect(new Set(await Promise.all(lessons))).toEqual(new Set(['learned']))
    const again = await createBayesFilter({ store: await openLmdbBayesStore({ directory }) })
    expect(await again.stats()).toMatchObject({ ham: 150, spam: 150, seen: 300 })
    await again.close()
  })

  it('refuses what comes after it', async () => {
    const store = await openLmdbBayesStore({ directory: newDirectory() })
    const filter = await createBayesFilter({ store })
    await filter.close()
    await filter.close()
    await expect(filter.learn(mail(1), 'ham')).rejects.toThrow('the store is closed')
    await expect(filter.score(mail(1))).rejects.toThrow('the store is closed')
    await expect(store.transact(() => 1)).rejects.toThrow('the store is closed')
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

  it.runIf(canMount)(
    'rejects learning, loses nothing, goes on scoring, and learns again when there is room',
    async () => {
      const program = await bundleProgram(new URL('program.ts', import.meta.url))
      const script = `head -c 3m /dev/zero > ${directory}/ballast
      ${process.execPath} ${program} ${directory} fill ${directory}/ballast`
      const { stdout, stderr } = spawnSync('unshare', small(script), { encoding: 'utf8' })
      expect(stderr).not.toMatch(/Unhandled|node:internal/)
      const { full, score, again, stats } = JSON.parse(stdout)
      expect(full.refused).toEqual(['ENOSPC'])
      expect(full.learned).toBeGreaterThan(20)
      expect(full.stats.seen).toBe(full.learned)
      expect(full.stats.ham + full.stats.spam).toBe(full.learned)
      expect(score.probability).toBeGreaterThan(0.9)
      expect(again).toBe('learned')
      expect(stats.seen).toBe(full.learned + 1)
    },
  )
})
