import { once } from 'node:events'
import net from 'node:net'
import { deflateSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { ScanAnswer, SpamdServerOptions } from '../src/server.ts'
import { bytes } from './bytes.ts'
import { type Lab, startServer, talk } from './lab.ts'

const ham: ScanAnswer = { spam: false, score: 0, threshold: 5 }
const isHam = 'SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0.0 / 5.0\r\n\r\n'
const failed = 'SPAMD/1.0 75 Temporary failure: try again later\r\n'

const labs: Lab[] = []
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.close()))
})

async function start(options: Partial<SpamdServerOptions> = {}): Promise<Lab> {
  const lab = await startServer({ scan: () => ham, ...options })
  labs.push(lab)
  return lab
}

const check = (message: string, length = message.length) =>
  `CHECK SPAMC/1.5\r\nContent-length: ${length}\r\n\r\n${message}`

const compressed = (body: Uint8Array, command = 'CHECK') => [
  `${command} SPAMC/1.5\r\nCompress: zlib\r\nContent-length: ${body.length}\r\n\r\n`,
  body,
]

/** A handler that answers when it is told to. */
function gate() {
  const waiting: (() => void)[] = []
  let arrived = () => {}
  return {
    scan: () =>
      new Promise<ScanAnswer>((resolve) => {
        waiting.push(() => resolve(ham))
        arrived()
      }),
    async until(count: number) {
      while (waiting.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
    },
    open() {
      for (const go of waiting.splice(0)) go()
    },
    get count() {
      return waiting.length
    },
  }
}

describe('a client', () => {
  it('that writes byte by byte is answered', async () => {
    const { port } = await start()
    expect(await talk(port, [...check('body\n')], { end: false })).toBe(isHam)
  })

  it('that keeps its end open is answered, also without an end of line', async () => {
    const { port } = await start()
    expect(await talk(port, [check('body\n')], { end: false })).toBe(isHam)
    expect(await talk(port, [check('body')], { end: false })).toBe(isHam)
  })

  it('that asks twice is answered once', async () => {
    const { port, server } = await start()
    expect(await talk(port, [check('a\n') + check('b\n'), check('c\n')], { end: false })).toBe(isHam)
    expect(server.stats).toMatchObject({ requests: 1, scans: 1, faults: 0 })
  })

  it('that goes away in the middle leaves nothing behind', async () => {
    const { port, server } = await start()
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(check('half', 1000))
    socket.resetAndDestroy()
    expect(await talk(port, ['PING SPAMC/1.5\r\n\r\n'])).toBe('SPAMD/1.5 0 PONG\r\n')
    while (server.stats.connections > 0) await new Promise(setImmediate)
    expect(server.stats.scans).toBe(0)
  })

  it('that is silent is told so, and hung up on', async () => {
    const { port } = await start({ requestTimeoutMs: 1000 / 20 })
    expect(await talk(port, [check('half', 1000)], { end: false })).toBe(
      'SPAMD/1.0 79 Timeout: (0 second timeout reading input from client)\r\n',
    )
    const idle = await start({ idleTimeoutMs: 40 })
    expect(await talk(idle.port, [check('half', 1000)], { end: false })).toBe('')
  })

  it('that sends much after being refused still reads why', async () => {
    const { port } = await start()
    const much = 'x'.repeat(3_000_000)
    expect(await talk(port, [`TELL SPAMC/1.5\r\nContent-length: ${much.length}\r\n\r\n${much}`])).toContain(
      '69 Service Unavailable: TELL commands are not enabled',
    )
  })
})

describe('messages', () => {
  it('reach the handler as they were sent, in whatever pieces', async () => {
    const seen: string[] = []
    const { port } = await start({
      scan({ message, user }) {
        seen.push(`${user}: ${message.toString('latin1')}`)
        return ham
      },
    })
    const message = `\x00\xff${'line\n'.repeat(30)}`
    const request = `CHECK SPAMC/1.5\r\nUser: jo\xe9\r\nContent-length: ${message.length}\r\n\r\n${message}`
    for (let size = 1; size < 200; size += 37) {
      const pieces: string[] = []
      for (let at = 0; at < request.length; at += size) pieces.push(request.slice(at, at + size))
      await talk(port, pieces)
    }
    expect(new Set(seen)).toEqual(new Set([`jo\xe9: ${message}`]))
    expect(seen.length).toBe(6)
  })

  it('that are compressed are inflated', async () => {
    let seen = ''
    const { port } = await start({
      scan({ message }) {
        seen = message.toString()
        return ham
      },
    })
    expect(await talk(port, compressed(deflateSync('hello')), { end: false })).toBe(isHam)
    expect(seen).toBe('hello')
  })

  it.each([
    ['a bomb', deflateSync(Buffer.alloc(50_000_000)), 'the message has more than 1000000 bytes'],
    ['cut short', deflateSync('hello there').subarray(0, 9), 'zlib: failed to find end of zlib stream'],
    ['no zlib', bytes('hello there'), 'zlib: failed to find end of zlib stream'],
    ['empty', bytes(''), 'zlib: failed to find end of zlib stream'],
  ])('that say they are compressed: %s', async (_name, body, text) => {
    const faults: string[] = []
    const { port, server } = await start({
      limits: { messageBytes: 1_000_000 },
      onFault: ({ code }) => faults.push(code),
    })
    expect(await talk(port, compressed(body))).toBe(`SPAMD/1.0 69 Service Unavailable: ${text}\r\n`)
    expect(faults.length).toBe(1)
    expect(server.stats).toMatchObject({ scans: 0, faults: 1 })
  })

  it('wait for room, each at its turn, and none is lost', async () => {
    const gated = gate()
    const { port } = await start({ scan: gated.scan, limits: { heldBytes: 3000 } })
    const message = `${'x'.repeat(999)}\n`
    const answers = Array.from({ length: 10 }, () => talk(port, [check(message)]))
    await gated.until(3)
    // Others get no further while these are held.
    expect(await talk(port, ['PING SPAMC/1.5\r\n\r\n'])).toBe('SPAMD/1.5 0 PONG\r\n')
    expect(gated.count).toBe(3)
    let done = false
    const all = Promise.all(answers).finally(() => {
      done = true
    })
    while (!done) {
      gated.open()
      await new Promise(setImmediate)
    }
    expect(await all).toEqual(Array(10).fill(isHam))
  })

  it('that wait are not taken for silent ones', async () => {
    const gated = gate()
    const { port } = await start({ scan: gated.scan, limits: { heldBytes: 1 }, idleTimeoutMs: 40 })
    const first = talk(port, [check('first\n')])
    await gated.until(1)
    const second = talk(port, [check('second\n')], { end: false })
    const idle = talk(port, [], { end: false })
    expect(await idle).toBe('')
    gated.open()
    await gated.until(1)
    gated.open()
    expect(await Promise.all([first, second])).toEqual([isHam, isHam])
  })

  it('larger than all room are taken when there is nothing else', async () => {
    const { port } = await start({ limits: { heldBytes: 10 } })
    expect(await talk(port, [check('more than ten bytes\n')])).toBe(isHam)
  })
})

describe('handlers', () => {
  it('may fail in every way', async () => {
    const errors: unknown[] = []
    const error = new Error('a bug')
    const ways: SpamdServerOptions['scan'][] = [
      () => 'failed',
      async () => 'failed' as const,
      () => {
        throw error
      },
      () => Promise.reject(error),
      () => undefined as never,
    ]
    for (const scan of ways) {
      const { port } = await start({ scan, onHandlerError: (error) => errors.push(error) })
      expect(await talk(port, [check('x\n')])).toBe(failed)
    }
    expect(errors).toEqual([error, error, expect.any(TypeError)])
  })

  it('that only report may fail too', async () => {
    const bug = () => {
      throw new Error('a bug')
    }
    const { port, server } = await start({ scan: bug, onHandlerError: bug, onFault: bug })
    expect(await talk(port, [check('x\n')])).toBe(failed)
    expect(await talk(port, ['what\r\n'])).toContain('76 Bad header line: what')
    expect(server.stats).toMatchObject({ handlerErrors: 3, faults: 1 })
  })

  it('are asked whether TELL is allowed now', async () => {
    let isAllowed = false
    const none = { local: false, remote: false }
    const { port } = await start({
      tell: ({ set }) => ({ didSet: set, didRemove: none }),
      isTellAllowed: () => isAllowed,
    })
    const tell = 'TELL SPAMC/1.5\r\nMessage-class: ham\r\nSet: local\r\nContent-length: 2\r\n\r\nx\n'
    expect(await talk(port, [tell])).toContain('69 Service Unavailable')
    isAllowed = true
    expect(await talk(port, [tell])).toBe('SPAMD/1.1 0 EX_OK\r\nDidSet: local\r\n\r\n\r\n')
  })
})

describe('the end', () => {
  it('lets what has come completely be answered, and drops the rest', async () => {
    const gated = gate()
    const { port, server } = await start({ scan: gated.scan })
    const whole = talk(port, [check('x\n')])
    const half = talk(port, [check('half', 1000)], { end: false })
    await gated.until(1)
    while (server.stats.acceptedConnections < 2) await new Promise(setImmediate)
    const closed = server.close()
    expect(await half).toBe('')
    gated.open()
    expect(await whole).toBe(isHam)
    await closed
    expect(server.stats.connections).toBe(0)
  })

  it('cuts what takes too long', async () => {
    const gated = gate()
    const { port, server } = await start({ scan: gated.scan })
    const whole = talk(port, [check('x\n')])
    await gated.until(1)
    await server.close({ graceMs: 10 })
    expect(await whole).toBe('')
    gated.open()
  })
})
