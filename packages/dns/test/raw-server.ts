// A server that sends whatever bytes a test wants, on UDP and TCP of one port.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export interface RawServer {
  readonly address: string
  close(): Promise<void>
}

export interface RawConduct {
  /** The datagrams to send back for one question. */
  readonly udp: (question: Buffer) => readonly Uint8Array[]
  readonly tcp?: (socket: Socket, question: Buffer) => void
}

export async function startRawServer({ udp, tcp }: RawConduct): Promise<RawServer> {
  const streams = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => tcp?.(socket, Buffer.from(chunk).subarray(2)))
  })
  streams.listen(0, '127.0.0.1')
  await once(streams, 'listening')
  const { port } = streams.address() as { port: number }
  const datagrams = createSocket('udp4')
  datagrams.on('message', (question, from) => {
    for (const bytes of udp(question)) datagrams.send(bytes, from.port, from.address)
  })
  datagrams.bind(port, '127.0.0.1')
  await once(datagrams, 'listening')
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      datagrams.close()
      await new Promise((done) => streams.close(done))
    },
  }
}
