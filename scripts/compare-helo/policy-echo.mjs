// A policy server that refuses every request and tells in hex what helo_name it got: that is what a policy daemon sees
// of a greeting, after smtpd has joined its words and dropped what it drops.
import net from 'node:net'

/** Starts it on 127.0.0.1:port; resolves when it listens. */
export function startPolicyEcho(port) {
  const server = net.createServer((socket) => {
    let pending = ''
    socket.setEncoding('latin1')
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      pending += data
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const helo = /^helo_name=(.*)$/m.exec(pending.slice(0, end))?.[1] ?? ''
        pending = pending.slice(end + 2)
        socket.write(`action=550 5.7.1 hex=${Buffer.from(helo, 'latin1').toString('hex')}.\n\n`)
      }
    })
  })
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
}
