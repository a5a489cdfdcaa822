// Lets users log in: as much of Dovecot's authentication protocol as Postfix's smtpd speaks (AUTH PLAIN), with any password
// right. So the tests depend on no SASL library being installed.

import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import net from 'node:net'
import { createInterface } from 'node:readline'

const greeting = ['VERSION\t1\t2', 'MECH\tPLAIN\tplaintext', 'SPID\t1', 'CUID\t1', 'COOKIE\t0', 'DONE']

/** Serves on a UNIX socket that everybody may connect to. */
export async function startSasl(path: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.write(`${greeting.join('\n')}\n`)
    createInterface({ input: socket }).on('line', (line) => {
      const [command, id, ...parameters] = line.split('\t')
      if (command !== 'AUTH') return
      const response = parameters.find((parameter) => parameter.startsWith('resp='))?.slice('resp='.length)
      // RFC 4616 §2: authorization identity, NUL, user, NUL, password.
      const [, user] = Buffer.from(response ?? '', 'base64')
        .toString()
        .split('\0')
      socket.write(user ? `OK\t${id}\tuser=${user}\n` : `FAIL\t${id}\n`)
    })
  })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o666)
  server.unref()
  return server
}
