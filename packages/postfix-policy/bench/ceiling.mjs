// The ceiling: a server that answers DUNNO to each empty line without looking at what came before.
import net from 'node:net'
import { report } from './report.mjs'

const answer = Buffer.from('action=DUNNO\n\n')
const server = net.createServer({ noDelay: true }, (socket) => {
  let isLineStart = false
  socket.on('data', (bytes) => {
    let count = isLineStart && bytes[0] === 10 ? 1 : 0
    for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) count++
    isLineStart = bytes.at(-1) === 10 && bytes.at(-2) !== 10
    while (count-- > 0) socket.write(answer)
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => report(server.address().port))
