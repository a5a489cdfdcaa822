import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSpamcClient, type ListenAddress } from '../src/client.ts'
import type { ScanRequest } from '../src/server.ts'
import { bytes } from './bytes.ts'
import { startServer } from './lab.ts'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start() {
  const seen: ScanRequest[] = []
  const lab = await startServer({
    scan(request) {
      seen.push(request)
      return {
        spam: true,
        score: 7.5,
        threshold: 5,
        symbols: ['A', 'B'],
        report: 'W\xc3\xbcrde\n',
        fields: ['X-Spam-Flag: YES'],
      }
    },
    tell: ({ set, remove }) => ({ didSet: set, didRemove: remove }),
  })
  closers.push(lab.close)
  return { ...lab, seen }
}

/** A server that says this once the client has ended, or at once. */
async function startSaying(text: string, { atOnce = false } = {}): Promise<ListenAddress> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    if (atOnce) socket.end(text)
    socket.resume().on('end', () => socket.end(text))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as net.AddressInfo).port }
}

async function deadAddress(): Promise<ListenAddress> {
  const address = await startSaying('')
  await closers.pop()!()
  return address
}

const checked = { isSpam: true, score: 7.5, threshold: 5 }
const message = bytes('Subject: x\n\nbody\n')

describe('the client', () => {
  it('asks everything', async () => {
    const { address, seen } = await start()
    const spamc = createSpamcClient({ servers: [address], user: 'jo\u00eb' })
    expect(await spamc.ping()).toEqual({ ok: true, value: true })
    expect(await spamc.check(message)).toEqual({ ok: true, value: checked })
    expect(await spamc.symbols(message, { user: 'al' })).toEqual({
      ok: true,
      value: { ...checked, symbols: ['A', 'B'] },
    })
    expect(await spamc.report(message)).toEqual({ ok: true, value: { ...checked, report: 'W\u00fcrde\n' } })
    expect(await spamc.reportIfSpam(message)).toEqual({
      ok: true,
      value: { ...checked, report: 'W\u00fcrde\n' },
    })
    const processed = await spamc.process(message)
    expect(processed.ok && String(processed.value.message)).toBe('X-Spam-Flag: YES\nSubject: x\n\nbody\n')
    const headers = await spamc.headers(message)
    expect(headers.ok && String(headers.value.header)).toBe('X-Spam-Flag: YES\nSubject: x\n\n')
    expect(seen.map(({ user }) => user)).toEqual(['jo\xc3\xab', 'al', ...Array(4).fill('jo\xc3\xab')])
  })

  it('tells everything', async () => {
    const { address } = await start()
    const spamc = createSpamcClient({ servers: [address] })
    const yes = { ok: true, value: true }
    expect(await spamc.learn(message, 'spam')).toEqual(yes)
    expect(await spamc.learn(message, 'ham', { user: 'jo' })).toEqual(yes)
    expect(await spamc.forget(message)).toEqual(yes)
    expect(await spamc.reportSpam(message)).toEqual(yes)
    expect(await spamc.revoke(message)).toEqual(yes)
    expect(await spamc.tell(message, { messageClass: 'ham', set: { remote: true } })).toEqual({
      ok: true,
      value: { didSet: { local: false, remote: true }, didRemove: { local: false, remote: false } },
    })
  })

  it('compresses, over a UNIX socket', async () => {
    const { server, seen } = await start()
    const directory = await mkdtemp(join(tmpdir(), 'client-'))
    closers.push(() => rm(directory, { recursive: true }))
    const address: ListenAddress = { kind: 'unix', path: join(directory, 'socket') }
    await server.listen(address)
    const spamc = createSpamcClient({ servers: [address], compress: true })
    expect(await spamc.check(message)).toEqual({ ok: true, value: checked })
    expect(seen[0]!.message).toEqual(message)
  })

  it('goes to the next server when one cannot be reached', async () => {
    const { address } = await start()
    const spamc = createSpamcClient({
      servers: [await deadAddress(), { kind: 'unix', path: '/none' }, address],
    })
    expect(await spamc.check(message)).toEqual({ ok: true, value: checked })
  })

  it('tries again, and says of each server why not', async () => {
    const dead = await deadAddress()
    const spamc = createSpamcClient({
      servers: [dead, { kind: 'unix', path: '/none' }],
      attempts: 2,
      retryMs: 1,
    })
    expect(await spamc.check(message)).toEqual({
      ok: false,
      error: { code: 'unreachable', message: expect.stringMatching(/ECONNREFUSED.*; unix:\/none: .*ENOENT/) },
    })
  })

  it.each([
    ['', { code: 'connection-lost', message: 'the server closed the connection without an answer' }],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', { code: 'bad-response', message: 'not-a-response at byte 0' }],
    ['SPAMD/1.1 0 EX_OK\r\n\r\n', { code: 'bad-response', message: 'CHECK was answered without a score' }],
    [
      'SPAMD/1.1 0 EX_OK\r\nContent-length: 9\r\nSpam: True ; 1 / 5\r\n\r\n',
      { code: 'bad-response', message: 'length-mismatch at byte 60' },
    ],
    ['SPAMD/1.0 76 Bad header line: x\r\n', { code: 'refused', status: 76, message: 'Bad header line: x' }],
  ])('is told %j', async (text, error) => {
    const spamc = createSpamcClient({ servers: [await startSaying(text)] })
    expect(await spamc.check(message)).toEqual({ ok: false, error })
  })

  it('hears a refusal that comes before it has written all', async () => {
    const address = await startSaying('SPAMD/1.0 69 Service Unavailable: no\r\n', { atOnce: true })
    const spamc = createSpamcClient({ servers: [address], messageBytes: 1e8 })
    expect(await spamc.learn(Buffer.alloc(5_000_000), 'spam')).toMatchObject({
      error: { code: 'refused', status: 69 },
    })
  })

  it('waits so long and reads so much', async () => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closers.push(() => void silent.close())
    const { port } = silent.address() as net.AddressInfo
    const server: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port }
    const patient = createSpamcClient({ servers: [server], timeoutMs: 20 })
    expect(await patient.ping()).toMatchObject({
      error: { code: 'timeout', message: 'no answer within 20 ms' },
    })
    const chatty = await startSaying('x'.repeat(100_000))
    expect(await createSpamcClient({ servers: [chatty], responseBytes: 1000 }).ping()).toMatchObject({
      error: { code: 'bad-response' },
    })
  })

  it('does not send what is too large', async () => {
    const spamc = createSpamcClient({ servers: [], messageBytes: 5 })
    expect(await spamc.check(message)).toEqual({
      ok: false,
      error: { code: 'too-large', message: 'the message has more than 5 bytes' },
    })
  })
})
