import { linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ran } from '../harness.ts'
import { MailDesk } from './mail-desk.ts'

let desk: MailDesk
let running: Promise<Ran> | undefined

beforeEach(() => {
  desk = new MailDesk()
  // The times of files are those of the real clock.
  desk.now = Math.floor(statSync(desk.directory).ctimeMs / 1000)
})
afterEach(async () => {
  desk.signal('SIGTERM')
  await running
  running = undefined
  desk.clear()
})

/** Starts to watch; the first look has been taken when it resolves. */
async function watch(...argv: string[]): Promise<void> {
  running = desk.learn('--watch', ...argv)
  await vi.waitFor(() => expect(desk.out).toContain('watching '), { timeout: 5000, interval: 20 })
}

async function stop(): Promise<Ran> {
  desk.signal('SIGTERM')
  return running!
}

const logged = (...lines: string[]) =>
  vi.waitFor(() => expect(desk.filter.log).toEqual(lines), { timeout: 5000, interval: 20 })

/** As a server moves mail: a link in the other folder, then the file goes. */
function move(from: string, to: string): void {
  linkSync(path.join(desk.directory, from), path.join(desk.directory, to))
  rmSync(path.join(desk.directory, from))
}

describe('--watch', () => {
  it('learns what is there, and tells of it', async () => {
    desk.maildir('box', 'cur/1.old:2,RS', 'cur/2.read:2,S', 'new/3.unread')
    desk.maildir('box/.Junk', 'new/4.junk', 'cur/5.gone:2,T')
    await watch('--spam', 'box/.Junk', '--ham', 'box')
    expect([...desk.filter.log].sort()).toEqual(['ham 1.old', 'spam 4.junk'])
    const { status, out } = await stop()
    expect(status).toBe(0)
    expect(out).toContain(`learned as spam: ${desk.directory}/box/.Junk/new/4.junk\n`)
    expect(out).toContain('watching 1 folders of spam and 1 of ham\n')
  })
  it('learns mail that is moved to the spam, and relearns what is taken out again', async () => {
    desk.maildir('box', 'cur/1.a:2,S')
    desk.maildir('box/.Junk')
    await watch('--spam', 'box/.Junk', '--ham', 'box')
    expect(desk.filter.log).toEqual([])
    move('box/cur/1.a:2,S', 'box/.Junk/cur/9.b:2,S')
    await logged('spam 1.a')
    move('box/.Junk/cur/9.b:2,S', 'box/new/11.c')
    await logged('spam 1.a', 'ham 1.a')
    expect((await stop()).out).toMatch(/relearned as ham: .*box\/new\/11\.c\n/)
  })
  it('does not take the original of what is copied to the spam for a correction', async () => {
    desk.maildir('box', 'cur/1.a:2,')
    desk.maildir('box/.Junk')
    await watch('--spam', 'box/.Junk', '--ham', 'box')
    linkSync(path.join(desk.directory, 'box/cur/1.a:2,'), path.join(desk.directory, 'box/.Junk/cur/2.a:2,'))
    await logged('spam 1.a')
    renameSync(path.join(desk.directory, 'box/cur/1.a:2,'), path.join(desk.directory, 'box/cur/1.a:2,S'))
    desk.maildir('box', 'cur/9.z:2,RS')
    await logged('spam 1.a', 'ham 9.z')
  })
  it('learns spam that the filter has marked only when it is taken out: as ham', async () => {
    desk.maildir('box')
    desk.maildir('box/.Junk')
    desk.write('box/.Junk/new/1.a', 'Subject: marked\nX-Spam-Flag: YES\n\nx\n')
    await watch('--spam', 'box/.Junk', '--ham', 'box')
    expect(desk.filter.log).toEqual([])
    move('box/.Junk/new/1.a', 'box/cur/1.b:2,')
    await logged('ham marked')
  })
  it('learns such spam too when told', async () => {
    desk.maildir('box/.Junk')
    desk.write('box/.Junk/new/1.a', 'Subject: marked\nX-Spam-Flag: YES\n\nx\n')
    await watch('--spam', 'box/.Junk', '--marked')
    expect(desk.filter.log).toEqual(['spam marked'])
  })
  it('learns mail when its flags change', async () => {
    desk.maildir('box', 'new/1.a')
    await watch('--ham', 'box', '--after', '0')
    desk.now += 100
    renameSync(path.join(desk.directory, 'box/new/1.a'), path.join(desk.directory, 'box/cur/1.a:2,S'))
    await logged('ham 1.a')
  })
  it('learns mail when it has been left in place for long enough', async () => {
    desk.maildir('box', 'cur/1.a:2,S')
    await watch('--ham', 'box', '--rescan', '1', '--after', '2')
    expect(desk.filter.log).toEqual([])
    desk.now += 3600
    expect(desk.filter.log).toEqual([])
    desk.now += 3700
    await logged('ham 1.a')
  })
  it('does not learn mail that goes to the trash or elsewhere', async () => {
    desk.maildir('box', 'cur/1.a:2,S', 'cur/2.b:2,S')
    desk.maildir('box/.Trash')
    await watch('--ham', 'box', '--after', '1')
    move('box/cur/1.a:2,S', 'box/.Trash/cur/1.a:2,S')
    desk.write('box/new/3.c', '')
    desk.now += 3700
    desk.maildir('box', 'cur/4.d:2,RS')
    await logged('ham 2.b', 'ham 4.d')
  })
  it('waits for folders that are not there yet, also those of new users', async () => {
    desk.maildir('vmail/ann/Maildir/.Junk', 'cur/1.a:2,')
    await watch('--spam', 'vmail/*/Maildir/.Junk', 'other', '--user-from', 'vmail/{user}', '--rescan', '1')
    await logged('spam 1.a @ann')
    desk.maildir('vmail/bob/Maildir/.Junk', 'cur/2.b:2,')
    desk.now += 2
    await logged('spam 1.a @ann', 'spam 2.b @bob')
    desk.maildir('other', 'cur/3.c:2,')
    desk.now += 2
    await logged('spam 1.a @ann', 'spam 2.b @bob', 'spam 3.c')
    expect((await stop()).err).toBe('postern: other is no Maildir, or does not exist: it is waited for\n')
  })
  it('takes no folder of junk or trash for ham that only a star has found', async () => {
    for (const folder of ['.Lists', '.Junk', '.Trash', '.Ads'])
      desk.maildir(`box/${folder}`, `cur/1.${folder}:2,RS`)
    await watch('--spam', 'box/.Ads', '--ham', 'box/.*')
    expect([...desk.filter.log].sort()).toEqual(['ham 1..Lists', 'spam 1..Ads'])
  })
  it('tries again when the store fails', async () => {
    desk.maildir('box', 'cur/1.a:2,')
    desk.filter.breakDown(new Error('no space'))
    await watch('--spam', 'box', '--rescan', '1')
    desk.filter.breakDown(undefined)
    desk.now += 2
    await logged('spam 1.a')
    expect((await stop()).err).toMatch(
      /^(postern: the filter's store failed, it is tried again: no space\n)+$/,
    )
  })
  it('lives on when a folder goes and comes again', async () => {
    desk.maildir('box', 'cur/1.a:2,')
    await watch('--spam', 'box', '--rescan', '1')
    rmSync(path.join(desk.directory, 'box'), { recursive: true })
    desk.now += 2
    await vi.waitFor(() => expect(desk.err).toContain('box is no Maildir'), { timeout: 5000 })
    mkdirSync(path.join(desk.directory, 'box'))
    desk.maildir('box', 'cur/2.b:2,')
    desk.now += 2
    await logged('spam 1.a', 'spam 2.b')
  })
})

it.each<[argv: string[], message: string]>([
  [['--spam', '-', '--watch'], '--watch wants folders, and - is standard input'],
  [['--spam', 'a', '--unlearn', 'b', '--watch'], '--unlearn does not go with it'],
  [['--spam', 'a', '--dry-run', '--watch'], '--dry-run does not go with it'],
  [['--spam', 'a', '--after', '1'], '--after goes with --watch'],
  [['--spam', 'a', '--marked'], '--marked goes with --watch'],
  [['--spam', 'a', '--watch', '--after', 'soon'], '--after is a number from 0 to 10000, not "soon"'],
  [['--spam', 'a', '--watch', '--rescan', '1.5'], '--rescan is a whole number'],
])('%j is a mistake', async (argv, message) => {
  const { status, err } = await desk.learn(...argv)
  expect(status).toBe(2)
  expect(err).toContain(message)
})
