// `postern bayes` on the store that people have: what was imported, what is full, what a later version wrote, who stops reading.

import path from 'node:path'
import { openLmdbBayesStore } from '@postern/bayes-lmdb'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import type { CliIo } from '../../src/io.ts'
import { runCli } from '../../src/run-cli.ts'
import { MailDesk, mbox } from './mail-desk.ts'

let desk: MailDesk
beforeEach(() => {
  desk = new MailDesk()
  onTestFinished(() => desk.clear())
  desk.settings('[bayes]\ndirectory = "bayes"\nmin_learned = 5\nslot_bits = 14\n')
})

async function train(each: number): Promise<void> {
  const subjects = (word: string) => Array.from({ length: each }, (_, i) => `${word} ${word}${i}`)
  desk.write('spam', mbox(...subjects('pills')))
  desk.write('ham', mbox(...subjects('lunch')))
  expect(await desk.run('learn', '--spam', 'spam', '--ham', 'ham')).toMatchObject({ status: 0 })
}

const wordList = '.MSG_COUNT 100 200 20261122\npills 90 1 20261122\nlunch 1 190 20261122\n'

it('an import makes a new filter score, is told, and goes when as much has been learned', async () => {
  desk.write('list', wordList)
  expect(await desk.run('bayes', 'import', 'bogofilter', 'list')).toMatchObject({
    status: 0,
    out: expect.stringContaining('The filter has learned 0 spam and 0 ham.\n'),
  })
  expect(await desk.run('bayes', 'stats')).toMatchObject({
    status: 0,
    out: expect.stringContaining(
      'bogofilter: 100 spam and 200 ham, 2 words; has a say until 300 messages are learned\n',
    ),
  })
  const stats = JSON.parse((await desk.run('bayes', 'stats', '--json')).out)
  expect(stats.imported).toEqual({ from: 'bogofilter', spam: 100, ham: 200, words: 2, until: 300 })
  desk.write('new', mbox('pills'))
  const scored = await desk.run('score', 'new', '--explain')
  expect(scored.out).toMatch(/^ {2}spam +\d\.\d+ +(word|header) +(subj:)?pills$/m)
  expect((await desk.run('bayes', 'expire')).out).not.toContain('import')
  await train(150)
  expect((await desk.run('bayes', 'expire')).out).toContain('The import had no say any more, and is gone.\n')
  expect((await desk.run('bayes', 'stats')).out).not.toContain('imported')
})

it('expire halves and forgets when told', async () => {
  await train(20)
  expect((await desk.run('bayes', 'expire', '--force', '--keep', '10')).out).toMatch(
    /^The table of words was \d+ % full: all counts were halved\.\n30 messages forgotten\.\n$/,
  )
  const stats = JSON.parse((await desk.run('bayes', 'stats', '--json')).out)
  expect(stats).toMatchObject({ spam: 10, ham: 10, seen: 10 })
})

it('a dump ends where nobody reads it any more', async () => {
  await train(600)
  const written: string[] = []
  const io: CliIo = {
    stdout: {
      write: (data) => void written.push(String(data)),
      get isClosed() {
        return written.length > 0
      },
    },
    stderr: { write: (data) => void written.push(String(data)), isClosed: false },
    stdin: (async function* () {})(),
    env: {},
    cwd: desk.directory,
    now: () => desk.now,
    host: () => desk.host,
    onSignal: () => {},
  }
  expect(await runCli(['bayes', 'dump'], io)).toBe(1)
  expect(written).toHaveLength(1)
  expect(written[0]).toMatch(/^postern-bayes 1\n/)
})

it.each<[key: string, isLittleEndian: boolean]>([
  ['shared/meta', false],
  ['shared/import/meta', true],
])('what a later version wrote (%s) is told in one line, and left alone', async (key, isLittleEndian) => {
  await train(10)
  desk.write('list', wordList)
  await desk.run('bayes', 'import', 'bogofilter', 'list')
  const { out: dump } = await desk.run('bayes', 'dump')
  const store = await openLmdbBayesStore({ directory: path.join(desk.directory, 'bayes') })
  await store.transact((transaction) => {
    const meta = transaction.get(key)!.slice()
    new DataView(meta.buffer, meta.byteOffset).setFloat64(0, 2, isLittleEndian)
    transaction.put(key, meta)
  })
  await store.close()
  desk.stdin = dump
  for (const argv of [
    ['stats'],
    ['dump'],
    ['restore', '-', '--replace'],
    ['merge', '-'],
    ['expire'],
    ['import', 'none'],
  ])
    expect(await desk.run('bayes', ...argv)).toEqual({
      status: 1,
      out: '',
      err: expect.stringMatching(
        /^postern: the filter in .* was written by a later version of Postern: .* format 2; this version of Postern knows format 1\n$/,
      ),
    })
})
