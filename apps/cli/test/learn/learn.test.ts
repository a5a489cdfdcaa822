import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MailDesk, mail, mbox } from './mail-desk.ts'
import { zipOf } from './zip-archive.ts'

let desk: MailDesk
beforeEach(() => {
  desk = new MailDesk()
})
afterEach(() => desk.clear())

async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
  archive.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of archive) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

describe('mail is found in', () => {
  it('an mbox', async () => {
    desk.write('box', mbox('a', 'b'))
    const { status, err } = await desk.learn('--spam', 'box')
    expect({ status, err, log: desk.filter.log }).toEqual({ status: 0, err: '', log: ['spam a', 'spam b'] })
  })
  it('a file with one message', async () => {
    desk.write('one.eml', mail('a'))
    await desk.learn('--ham', 'one.eml')
    expect(desk.filter.log).toEqual(['ham a'])
  })
  it('standard input with one message', async () => {
    desk.stdin = mail('a')
    await desk.learn('--spam', '-')
    expect(desk.filter.log).toEqual(['spam a'])
  })
  it('standard input with an mbox', async () => {
    desk.stdin = mbox(...Array.from({ length: 100 }, (_, i) => `m${i}`))
    await desk.learn('--spam', '-')
    expect(desk.filter.log).toHaveLength(100)
  })
  it('a Maildir: new and cur, the oldest first, without drafts, deleted and what is in tmp', async () => {
    desk.maildir('box', 'cur/3.c:2,S', 'new/1.a', 'cur/2.b:2,', 'cur/4.d:2,D', 'cur/5.e:2,ST', 'tmp/6.f')
    const { out } = await desk.learn('--ham', 'box')
    expect(desk.filter.log).toEqual(['ham 1.a', 'ham 2.b', 'ham 3.c'])
    expect(out).toContain('Left out: 1 marked as deleted, 1 drafts')
  })
  it('the cur of a Maildir alone', async () => {
    desk.maildir('box', 'cur/3.c:2,S', 'new/1.a')
    await desk.learn('--ham', 'box/cur/')
    expect(desk.filter.log).toEqual(['ham 3.c'])
  })
  it('the folders of a Maildir, when asked, but for junk, trash, drafts and what is spam', async () => {
    for (const folder of ['', '.Lists', '.Lists.node', '.Junk', '.Trash', '.Drafts', '.Ads'])
      desk.maildir(path.join('box', folder), `cur/1.${folder}:2,S`)
    await desk.learn('--ham', 'box')
    expect(desk.filter.log).toEqual(['ham 1.'])
    await desk.learn('--ham', 'box', '--spam', 'box/.Ads', '--subfolders')
    expect([...desk.filter.log].sort()).toEqual([
      'ham 1.',
      'ham 1..Lists',
      'ham 1..Lists.node',
      'spam 1..Ads',
    ])
  })
  it('a folder with files, below it too, the oldest first, and what servers keep there is passed over', async () => {
    desk.aged('mails/z.eml', 300)
    desk.aged('mails/deep/y', 200)
    desk.aged('mails/x.txt', 100)
    for (const name of ['dovecot.index.log', '.hidden', 'dovecot-uidlist', 'box.msf'])
      desk.aged(`mails/${name}`, 0)
    desk.write('mails/notes', 'nothing that mail begins with\n')
    desk.write('mails/empty', '')
    desk.maildir('mails/Maildir', 'cur/1.a:2,S')
    const { status, out, err } = await desk.learn('--ham', 'mails')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(desk.filter.log).toEqual(['ham 1.a', 'ham z.eml', 'ham y', 'ham x.txt'])
    expect(out).toMatch(/^no mail, passed over +2$/m)
  })
  it('an .eml that begins with no field', async () => {
    desk.write('mails/odd.eml', '\nno header at all\n')
    await desk.learn('--spam', 'mails')
    expect(desk.filter.log).toEqual(['spam (none)'])
  })
  it('a packed mbox, and one packed in pieces', async () => {
    desk.write('box.gz', Buffer.concat([gzipSync(mbox('a', 'b')), gzipSync(mbox('c'))]))
    await desk.learn('--spam', 'box.gz')
    expect(desk.filter.log).toEqual(['spam a', 'spam b', 'spam c'])
  })
  it('tar, packed or not, whatever is in it', async () => {
    const files = {
      'corpus/1': mail('a'),
      'corpus/box': mbox('b', 'c'),
      'corpus/box.gz': '',
      'corpus/.hidden': mail('x'),
      'corpus/README': 'see the site\n',
      'corpus/2.eml': mail('d'),
    }
    desk.write('a.tar', await tarOf(files))
    desk.write('b.tgz', gzipSync(await tarOf({ 1: mail('e') })))
    const { status, err } = await desk.learn('--ham', 'a.tar', 'b.tgz')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect([...desk.filter.log].sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((subject) => `ham ${subject}`))
  })
  it('ZIP, whatever is in it', async () => {
    desk.write(
      'a.zip',
      zipOf({ 'in/1.eml': mail('a'), 'in/box': mbox('b', 'c'), 'in/': '', 'in/.x': mail('x') }),
    )
    const { status, err } = await desk.learn('--ham', 'a.zip')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(desk.filter.log).toEqual(['ham a', 'ham b', 'ham c'])
  })
  it('no ZIP on standard input, which is told', async () => {
    desk.stdin = zipOf({ 1: mail('a') })
    expect(await desk.learn('--ham', '-')).toMatchObject({
      status: 1,
      err: 'postern: - is a ZIP archive, which has to be a file of its own\n',
    })
  })
  it('standard input with a packed archive', async () => {
    desk.stdin = gzipSync(await tarOf({ 1: mail('a'), 2: mail('b') }))
    await desk.learn('--ham', '-')
    expect(desk.filter.log).toEqual(['ham a', 'ham b'])
  })
  it('a packed message of a Maildir, as Dovecot writes it', async () => {
    desk.maildir('box')
    desk.write('box/cur/1.a,S=40:2,S', gzipSync(mail('packed')))
    await desk.learn('--ham', 'box')
    expect(desk.filter.log).toEqual(['ham packed'])
  })
  it('a pattern, in which a star is no hidden name', async () => {
    for (const user of ['ann', 'bob', '.carl'])
      desk.maildir(`vmail/${user}/Maildir/.Junk`, `cur/1.${user}:2,`)
    await desk.learn('--spam', 'vmail/*/Maildir/.Junk')
    expect(desk.filter.log).toEqual(['spam 1.ann', 'spam 1.bob'])
  })
  it('a file whose name looks like a pattern', async () => {
    desk.write('what?', mail('a'))
    desk.write('whats', mail('b'))
    await desk.learn('--spam', 'what?')
    expect(desk.filter.log).toEqual(['spam a'])
  })
})

it('links to folders in a folder are not followed', async () => {
  desk.aged('mails/a', 1)
  symlinkSync(desk.directory, path.join(desk.directory, 'mails/circle'))
  await desk.learn('--ham', 'mails')
  expect(desk.filter.log).toEqual(['ham a'])
})

describe('two classes', () => {
  it('are mixed in proportion', async () => {
    desk.write('spam', mbox('s1', 's2'))
    desk.write('ham', mbox('h1', 'h2', 'h3', 'h4'))
    await desk.learn('--spam', 'spam', '--ham', 'ham')
    expect(desk.filter.log.map((line) => line[0]).join('')).toMatch(/^sh(hs|sh)hh$/)
  })
  it('are mixed one by one where a size is not known', async () => {
    desk.stdin = mbox('s1', 's2')
    desk.write('ham', mbox('h1', 'h2', 'h3'))
    await desk.learn('--spam', '-', '--ham', 'ham')
    expect(desk.filter.log).toEqual(['spam s1', 'ham h1', 'spam s2', 'ham h2', 'ham h3'])
  })
  it('relearns, forgets, and knows what it knows', async () => {
    desk.write('box', mbox('a', 'b'))
    await desk.learn('--spam', 'box')
    expect((await desk.learn('--spam', 'box')).out).toMatch(/^known before +2$/m)
    expect((await desk.learn('--ham', 'box')).out).toMatch(/^relearned, were the other class +2$/m)
    expect((await desk.learn('--unlearn', 'box')).out).toMatch(/^unlearned +2$/m)
    expect((await desk.learn('--unlearn', 'box')).out).toMatch(/^not known +2$/m)
  })
})

it('tells what the filter has learned, and what it needs', async () => {
  desk.write('spam', mbox('a', 'b'))
  desk.write('ham', mbox('c'))
  expect((await desk.learn('--spam', 'spam', '--ham', 'ham')).out).toMatch(
    /2 spam and 1 ham\. It calls all mail unsure until it has 2 of each: 1 more ham\.\n$/,
  )
})

describe('users', () => {
  it('learn into a model of their own', async () => {
    desk.write('one', mail('a'))
    await desk.learn('--spam', 'one', '--user', 'ann')
    expect(desk.filter.log).toEqual(['spam a @ann'])
  })
  it.each([
    ['vmail/{user}/Maildir', 'ann'],
    ['{domain}/{user}', 'ann@vmail'],
    ['other/{user}', undefined],
  ])('are told from the path by %s', async (pattern, user) => {
    desk.maildir('vmail/ann/Maildir', 'cur/1.a:2,S')
    await desk.learn('--ham', 'vmail/ann/Maildir', '--user-from', pattern)
    expect(desk.filter.log).toEqual([user === undefined ? 'ham 1.a' : `ham 1.a @${user}`])
  })
})

describe('trouble', () => {
  it.each<[name: string, prepare: () => string, reason: string]>([
    ['a file that is not there', () => 'nowhere', 'nowhere does not exist'],
    ['a path through a file', () => `${path.basename(desk.write('f', ''))}/x`, 'f/x does not exist: a part'],
    ['an empty file', () => path.basename(desk.write('f', '')), 'f is empty'],
    [
      'a file that is no mail',
      () => path.basename(desk.write('f', 'hello\n')),
      'f is no mail: it begins with no',
    ],
    [
      'bzip2',
      () => path.basename(desk.write('f', 'BZh91AY')),
      'f is packed by bzip2: pipe it in, "bzcat FILE',
    ],
    [
      'an .msg',
      () => path.basename(desk.write('f', Buffer.from('d0cf11e0', 'hex'))),
      'f is a message of Outlook',
    ],
    ['a pattern without matches', () => 'x*', 'x* matches nothing'],
    [
      'a packed mbox that ends in the middle',
      () => path.basename(desk.write('f', gzipSync(mbox('a', 'b')).subarray(0, -12))),
      'f ends in the middle (gzip',
    ],
    ['a damaged ZIP', () => path.basename(desk.write('f', 'PK\x03\x04abc')), 'f is damaged (zip: '],
  ])('%s is named, the rest is learned, status 1', async (_, prepare, reason) => {
    desk.write('good', mail('good'))
    const { status, err, out } = await desk.learn('--spam', prepare(), 'good')
    expect(status).toBe(1)
    expect(err).toMatch(/^postern: [^\n]*\n$/)
    expect(err.slice('postern: '.length)).toContain(reason)
    expect(out).toMatch(/^unreadable +1$/m)
    expect(desk.filter.log).toContain('spam good')
  })
  it('a tar that ends in the middle gives what it has', async () => {
    desk.write('f.tar', (await tarOf({ 1: mail('a'), 2: mail('b') })).subarray(0, 1024 + 512 + 10))
    const { status, err } = await desk.learn('--spam', 'f.tar')
    expect(status).toBe(1)
    expect(err).toBe('postern: f.tar is damaged (tar: Unexpected end of data)\n')
    expect(desk.filter.log[0]).toBe('spam a')
  })
  it('a hundred unreadable files are not a hundred lines', async () => {
    const { err } = await desk.learn('--spam', ...Array.from({ length: 100 }, (_, i) => `gone${i}`))
    expect(err.trimEnd().split('\n')).toHaveLength(21)
    expect(err).toContain('80 more could not be read')
  })
  it('a name that would fool the terminal is shown by its numbers', async () => {
    expect((await desk.learn('--spam', 'a\u001b[2J')).err).toBe('postern: a\\u{1b}[2J does not exist\n')
  })
  it('a store that fails ends it with its reason', async () => {
    desk.write('box', mbox('a', 'b'))
    desk.filter.breakDown(new Error('no space left on device'))
    const { status, err } = await desk.learn('--spam', 'box')
    expect({ status, err }).toEqual({
      status: 1,
      err: "postern: the filter's store failed: no space left on device\n",
    })
  })
})

describe('the command line', () => {
  it.each<[argv: string[], message: string]>([
    [[], '--spam PATH..., --ham PATH... or --unlearn PATH... has to be given'],
    [['box'], '"box" is too much'],
    [['--spam'], '--spam wants a value (PATH...).'],
    [['--spam', 'box', '--dry-run', 'box2'], '"box2" is too much'],
    [['--spam', 'box', '--ham', './box'], 'is named twice: what is it?'],
    [['--spam', '-', '--ham', '-'], '- is named twice'],
    [['--spam', 'box', '--rule', 'never'], '--rule is one of all, error, near-error, not "never"'],
    [
      ['--spam', 'box', '--user', 'a', '--user-from', 'x/{user}'],
      '--user and --user-from do not go together',
    ],
    [['--spam', 'box', '--user-from', 'x'], '--user-from has {user} once'],
    [['--spam', 'box', '--user-from', 'x/{usr}'], '--user-from has {user} once'],
  ])('%j is a mistake', async (argv, message) => {
    const { status, err } = await desk.learn(...argv)
    expect(status).toBe(2)
    expect(err).toContain(message)
  })
  it('takes options several times', async () => {
    for (const name of ['a', 'b', 'c']) desk.write(name, mail(name))
    await desk.learn('--spam', 'a', '--ham', 'b', '--spam', 'c')
    expect([...desk.filter.log].sort()).toEqual(['ham b', 'spam a', 'spam c'])
  })
})

it('--dry-run counts and learns nothing', async () => {
  desk.write('box', mbox('a', 'b'))
  const { status, out } = await desk.learn('--spam', 'box', '--dry-run')
  expect({ status, log: desk.filter.log }).toEqual({ status: 0, log: [] })
  expect(out).toMatch(/^found +2$/m)
})

it('--json tells programs', async () => {
  desk.write('box', mbox('a', 'b'))
  const { out } = await desk.learn('--spam', 'box', 'nowhere', '--json')
  expect(JSON.parse(out)).toMatchObject({
    outcomes: { spam: { learned: 2, unreadable: 1 }, ham: {}, unlearn: {} },
    messages: 2,
    leftOut: { draft: 0, trashed: 0 },
    complete: true,
    filter: { spam: 2, ham: 0, needed: 2 },
  })
})

it('a signal ends it behind the message in hand, and a further run goes on', async () => {
  desk.write('box', mbox(...Array.from({ length: 500 }, (_, i) => `m${i}`)))
  const { filter } = desk
  const { learn } = filter
  let calls = 0
  filter.learn = (...args) => {
    calls++
    if (calls === 100) desk.signal('SIGINT')
    return learn(...args)
  }
  const { status, err, out } = await desk.learn('--spam', 'box')
  expect(status).toBe(130)
  expect(err).toBe('postern: stopped; run it again to go on: what is known already is passed quickly\n')
  expect(out).toMatch(/^learned +100$/m)
  expect((await desk.learn('--spam', 'box')).out).toMatch(/^learned +400\nknown before +100$/m)
})
