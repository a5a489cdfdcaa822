// The stock spamc in all its modes.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ScanRequest, SpamdServerOptions, TellRequest } from '../src/server.ts'
import { hasSpamc, type Lab, spamc, startServer } from './lab.ts'

const spam = 'Subject: win\nX-Spam-Flag: NO\n\nthe lottery\n'
const ham = 'Subject: hello\n\nmy friend'

const asked: (ScanRequest | TellRequest)[] = []
const learned = new Map<string, string>()
let trouble: 'none' | 'failed' | 'throws' | 'hangs' = 'none'

const handlers: SpamdServerOptions = {
  scan(request) {
    asked.push(request)
    if (trouble === 'throws') throw new Error('a bug')
    if (trouble === 'failed') return 'failed'
    if (trouble === 'hangs') return new Promise(() => {})
    const isSpam = request.message.includes('lottery')
    return {
      spam: isSpam,
      score: isSpam ? 15 : -2.5,
      threshold: 5,
      symbols: isSpam ? ['BAYES_99', 'BAYES_999'] : ['BAYES_00'],
      report: 'It is what it is.\n',
      fields: [...(isSpam ? ['X-Spam-Flag: YES'] : []), `X-Spam-Score: ${isSpam ? 15 : -2.5}`],
    }
  },
  tell(request) {
    asked.push(request)
    const { set, remove, messageClass } = request
    const text = request.message.toString()
    const didSet = set.local && learned.get(text) !== messageClass
    const didRemove = remove.local && learned.delete(text)
    if (set.local) learned.set(text, messageClass!)
    return {
      didSet: { local: didSet, remote: set.remote },
      didRemove: { local: didRemove, remote: remove.remote },
    }
  },
}

let lab: Lab
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spamc-'))
  lab = await startServer(handlers)
  await lab.server.listen({ kind: 'unix', path: join(directory, 'socket') })
})

beforeEach(() => {
  asked.length = 0
  learned.clear()
  trouble = 'none'
})

afterAll(async () => {
  await lab.close()
  await rm(directory, { recursive: true })
})

const run = (parameters: readonly string[], message: string) =>
  spamc(['-d', '127.0.0.1', '-p', String(lab.port), ...parameters], message)

const marked = 'X-Spam-Flag: YES\nX-Spam-Score: 15\nSubject: win\n\nthe lottery\n'
const cleared = 'X-Spam-Score: -2.5\nSubject: hello\n\nmy friend'
const learnt = 'Message successfully un/learned\n'
const knew = 'Message was already un/learned\n'

describe.runIf(hasSpamc)('spamc', () => {
  it.each([
    [[], spam, 0, marked],
    [[], ham, 0, cleared],
    [['-f'], spam, 0, marked],
    [['-x'], spam, 0, marked],
    [['-E'], spam, 1, marked],
    [['-E'], ham, 0, cleared],
    [['-c'], spam, 1, '15.0/5.0\n'],
    [['-c'], ham, 0, '-2.5/5.0\n'],
    [['-R'], spam, 0, '15.0/5.0\nIt is what it is.\n'],
    [['-R'], ham, 0, '-2.5/5.0\nIt is what it is.\n'],
    [['-r'], spam, 0, 'It is what it is.\n'],
    [['-r'], ham, 0, ''],
    [['-y'], spam, 0, 'BAYES_99,BAYES_999'],
    [['-y'], ham, 0, 'BAYES_00'],
    [['--headers'], spam, 0, marked],
    [['--headers'], ham, 0, cleared],
    [['-K'], '', 0, 'SPAMD/1.5 0\n'],
    [['-s', '20'], spam, 0, spam],
    [['-t', '5', '-n', '5'], ham, 0, cleared],
    [['-4', '-H'], ham, 0, cleared],
    [['-e', '/bin/sed', 's/lottery/draw/'], spam, 0, marked.replace('lottery', 'draw')],
    [['-L', 'spam'], spam, 0, learnt],
    [['-L', 'ham'], ham, 0, learnt],
    [['-L', 'forget'], ham, 0, knew],
    [['-C', 'report'], spam, 0, 'Message successfully reported/revoked\n'],
    [['-C', 'revoke'], ham, 0, 'Message successfully reported/revoked\n'],
  ] as const)('%j %j', async (parameters, message, status, stdout) => {
    expect(await run(parameters, message)).toEqual({ status, stdout })
  })

  it('learns once, changes its mind, forgets once', async () => {
    const answers: string[] = []
    for (const as of ['spam', 'spam', 'ham', 'forget', 'forget'])
      answers.push((await run(['-L', as], spam)).stdout)
    expect(answers).toEqual([learnt, knew, learnt, learnt, knew])
  })

  it('sends the BSMTP envelope back around the message', async () => {
    const envelope = `MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n`
    const answer = await run(['-B'], `${envelope}Subject: win\r\n\r\nthe lottery\r\n.\r\nQUIT\r\n`)
    expect(answer.stdout).toBe(
      `${envelope}X-Spam-Flag: YES\r\nX-Spam-Score: 15\r\nSubject: win\r\n\r\nthe lottery\r\n.\r\nQUIT\r\n`,
    )
  })

  it('says whose mail it is', async () => {
    await run(['-c', '-u', 'jo'], ham)
    await run(['-c'], ham)
    await run(['-L', 'ham', '-u', 'jo'], ham)
    expect(asked.map(({ user }) => user)).toEqual(['jo', userInfo().username, 'jo'])
  })

  it('comes over a UNIX socket', async () => {
    expect(await spamc(['-U', join(directory, 'socket'), '-c'], spam)).toEqual({
      status: 1,
      stdout: '15.0/5.0\n',
    })
  })

  it('goes on to the next host', async () => {
    expect(await run(['-d', '127.0.0.3,127.0.0.1', '-c'], spam)).toEqual({ status: 1, stdout: '15.0/5.0\n' })
  })

  it('sends megabytes there and back', async () => {
    const message = `Subject: win\n\nthe lottery\n${'0123456789abcde\n'.repeat(200_000)}`
    const { stdout } = await run(['-s', '100000000'], message)
    expect(stdout === `X-Spam-Flag: YES\nX-Spam-Score: 15\n${message}`).toBe(true)
  })

  it.each(['failed', 'throws'] as const)('keeps the mail as it is when scoring %s', async (what) => {
    trouble = what
    expect(await run([], spam)).toEqual({ status: 0, stdout: spam })
    expect(await run(['-c'], spam)).toEqual({ status: 0, stdout: '0/0\n' })
    // EX_IOERR, as with the real one.
    expect(await run(['-x'], spam)).toEqual({ status: 74, stdout: '' })
  })

  it('keeps the mail as it is when scoring takes too long', async () => {
    trouble = 'hangs'
    expect(await run(['-t', '1'], spam)).toEqual({ status: 0, stdout: spam })
  })

  it('keeps the mail as it is when nobody listens', async () => {
    const closed = await startServer(handlers)
    await closed.close()
    const nobody = ['-p', String(closed.port), '--connect-retries=1']
    expect(await run(nobody, spam)).toEqual({ status: 0, stdout: spam })
    expect(await run([...nobody, '-x'], spam)).toEqual({ status: 69, stdout: '' })
    expect(await run([...nobody, '-x', '-X'], spam)).toEqual({ status: 75, stdout: '' })
  })

  it('hears that learning is not allowed, and that a message is too large', async () => {
    const strict = await startServer({ scan: handlers.scan, limits: { messageBytes: 30 } })
    const port = ['-p', String(strict.port)]
    // As with the real one, of which spamc reads no more than that it is not the answer it wants.
    expect(await run([...port, '-L', 'spam'], spam)).toEqual({ status: 74, stdout: '' })
    expect(await run(port, spam)).toEqual({ status: 0, stdout: spam })
    const large = `${spam}${'x'.repeat(200_000)}`
    expect((await run(port, large)).stdout === large).toBe(true)
    await strict.close()
  })
})
