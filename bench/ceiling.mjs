// The ceiling of a Node server: answers DUNNO to every empty line and looks at nothing. node ceiling.mjs PORT
import net from 'node:net'

const answer = Buffer.from('action=DUNNO\n\n')
net
  .createServer({ noDelay: true }, (socket) => {
    let last = 0
    socket.on('data', (bytes) => {
      let count = last === 10 && bytes[0] === 10 ? 1 : 0
      for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) count++
      last = bytes.at(-1) === 10 && bytes.at(-2) === 10 ? 0 : bytes.at(-1)
      while (count-- > 0) socket.write(answer)
    })
    socket.on('error', () => socket.destroy())
  })
  .listen(Number(process.argv[2]), '127.0.0.1')
