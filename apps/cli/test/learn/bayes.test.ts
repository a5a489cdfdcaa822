import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBayesDump } from '../../src/commands/bayes-dump.ts'
import { createBayesExpire } from '../../src/commands/bayes-expire.ts'
import { createBayesImport } from '../../src/commands/bayes-import.ts'
import { createBayesMerge } from '../../src/commands/bayes-merge.ts'
import { createBayesRestore } from '../../src/commands/bayes-restore.ts'
import { createBayesStats } from '../../src/commands/bayes-stats.ts'
import { MailDesk, mbox } from './mail-desk.ts'

let desk: MailDesk
beforeEach(() => {
  desk = new MailDesk()
})
afterEach(() => desk.clear())

const stats = (...argv: string[]) => desk.runCommand('bayes stats', createBayesStats(desk.open), ...argv)
const take = (...argv: string[]) => desk.runCommand('bayes import', createBayesImport(desk.open), ...argv)

describe('bayes stats', () => {
  it('tells what is missing, with status 1', async () => {
    desk.write('box', mbox('a'))
    await desk.learn('--spam', 'box')
    const { status, out } = await stats()
    expect(status).toBe(1)
    expect(out).toMatch(/^spam learned +1$/m)
    expect(out).toContain('until it has 2 of each: 1 more spam and 2 more ham.\n')
  })
  it('tells that it scores, with status 0', async () => {
    desk.write('spam', mbox('a', 'b'))
    desk.write('ham', mbox('c', 'd'))
    await desk.learn('--spam', 'spam', '--ham', 'ham')
    const { status, out } = await stats()
    expect(status).toBe(0)
    expect(out).toMatch(/The filter has learned 2 spam and 2 ham\.\n$/)
  })
  it('prints JSON', async () => {
    expect(JSON.parse((await stats('--json', '--user', 'ann')).out)).toMatchObject({
      status: 1,
      user: 'ann',
      spam: 0,
      ham: 0,
      needed: 2,
    })
  })
  it('a store that fails is told', async () => {
    desk.filter.breakDown(new Error('disk'))
    expect(await stats()).toEqual({ status: 1, out: '', err: "postern: the filter's store failed: disk\n" })
  })
})

const backup = [
  'v\t3\tdb_version # first',
  'v\t20\tnum_spam',
  'v\t30\tnum_nonspam',
  't\t1\t9\t1030033061\t0528f144b8',
  '',
].join('\n')
const dump = ['$0.01 1 2 20261122', '.MSG_COUNT 1402 3807 20261122', 'word 6 0 20261122', ''].join('\n')

describe('bayes import', () => {
  it('takes what sa-learn prints', async () => {
    desk.write('backup', backup)
    const { status, out } = await take('sa', 'backup')
    expect(status).toBe(0)
    expect(out).toMatch(/^SpamAssassin has learned 20 spam and 30 ham, with 1 words\.\n1 words are kept\.\n/)
    expect(desk.taken).toHaveLength(2)
  })
  it('takes what bogoutil prints, from standard input', async () => {
    desk.stdin = dump
    const { status, out } = await take('bogofilter', '-')
    expect(status).toBe(0)
    expect(out).toContain('bogofilter has learned 1,402 spam and 3,807 ham, with 2 words.\n')
    expect(desk.taken.map((row) => (row.kind === 'token' ? row.token : row.kind))).toEqual([
      '$0.01',
      'messages',
      'word',
    ])
  })
  it('takes what gzip has packed', async () => {
    desk.write('backup.gz', gzipSync(backup))
    expect((await take('sa', 'backup.gz')).status).toBe(0)
    desk.stdin = gzipSync(dump)
    expect((await take('bogofilter', '-')).status).toBe(0)
    desk.write('half.gz', gzipSync(backup).subarray(0, 60))
    expect(await take('sa', 'half.gz')).toMatchObject({
      status: 1,
      err: 'postern: half.gz cannot be read: unexpected end of file\n',
    })
  })
  it('takes lines with CRLF', async () => {
    desk.write('backup', backup.replaceAll('\n', '\r\n'))
    expect((await take('sa', 'backup')).status).toBe(0)
  })
  it('a further import takes the place of the first, and none takes it away', async () => {
    desk.write('backup', backup)
    await take('sa', 'backup')
    expect((await take('sa', 'backup')).out).toContain(
      'words are kept in place of those of an earlier import.\n',
    )
    expect((await take('none')).out).toBe('The import is gone.\n')
    expect((await take('none')).out).toBe('There was no import.\n')
  })
  it('wants a file', async () => {
    expect(await take('sa')).toMatchObject({
      status: 2,
      err: 'postern: FILE is missing: what "sa-learn --backup" has printed\n',
    })
  })
  it('a dry run takes nothing', async () => {
    desk.write('backup', backup)
    expect((await take('sa', 'backup', '-n')).status).toBe(0)
    expect(desk.taken).toEqual([])
  })
  it.each<[name: string, format: string, text: string, message: string]>([
    ['another dump', 'bogofilter', backup, 'line 1: this is not what bogoutil -d prints'],
    [
      'another version',
      'sa',
      backup.replace('v\t3', 'v\t2'),
      'line 1: it is of a version of SpamAssassin that is not known',
    ],
    ['a damaged line', 'sa', backup.replace('0528', '05xx'), 'line 4: this is no line of sa-learn --backup'],
    [
      'a count that is none',
      'sa',
      backup.replace('\t9\t', '\t-9\t'),
      'line 4: a number here is none, or is too large',
    ],
    [
      'half a dump',
      'bogofilter',
      'word 1 2 20261122\n',
      'does not say how many messages were learned: it is not whole',
    ],
    ['an empty file', 'sa', '', 'this is not what sa-learn --backup prints'],
    ['an endless line', 'bogofilter', 'x'.repeat(3_000_000), 'line 1: this is not what bogoutil -d prints'],
  ])('%s is told, and nothing is taken', async (_, format, text, message) => {
    desk.write('f', text)
    const { status, err } = await take(format, 'f')
    expect(status).toBe(1)
    expect(err).toMatch(/^postern: f: /)
    expect(err).toContain(message)
    expect(desk.taken).toEqual([])
  })
  it('a missing file is told', async () => {
    expect(await take('sa', 'nowhere')).toEqual({
      status: 1,
      out: '',
      err: 'postern: nowhere does not exist\n',
    })
  })
  it('another format is a mistake', async () => {
    expect(await take('rspamd', 'f')).toMatchObject({
      status: 2,
      err: 'postern: FORMAT is one of sa, bogofilter, none, not "rspamd"\n',
    })
  })
})

describe('bayes dump', () => {
  it('prints its lines, however many', async () => {
    desk.dump = Array.from({ length: 2500 }, (_, i) => `line ${i}`)
    const { status, out } = await desk.runCommand('bayes dump', createBayesDump(desk.open))
    expect({ status, out }).toEqual({ status: 0, out: `${desk.dump.join('\n')}\n` })
  })
})

const restore = (...argv: string[]) =>
  desk.runCommand('bayes restore', createBayesRestore(desk.open), ...argv)
const merge = (...argv: string[]) => desk.runCommand('bayes merge', createBayesMerge(desk.open), ...argv)

describe('bayes restore', () => {
  it('takes a dump', async () => {
    desk.write('dump', 'one\ntwo\n')
    const { status, out } = await restore('dump', '--user', 'ann')
    expect(status).toBe(0)
    expect(out).toMatch(/^The dump has learned 2 spam and 1 ham\.\nThe filter has learned /)
    expect(desk.loaded).toEqual([{ mode: 'replace', user: 'ann', lines: ['one', 'two'] }])
  })
  it('does not give up what was learned unless told', async () => {
    desk.write('box', mbox('a'))
    await desk.learn('--spam', 'box')
    desk.stdin = 'one\n'
    expect(await restore('-')).toMatchObject({
      status: 1,
      err: 'postern: 1 spam and 0 ham have been learned here: --replace gives them up, "bayes merge" keeps them\n',
    })
    expect((await restore('-', '--replace')).status).toBe(0)
    expect(desk.loaded).toEqual([{ mode: 'replace', user: undefined, lines: ['one'] }])
  })
  it('tells what is wrong with a dump', async () => {
    desk.write('dump', 'one\ndamaged\n')
    expect(await restore('dump')).toMatchObject({
      status: 1,
      err: 'postern: dump: line 2: this is no line of a dump, or it was changed\n',
    })
    expect(await restore('nowhere')).toMatchObject({ status: 1, err: 'postern: nowhere does not exist\n' })
  })
})

it('bayes merge adds a dump, and says what counts twice', async () => {
  desk.write('box', mbox('a'))
  await desk.learn('--spam', 'box')
  desk.write('dump', 'one\n')
  expect(await merge('dump')).toMatchObject({
    status: 0,
    out: expect.stringContaining('1 of its messages were known here, and count twice now.\n'),
  })
  expect(desk.loaded).toEqual([{ mode: 'add', user: undefined, lines: ['one'] }])
})

describe('bayes expire', () => {
  const expire = (...argv: string[]) => desk.runCommand('bayes expire', createBayesExpire(desk.open), ...argv)
  it.each<[argv: string[], options: object]>([
    [[], { force: false }],
    [['--keep', '30', '--user', 'ann'], { force: false, keep: 30, user: 'ann' }],
    [['--keep', '0', '--force'], { force: true, keep: 0 }],
  ])('%j', async (argv, options) => {
    const { status, out } = await expire(...argv)
    expect(status).toBe(0)
    expect(out).toMatch(
      /^The table of words was 12 % full(: all counts were halved)?\.\n1,234 messages forgotten\.\n$/,
    )
    expect(desk.expired).toEqual([options])
  })
  it('wants a number', async () => {
    expect((await expire('--keep', 'all')).status).toBe(2)
  })
})
