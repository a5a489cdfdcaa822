// One request and its answer, over the first server that can be reached.

import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatListenAddress, type ListenAddress } from '@postern/listener'
import type { SpamcError } from './client.ts'

export interface ExchangeOptions {
  readonly servers: readonly ListenAddress[]
  readonly connectTimeoutMs: number
  readonly timeoutMs: number
  readonly attempts: number
  readonly retryMs: number
  readonly responseBytes: number
}

export type Exchanged =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly error: SpamcError }

/** Sends the parts, and gives all that came till the server closed. Never rejects. */
export async function exchange(
  parts: readonly (string | Uint8Array)[],
  options: ExchangeOptions,
): Promise<Exchanged> {
  const { servers, attempts, retryMs, connectTimeoutMs } = options
  const troubles: string[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await sleep(retryMs)
    troubles.length = 0
    for (const server of servers) {
      const connected = await connect(server, connectTimeoutMs)
      if (connected instanceof net.Socket) return converse(connected, parts, options)
      troubles.push(`${formatListenAddress(server)}: ${connected.message}`)
    }
  }
  return { ok: false, error: { code: 'unreachable', message: troubles.join('; ') } }
}

async function connect(address: ListenAddress, timeoutMs: number): Promise<net.Socket | Error> {
  let socket: net.Socket | undefined
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    // Half-open: the server reads our end, and answers then.
    const how = address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path }
    socket = net.connect({ ...how, allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect', { signal: timeout })
    return socket
  } catch (error) {
    socket?.on('error', () => {}).destroy()
    return timeout.aborted ? new Error(`no connection within ${timeoutMs} ms`) : causeOf(error as Error)
  }
}

/** Of a name with several addresses, Node gives one error that has the others in it. */
const causeOf = (error: Error & { errors?: readonly Error[] }): Error => error.errors?.at(-1) ?? error

function converse(
  socket: net.Socket,
  parts: readonly (string | Uint8Array)[],
  { timeoutMs, responseBytes }: ExchangeOptions,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const finish = (result: Exchanged) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const fail = (code: SpamcError['code'], message: string) =>
      finish({ ok: false, error: { code, message } })
    const timer = setTimeout(() => fail('timeout', `no answer within ${timeoutMs} ms`), timeoutMs)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length > responseBytes) fail('bad-response', `the answer has more than ${responseBytes} bytes`)
    })
    socket.on('end', () => finish({ ok: true, bytes: Buffer.concat(chunks) }))
    // A server that refuses may close before it has read everything: what it said counts.
    socket.on('error', (error) => {
      if (length > 0) finish({ ok: true, bytes: Buffer.concat(chunks) })
      else fail('connection-lost', error.message)
    })
    socket.cork()
    for (const part of parts) {
      if (typeof part === 'string') socket.write(part, 'latin1')
      else socket.write(part)
    }
    socket.uncork()
    socket.end()
  })
}
