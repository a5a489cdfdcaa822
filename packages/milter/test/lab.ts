// Servers and clients for tests: opened here, closed after each test.

import net from 'node:net'
import { afterEach } from 'vitest'
import {
  connectMilter,
  type MilterClient,
  type MilterClientInfo,
  type MilterClientOptions,
  type OutgoingMessage,
} from '../src/client.ts'
import {
  createMilterServer,
  type ListenAddress,
  type MilterServer,
  type MilterServerOptions,
} from '../src/server.ts'
import { bytesOf, framesOf, textOf } from './wire.ts'

const open: { servers: MilterServer[]; sockets: net.Socket[]; clients: MilterClient[] } = {
  servers: [],
  sockets: [],
  clients: [],
}

afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy()
  await Promise.all(open.clients.splice(0).map((client) => client.quit()))
  await Promise.all(open.servers.splice(0).map((server) => server.close({ graceMs: 0 })))
})

export interface Lab {
  readonly server: MilterServer
  readonly address: ListenAddress
}

export async function startServer<State = undefined>(options: MilterServerOptions<State>): Promise<Lab> {
  const server = createMilterServer(options)
  open.servers.push(server)
  const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  if (!listened.ok) throw new Error(listened.error.message)
  return { server, address: listened.value }
}

export async function dial(
  { address }: Pick<Lab, 'address'>,
  options?: MilterClientOptions,
): Promise<MilterClient> {
  const connected = await connectMilter(address, options)
  if (!connected.ok) throw new Error(connected.error.message)
  open.clients.push(connected.value)
  return connected.value
}

export const someone: MilterClientInfo = {
  hostName: 'mail.example.org',
  address: { family: 'ip4', address: '192.0.2.1', port: 40_000 },
}

/** A client that has said who the SMTP client is. */
export async function greet(lab: Pick<Lab, 'address'>, options?: MilterClientOptions): Promise<MilterClient> {
  const client = await dial(lab, options)
  await client.connect(someone, { j: 'mx.example.net' })
  await client.helo('mail.example.org')
  return client
}

export const outgoing = (changes: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  sender: 'a@example.org',
  recipients: ['b@example.org', 'c@example.org'],
  message: bytesOf('From: a@example.org\r\nSubject: one\r\n\ttwo\r\n\r\nhello\r\n'),
  macros: { mail: { i: 'Q1', auth_authen: 'user' }, endOfMessage: { i: 'Q1' } },
  ...changes,
})

/** A socket that writes what it is told and collects what comes. */
export interface Peer {
  readonly socket: net.Socket
  /** What came, one entry for each read. */
  readonly reads: string[]
  write(text: string): void
  /** Resolves with all frames when there are this many. */
  frames(count: number): Promise<[string, string][]>
  /** Resolves with all that came when the connection is over. */
  ended(): Promise<string>
}

export async function dialRaw(address: ListenAddress): Promise<Peer> {
  const socket = net.connect(
    address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path },
  )
  open.sockets.push(socket)
  const reads: string[] = []
  let isEnded = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of waiting) check()
  }
  socket.on('data', (bytes: Uint8Array) => {
    reads.push(textOf(bytes))
    wake()
  })
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      isEnded = true
      wake()
    })
  socket.on('error', () => {})
  const until = <T>(ready: () => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const check = () => {
        const value = ready()
        if (value !== undefined) resolve(value)
        else if (isEnded) reject(new Error(`the connection ended after ${JSON.stringify(reads)}`))
        else return
        waiting.delete(check)
      }
      waiting.add(check)
      check()
    })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return {
    socket,
    reads,
    write: (text) => void socket.write(text, 'latin1'),
    frames: (count) =>
      until(() => {
        const frames = framesOf(reads.join(''))
        return frames.length >= count ? frames : undefined
      }),
    ended: () => until(() => (isEnded ? reads.join('') : undefined)),
  }
}

/** A promise that is settled from outside. */
export function gate<T = void>() {
  let pass!: (value: T) => void
  const promise = new Promise<T>((resolve) => {
    pass = resolve
  })
  return { promise, pass }
}
