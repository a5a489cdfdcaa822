import type { ListenAddress } from '@postern/listener'
import { afterEach, describe, expect, it } from 'vitest'
import type { Action, PolicyRequest } from '../src/index.ts'
import { createPolicyServer, type PolicyServer, type PolicyServerOptions } from '../src/server.ts'
import { request } from './bytes.ts'
import { connect, type Peer } from './peer.ts'

const open: { server: PolicyServer; peers: Peer[] } = { server: undefined as never, peers: [] }

async function start(options: PolicyServerOptions): Promise<ListenAddress> {
  open.server = createPolicyServer(options)
  const listened = await open.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  if (!listened.ok) throw new Error(listened.error.message)
  return listened.value
}

async function dial(address: ListenAddress, options?: { allowHalfOpen?: boolean }): Promise<Peer> {
  const peer = await connect(address, options)
  open.peers.push(peer)
  return peer
}

afterEach(async () => {
  for (const { socket } of open.peers.splice(0)) socket.destroy()
  await open.server.close({ graceMs: 0 })
})

const dunno: Action = { kind: 'dunno' }
const echoSize = (asked: PolicyRequest): Action => ({ kind: 'info', text: asked.get('size') ?? '-' })
const sizes = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)
const replies = (numbers: readonly number[]) => numbers.map((n) => `action=INFO ${n}\n\n`).join('')

/** A promise that is settled from outside. */
function gate<T>() {
  let open_!: (value: T) => void
  const promise = new Promise<T>((resolve) => {
    open_ = resolve
  })
  return { promise, open: open_ }
}

describe('a connection', () => {
  it('carries many requests, one after the other', async () => {
    const peer = await dial(await start({ handle: echoSize }))
    for (const n of sizes(0, 20)) {
      peer.socket.write(request(`size=${n}`))
      await peer.answers(n + 1)
    }
    expect(peer.text).toBe(replies(sizes(0, 20)))
    expect(open.server.stats).toMatchObject({ requests: 20, connections: 1, inFlight: 0, protocolErrors: 0 })
  })

  it('knows its peer and its number', async () => {
    const seen: string[] = []
    const address = await start({
      handle: (_, connection) => {
        seen.push(`${connection.id} ${connection.peer}`)
        return dunno
      },
      onConnection: (connection) => seen.push(`open ${connection.id}`),
    })
    const peer = await dial(address)
    peer.socket.write(request())
    await peer.answers(1)
    expect(seen).toEqual(['open 1', `1 127.0.0.1:${peer.socket.localPort}`])
  })

  it('may write byte by byte', async () => {
    const peer = await dial(await start({ handle: echoSize }))
    peer.socket.setNoDelay(true)
    for (const byte of request('size=7')) await new Promise((done) => peer.socket.write(byte, done))
    expect(await peer.answers(1)).toBe(replies([7]))
  })

  it('gets its answers in the order of its requests, whatever the order of the decisions', async () => {
    const gates = sizes(0, 4).map(() => gate<Action>())
    const address = await start({
      // The third is decided at once.
      handle: (asked) =>
        asked.get('size') === '2' ? echoSize(asked) : gates[Number(asked.get('size'))]!.promise,
    })
    const peer = await dial(address)
    peer.socket.write(
      sizes(0, 4)
        .map((n) => request(`size=${n}`))
        .join(''),
    )
    gates[3]!.open({ kind: 'info', text: '3' })
    gates[1]!.open({ kind: 'info', text: '1' })
    gates[0]!.open({ kind: 'info', text: '0' })
    expect(await peer.answers(4)).toBe(replies(sizes(0, 4)))
  })

  it('has no more requests decided at a time than the limit says', async () => {
    let running = 0
    let most = 0
    const address = await start({
      limits: { requestsInFlight: 3 },
      async handle(asked) {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return echoSize(asked)
      },
    })
    const peer = await dial(address)
    for (const n of sizes(0, 200)) peer.socket.write(request(`size=${n}`))
    expect(await peer.answers(200)).toBe(replies(sizes(0, 200)))
    expect(most).toBe(3)
  })

  it('that sends its end after a request still gets the answer', async () => {
    const decision = gate<Action>()
    const peer = await dial(await start({ handle: () => decision.promise }), { allowHalfOpen: true })
    peer.socket.end(request('size=1') + request('size=2'))
    decision.open({ kind: 'ok' })
    expect(await peer.ended()).toBe('action=OK\n\naction=OK\n\n')
  })

  it('that goes away before its answer harms nobody', async () => {
    const [decision, asked] = [gate<Action>(), gate<void>()]
    const address = await start({
      handle(request) {
        if (request.get('size') === '1') return dunno
        asked.open()
        return decision.promise
      },
    })
    const [gone, stays] = [await dial(address), await dial(address)]
    gone.socket.write(request())
    await asked.promise
    gone.socket.resetAndDestroy()
    await gone.ended()
    decision.open(dunno)
    stays.socket.write(request('size=1'))
    expect(await stays.answers(1)).toBe('action=DUNNO\n\n')
  })

  it('that does not read its answers is not read from', async () => {
    let asked = 0
    const header = `X-Long: ${'x'.repeat(900)}`
    const address = await start({
      handle: () => {
        asked++
        return { kind: 'prepend', header }
      },
    })
    const peer = await dial(address)
    peer.socket.pause()
    const count = 200_000
    const one = request(`helo_name=${'y'.repeat(950)}`)
    let written = 0
    // Until the server stops reading, the system's buffers are full and no write is finished any more.
    for (; written < count && peer.socket.writableLength < 65_536; written++) {
      peer.socket.write(one)
      if (written % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(written).toBeLessThan(count)
    const before = asked
    expect(before).toBeLessThan(written)
    peer.socket.resume()
    await peer.answers(written)
    expect(peer.text).toHaveLength(written * `action=PREPEND ${header}\n\n`.length)
    expect(asked).toBe(written)
  })
})

describe('a handler that fails', () => {
  const failing: [string, PolicyServerOptions['handle']][] = [
    [
      'throws',
      () => {
        throw new Error('boom')
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['gives nothing', () => undefined as unknown as Action],
    ['gives nothing later', async () => undefined as unknown as Action],
    ['gives no action', () => ({ kind: 'boom' }) as unknown as Action],
  ]

  it.each(failing)('because it %s is reported and answered with DUNNO', async (_, handle) => {
    const errors: unknown[] = []
    const address = await start({
      handle,
      onHandlerError: (error, asked) => errors.push([error, asked.get('size')]),
    })
    const peer = await dial(address)
    peer.socket.write(request('size=1'))
    expect(await peer.answers(1)).toBe('action=DUNNO\n\n')
    expect(errors).toEqual([[expect.any(Error), '1']])
    expect(open.server.stats).toMatchObject({ handlerErrors: 1, requests: 1 })
  })

  it('is answered with the action of our choice, even when the report fails too', async () => {
    const address = await start({
      handle: () => Promise.reject(new Error('boom')),
      onHandlerError: () => {
        throw new Error('and again')
      },
      failureAction: { kind: 'defer_if_permit', text: '4.3.0 Try again later' },
    })
    const peer = await dial(address)
    peer.socket.write(request() + request())
    expect(await peer.answers(2)).toBe('action=DEFER_IF_PERMIT 4.3.0 Try again later\n\n'.repeat(2))
    expect(open.server.stats.handlerErrors).toBe(4)
  })
})

describe('a peer that breaks the protocol', () => {
  const head = 'request=smtpd_access_policy\n'
  it.each([
    ['an oversized line', head + `helo_name=${'x'.repeat(9000)}\n\n`, 'line-too-long', 'action=DUNNO\n\n'],
    [
      'an oversized request',
      head + `a=${'x'.repeat(8000)}\n`.repeat(9) + '\n',
      'request-too-large',
      'action=DUNNO\n\n',
    ],
    ['too many attributes', head + 'a=\n'.repeat(200) + '\n', 'too-many-attributes', 'action=DUNNO\n\n'],
    ['a line without =', head + 'hello\n\n', 'not-an-attribute', 'action=DUNNO\n\n'],
    ['another request', 'request=other\n\n', 'not-a-policy-request', 'action=DUNNO\n\n'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'not-an-attribute', ''],
    ['rubbish', '\x16\x03\0\xff'.repeat(1000), 'binary', ''],
  ])('with %s is reported, answered if it listens, and closed', async (_, text, code, answer) => {
    const codes: string[] = []
    const address = await start({ handle: () => dunno, onProtocolError: (error) => codes.push(error.code) })
    const peer = await dial(address)
    peer.socket.write(text, 'latin1')
    expect(await peer.ended()).toBe(answer)
    expect(codes).toEqual([code])
    expect(open.server.stats.protocolErrors).toBe(1)
  })

  it('still gets the answers to the requests before', async () => {
    const decision = gate<Action>()
    const peer = await dial(await start({ handle: () => decision.promise }))
    peer.socket.write(request() + request() + head + 'junk\n')
    decision.open({ kind: 'ok' })
    expect(await peer.ended()).toBe('action=OK\n\naction=OK\n\naction=DUNNO\n\n')
  })

  it('by closing in the middle of a request gets nothing', async () => {
    const codes: string[] = []
    const address = await start({ handle: () => dunno, onProtocolError: (error) => codes.push(error.code) })
    const peer = await dial(address, { allowHalfOpen: true })
    peer.socket.end(request() + head)
    expect(await peer.ended()).toBe('action=DUNNO\n\n')
    expect(codes).toEqual(['unfinished-request'])
  })

  it('is cut off when it does not stop sending', async () => {
    const peer = await dial(await start({ handle: () => dunno }), { allowHalfOpen: true })
    peer.socket.write(head + 'junk\n')
    const feed = setInterval(() => peer.socket.write('more junk\n'), 20)
    expect(await peer.ended()).toBe('action=DUNNO\n\n')
    await new Promise((resolve) => peer.socket.once('close', resolve))
    clearInterval(feed)
    expect(open.server.stats).toMatchObject({ connections: 0, protocolErrors: 1 })
  })

  it('does not take the server with it when the report fails', async () => {
    const address = await start({
      handle: () => dunno,
      onProtocolError: () => {
        throw new Error('boom')
      },
    })
    const bad = await dial(address)
    bad.socket.write(head + 'junk\n')
    expect(await bad.ended()).toBe('action=DUNNO\n\n')
    const good = await dial(address)
    good.socket.write(request())
    expect(await good.answers(1)).toBe('action=DUNNO\n\n')
  })
})

describe('many connections', () => {
  it('2,000 idle ones are cheap, and each still answers', async () => {
    const address = await start({ handle: echoSize })
    const peers: Peer[] = []
    for (let n = 0; n < 2000; n += 100) {
      const batch = await Promise.all(sizes(n, n + 100).map(() => dial(address)))
      for (const peer of batch) peer.socket.write(request('size=first'))
      await Promise.all(batch.map((peer) => peer.answers(1)))
      peers.push(...batch)
    }
    for (const [n, peer] of peers.entries()) peer.socket.write(request(`size=${n}`))
    const texts = await Promise.all(peers.map((peer) => peer.answers(2)))
    expect(texts.map((text) => text.split('\n\n')[1])).toEqual(sizes(0, 2000).map((n) => `action=INFO ${n}`))
    expect(open.server.stats).toMatchObject({ connections: 2000, inFlight: 0, shedConnections: 0 })
  })

  it('beyond the limit replace the one that is idle longest', async () => {
    const address = await start({ handle: echoSize, limits: { connections: 2 } })
    const [first, second] = [await dial(address), await dial(address)]
    first.socket.write(request('size=1'))
    await first.answers(1)
    second.socket.write(request('size=2'))
    await second.answers(1)
    const third = await dial(address)
    third.socket.write(request('size=3'))
    expect(await third.answers(1)).toBe(replies([3]))
    expect(await first.ended()).toBe(replies([1]))
    expect(open.server.stats).toMatchObject({ shedConnections: 1, acceptedConnections: 3, connections: 2 })
  })

  it('beyond the limit are refused while all others are at work', async () => {
    const [decision, asked] = [gate<Action>(), gate<void>()]
    const address = await start({
      limits: { connections: 1 },
      handle() {
        asked.open()
        return decision.promise
      },
    })
    const busy = await dial(address)
    busy.socket.write(request())
    await asked.promise
    const refused = await dial(address)
    expect(await refused.ended()).toBe('')
    decision.open(dunno)
    expect(await busy.answers(1)).toBe('action=DUNNO\n\n')
  })

  it('that stay silent are closed, those whose handler is at work are not', async () => {
    const [decision, asked] = [gate<Action>(), gate<void>()]
    const address = await start({
      idleTimeoutMs: 200,
      handle() {
        asked.open()
        return decision.promise
      },
    })
    const [idle, half, busy] = [await dial(address), await dial(address), await dial(address)]
    busy.socket.write(request())
    half.socket.write('request=smtpd')
    await asked.promise
    expect(await idle.ended()).toBe('')
    expect(await half.ended()).toBe('')
    decision.open(dunno)
    expect(await busy.answers(1)).toBe('action=DUNNO\n\n')
  })
})

describe('close', () => {
  it('answers what is in flight, ends what is idle, and takes nothing new', async () => {
    const [decision, asked] = [gate<Action>(), gate<void>()]
    const address = await start({
      handle() {
        asked.open()
        return decision.promise
      },
    })
    const [idle, busy] = [await dial(address), await dial(address)]
    busy.socket.write(request() + request())
    await asked.promise
    const closing = open.server.close({ graceMs: 60_000 })
    expect(await idle.ended()).toBe('')
    await expect(connect(address)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(busy.text).toBe('')
    decision.open({ kind: 'ok' })
    expect(await busy.ended()).toBe('action=OK\n\naction=OK\n\n')
    await closing
    expect(open.server.stats).toMatchObject({ connections: 0, inFlight: 0 })
    expect(await open.server.listen(address)).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it('cuts what is still undecided after the grace', async () => {
    const asked = gate<void>()
    const address = await start({
      handle() {
        asked.open()
        return new Promise<Action>(() => {})
      },
    })
    const peer = await dial(address)
    peer.socket.write(request())
    await asked.promise
    await open.server.close({ graceMs: 1 })
    expect(await peer.ended()).toBe('')
  })

  it('may be called from inside a handler, and twice', async () => {
    const address = await start({
      handle() {
        void open.server.close()
        return { kind: 'ok' }
      },
    })
    const peer = await dial(address)
    peer.socket.write(request())
    expect(await peer.ended()).toBe('action=OK\n\n')
    await open.server.close()
  })
})
