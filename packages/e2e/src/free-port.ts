import { once } from 'node:events'
import net from 'node:net'

/** A port of 127.0.0.1 that the kernel says is free, for programs that cannot say which one they were given. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
