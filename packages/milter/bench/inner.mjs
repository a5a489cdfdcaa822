// What the library itself costs for one message, without sockets: node --conditions=@postern/source bench/inner.mjs [--hash] FILE
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Conversation } from '../src/conversation.ts'
import { stepHandlers } from '../src/handlers.ts'

const frame = (command, data = '') => {
  const bytes = Buffer.from(data, 'latin1')
  const head = Buffer.alloc(5)
  head.writeUInt32BE(bytes.length + 1)
  head.write(command, 4, 'latin1')
  return Buffer.concat([head, bytes])
}
const number = (n) => String.fromCharCode(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255)
const text = readFileSync(process.argv.at(-1), 'latin1').replaceAll(/\r?\n/g, '\r\n')
const end = text.indexOf('\r\n\r\n')
const fields = text.slice(0, end).split(/\r\n(?![ \t])/)
const message = Buffer.concat([
  frame('D', 'Mi\0Q1\0{auth_type}\0PLAIN\0{mail_addr}\0a@example.org\0'),
  frame('M', '<a@example.org>\0SIZE=2000\0'),
  frame('D', 'R{rcpt_addr}\0b@example.org\0'),
  frame('R', '<b@example.org>\0'),
  frame('D', 'Ti\0Q1\0'),
  frame('T'),
  ...fields.map((field) => {
    const colon = field.indexOf(':')
    return frame('L', `${field.slice(0, colon)}\0${field.slice(colon + 1).replaceAll('\r\n', '\n')}\0`)
  }),
  frame('D', 'Ni\0Q1\0'),
  frame('N'),
  frame('B', text.slice(end + 4)),
  frame('D', 'Ei\0Q1\0'),
  frame('E'),
])
let seen = 0
const look = () => {}
const handlers = {
  createState: process.argv.includes('--hash') ? () => ({ hash: createHash('sha256') }) : undefined,
  observe: {
    connect: look,
    helo: look,
    mail: look,
    recipient: look,
    data: look,
    endOfHeader: look,
    header(_message, name, value) {
      seen += name.length + value.length
    },
    body(message, chunk) {
      message.state?.hash.update(chunk)
    },
  },
  decide: {
    endOfMessage(message) {
      message.state?.hash.digest()
    },
  },
}
let replies = 0
const steps = stepHandlers(handlers)
const conversation = new Conversation({
  id: 1,
  peer: 'bench',
  handlers,
  steps,
  session: { steps: steps.uses, leadingSpace: true },
  waitingBytes: 262144,
  counters: { messages: 0, protocolErrors: 0, handlerErrors: 0 },
  transport: {
    write() {
      replies++
      return true
    },
    pause() {},
    resume() {},
    finish() {},
  },
})
conversation.receive(
  Buffer.concat([
    frame('O', number(6) + number(0x1ff) + number(0x1fffff)),
    frame('C', 'host\x004\0\x19192.0.2.1\0'),
    frame('H', 'host\0'),
  ]),
)
const run = (count) => {
  const start = process.hrtime.bigint()
  for (let n = 0; n < count; n++) conversation.receive(Buffer.from(message))
  return Number(process.hrtime.bigint() - start) / 1000 / count
}
const copies = (count) => {
  const start = process.hrtime.bigint()
  for (let n = 0; n < count; n++) replies += Buffer.from(message).length & 0
  return Number(process.hrtime.bigint() - start) / 1000 / count
}
run(30000)
const best = Math.min(...Array.from({ length: 7 }, () => run(20000)))
console.log(
  `${best.toFixed(2)} us a message of ${message.length} bytes and ${fields.length} headers; copy ${copies(20000).toFixed(2)}; ${replies} replies, ${seen} characters`,
)
