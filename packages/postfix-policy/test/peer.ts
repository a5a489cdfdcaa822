// The other end of a connection in tests: writes what it is told and collects what comes.

import net from 'node:net'
import type { ListenAddress } from '@postern/listener'

export interface Peer {
  readonly socket: net.Socket
  /** Everything that came so far. */
  readonly text: string
  /** Resolves when `text` has this many answers. */
  answers(count: number): Promise<string>
  /** Resolves with everything when the server has sent its end, or the connection is gone. */
  ended(): Promise<string>
}

export const targetOf = (address: ListenAddress) =>
  address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path }

export async function connect(
  address: ListenAddress,
  options: { allowHalfOpen?: boolean } = {},
): Promise<Peer> {
  const socket = net.connect({ ...targetOf(address), ...options })
  let text = ''
  let isEnded = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of waiting) check()
  }
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    wake()
  })
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      isEnded = true
      wake()
    })
  socket.on('error', () => {})
  const until = (condition: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        if (condition()) resolve(text)
        else if (isEnded) reject(new Error(`connection ended after ${JSON.stringify(text)}`))
        else return
        waiting.delete(check)
      }
      waiting.add(check)
      check()
    })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return {
    socket,
    get text() {
      return text
    },
    answers: (count) => until(() => text.split('\n\n').length > count),
    ended: () => until(() => isEnded),
  }
}
