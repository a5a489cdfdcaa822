// The commands with the filter and the store that people have.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Ran } from '../harness.ts'
import { MailDesk, mbox } from './mail-desk.ts'

let desk: MailDesk
beforeEach(() => {
  desk = new MailDesk()
  onTestFinished(() => desk.clear())
  desk.settings('[bayes]\ndirectory = "bayes"\nmin_learned = 5\n')
  const subjects = (word: string) => Array.from({ length: 20 }, (_, i) => `${word} ${word}${i} number ${i}`)
  desk.write('spam', mbox(...subjects('pills')))
  desk.write('ham', mbox(...subjects('lunch')))
  desk.write('new', mbox('pills and pills'))
})

const train = () => desk.run('learn', '--spam', 'spam', '--ham', 'ham')

describe('before anything was learned', () => {
  it.each([
    [['bayes', 'stats'], 1],
    [['score', 'new'], 1],
    [['score', 'new', '--exit-code'], 3],
    [['bayes', 'dump'], 1],
    [['bayes', 'expire'], 1],
    [['bayes', 'import', 'none'], 1],
  ] as const)('%j says that there is no filter, and makes none', async (argv, status) => {
    expect(await desk.run(...argv)).toEqual({
      status,
      out: '',
      err: expect.stringMatching(
        /^postern: there is no filter in .*\/bayes: teach it with "postern learn", or name/,
      ),
    })
    expect(() => statSync(path.join(desk.directory, 'bayes'))).toThrow('ENOENT')
  })
})

it('learns, knows it again, scores, tells', async () => {
  const { status, out } = await train()
  expect(status).toBe(0)
  expect(out).toMatch(/^learned +20 +20$/m)
  expect((await train()).out).toMatch(/^known before +20 +20$/m)
  expect(await desk.run('bayes', 'stats')).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^spam learned +20$/m),
  })
  const scored = await desk.run('score', 'new', '--explain')
  expect(scored.status).toBe(0)
  expect(scored.out).toMatch(/^(spam|unsure) +0\.[5-9]\d* {2}new\n {2}for +weight +what\n/)
  expect(scored.out).toMatch(/^ {2}spam +\d\.\d+ {2}word +pills$/m)
})

it("learns into a user's own model", async () => {
  await train()
  await desk.run('learn', '--ham', 'new', '--user', 'ann')
  expect((await desk.run('bayes', 'stats', '--user', 'ann')).out).toMatch(/^ham learned +1$/m)
  expect((await desk.run('bayes', 'stats')).out).toMatch(/^ham learned +20$/m)
})

const probabilityIn = ({ out }: Ran): number => JSON.parse(out).probability

it('is moved by a dump', async () => {
  await train()
  const { out } = await desk.run('bayes', 'dump')
  const before = await desk.run('score', 'new', '--json')
  desk.settings('[bayes]\ndirectory = "other"\nmin_learned = 5\n')
  desk.stdin = gunzipSync(gzipSync(out))
  expect(await desk.run('bayes', 'restore', '-')).toMatchObject({
    status: 0,
    out: 'The dump has learned 20 spam and 20 ham.\nThe filter has learned 20 spam and 20 ham.\n',
  })
  const after = await desk.run('score', 'new', '--json')
  // Weights are kept to half a percent.
  expect(probabilityIn(after)).toBeCloseTo(probabilityIn(before), 3)
  expect((await desk.run('bayes', 'merge', '-')).out).toMatch(
    /^40 of its messages were known here, and count twice now\.$/m,
  )
  desk.stdin = out.slice(0, -30)
  expect(await desk.run('bayes', 'merge', '-')).toMatchObject({
    status: 1,
    err: expect.stringMatching(/^postern: -: line \d+: /),
  })
})

it('takes over what bogofilter has learned', async () => {
  await train()
  desk.stdin = '.MSG_COUNT 100 200 20261122\npills 90 1 20261122\nlunch 1 190 20261122\n'
  expect(await desk.run('bayes', 'import', 'bogofilter', '-')).toMatchObject({
    status: 0,
    out: expect.stringContaining('2 words are kept.\n'),
  })
  expect((await desk.run('bayes', 'import', 'none')).out).toBe('The import is gone.\n')
})

describe('what keeps the filter from being opened is told', () => {
  it.each<[name: string, prepare: () => void, status: number, err: RegExp]>([
    [
      'a mistake in the settings',
      () => desk.settings('[bayes]\nspam = 1\n'),
      2,
      /\[bayes\] spam is no setting here/,
    ],
    [
      'a store in memory',
      () => desk.settings('[store]\nkind = "memory"\n'),
      2,
      /the daemon alone knows its filter/,
    ],
    [
      'a file where the directory is to be',
      () => void desk.write('bayes', ''),
      1,
      /the filter in .*\/bayes /,
    ],
  ])('%s', async (_, prepare, status, err) => {
    prepare()
    const ran = await desk.run('learn', '--spam', 'spam')
    expect(ran).toMatchObject({ status, out: '' })
    expect(ran.err).toMatch(err)
  })
  it('a database that is none', async () => {
    await train()
    const file = path.join(desk.directory, 'bayes/data.mdb')
    const size = readFileSync(file).length
    writeFileSync(file, Buffer.alloc(size, 'x'))
    const { status, out, err } = await desk.run('bayes', 'stats')
    expect(status).toBe(1)
    expect(out).toMatch(/^spam learned +0$/m)
    expect(err).toMatch(
      /^postern: the filter was damaged and has been set aside as .*: it has to learn anew$/m,
    )
  })
})
