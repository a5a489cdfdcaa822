// node bench/ceiling.mjs: the least a server in Node can do for a request: read to the end, answer, close. Knows no protocol.
import net from 'node:net'

const answer = Buffer.from('SPAMD/1.1 0 EX_OK\r\nSpam: True ; 15.0 / 5.0\r\n\r\n')
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const chunks = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('end', () => socket.end(process.argv[2] === 'CHECK' ? answer : Buffer.concat(chunks)))
  socket.on('error', () => {})
})
process.on('message', () => process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
