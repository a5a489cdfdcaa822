import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type AcceptedSocket,
  type ListenAddress,
  SocketServer,
  type SocketServerOptions,
  type SocketWork,
} from '../src/index.ts'

/** Sends back what it gets; keeps what happened. */
class Echo implements SocketWork {
  readonly seen: string[] = []
  isDeciding = false
  readonly accepted: AcceptedSocket
  readonly gone: Promise<void>
  private leave: () => void = () => {}

  constructor(accepted: AcceptedSocket) {
    this.accepted = accepted
    this.gone = new Promise((resolve) => {
      this.leave = resolve
    })
  }

  receive(bytes: Uint8Array): void {
    this.accepted.transport.writeParts(['<', bytes, '>'])
  }

  drained(): void {
    this.seen.push('drained')
  }

  ended(): void {
    this.seen.push('ended')
    this.accepted.transport.finish()
  }

  abandon(): void {
    this.seen.push('abandon')
    this.leave()
  }

  close(): void {
    this.seen.push('close')
    this.accepted.transport.finishLate()
  }
}

const loopback: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 }
const open: SocketServer<Echo>[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close({ graceMs: 0 })))
})

async function start(options: Partial<SocketServerOptions<Echo>> = {}) {
  const works: Echo[] = []
  const server = new SocketServer<Echo>({
    maxConnections: 100,
    idleTimeoutMs: 0,
    graceMs: 1000,
    open: (accepted) => new Echo(accepted),
    onOpened: (work) => void works.push(work),
    ...options,
  })
  open.push(server)
  const listened = await server.listen(loopback)
  if (!listened.ok || listened.value.kind !== 'tcp') throw new Error('not listening')
  const { port } = listened.value
  const connect = async () => {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  return { server, works, connect }
}

async function say(socket: net.Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = await once(socket, 'data')
  return String(answer)
}

describe('SocketServer', () => {
  it('hands bytes to the work of their connection, and counts', async () => {
    const { server, works, connect } = await start()
    const [first, second] = [await connect(), await connect()]
    expect(await say(first, 'one')).toBe('<one>')
    expect(await say(second, 'two')).toBe('<two>')
    expect(works.map(({ accepted }) => accepted.id)).toEqual([1, 2])
    expect(works[0]!.accepted.peer).toBe(`127.0.0.1:${first.localPort}`)
    expect([...server.works()]).toEqual(works)
    expect(server.stats).toEqual({ connections: 2, acceptedConnections: 2, shedConnections: 0 })
  })

  it('tells of the end, and that the connection is gone', async () => {
    const { server, works, connect } = await start()
    const socket = await connect()
    await say(socket, 'x')
    socket.end()
    await works[0]!.gone
    expect(works[0]!.seen).toEqual(['ended', 'abandon'])
    expect(server.stats.connections).toBe(0)
  })

  it('closes the newcomer when there are too many', async () => {
    const { server, connect } = await start({ maxConnections: 1 })
    const first = await connect()
    await say(first, 'x')
    const second = await connect()
    await once(second.resume(), 'close')
    expect(await say(first, 'y')).toBe('<y>')
    expect(server.stats).toEqual({ connections: 1, acceptedConnections: 2, shedConnections: 1 })
  })

  it('closes an idle connection for a newcomer where it may', async () => {
    const { server, works, connect } = await start({ maxConnections: 1, isIdle: () => true })
    const first = await connect()
    await say(first, 'x')
    const left = once(first.resume(), 'close')
    const second = await connect()
    expect(await say(second, 'y')).toBe('<y>')
    await left
    await works[0]!.gone
    expect(server.stats).toEqual({ connections: 1, acceptedConnections: 2, shedConnections: 1 })
  })

  it('closes silent connections, but not those that are being worked on', async () => {
    const { works, connect } = await start({ idleTimeoutMs: 40 })
    const [busy, silent] = [await connect(), await connect()]
    await say(busy, 'x')
    works[0]!.isDeciding = true
    await once(silent.resume(), 'close')
    expect(await say(busy, 'y')).toBe('<y>')
  })

  it('ends in an orderly way, and then listens no more', async () => {
    const { server, works, connect } = await start()
    const socket = await connect()
    await say(socket, 'x')
    const end = once(socket, 'end')
    const closed = server.close()
    await end
    socket.end()
    await closed
    expect(works[0]!.seen).toEqual(['close', 'ended', 'abandon'])
    const again = await server.listen(loopback)
    expect(again.ok ? '' : again.error.code).toBe('closed')
  })

  it('cuts what is still open when the time for an orderly end is over', async () => {
    const { server, works, connect } = await start()
    const stubborn = await connect()
    stubborn.on('error', () => {})
    await say(stubborn, 'x')
    works[0]!.close = () => {}
    await server.close({ graceMs: 10 })
    expect(works[0]!.seen).toEqual(['abandon'])
  })
})
