// What a real Postfix does with our replies and modifications. By hand, with the sources, inside the lab:
//   LAB_WORK=/tmp/lab-work .../lab/postfix-lab.sh --deliver /tmp/x --milter inet:127.0.0.1:10024 -- \
//     node --conditions=@postern/source packages/milter/postfix/check.mjs /tmp/x
// (a Node that strips types). Prints each message as delivered, or what the SMTP client was told.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMilterServer, reply } from '@postern/milter/server'

const maildir = `${process.argv[2]}/user/new`
const [host, port] = process.env.LAB_SMTP.split(':')
const fields = ['X-A: 1', 'X-A: 2', 'X-B: b', 'X-A: 3', 'X-A: 4', 'From: a@lab.example', 'Subject: s']

let act = () => undefined
const macros = new Set()
let seen = []
const server = createMilterServer({
  leadingSpace: process.env.LEADING_SPACE !== '0',
  macros: { mail: ['i', 'auth_type', 'mail_addr', '{client_addr}'], endOfMessage: ['i', 'rcpt_addr', 'j'] },
  observe: {
    mail: (message) =>
      macros.add(`mail client_addr=${message.macro('client_addr')} j=${message.session.macro('j')}`),
    header: (_message, name, value) => void seen.push(`${name}:${value}`),
  },
  decide: {
    recipient: (message, recipient) => act('recipient', message, recipient),
    data: (message) => act('data', message),
    body: (message) => act('body', message),
    endOfMessage: (message) => act('endOfMessage', message),
  },
  onHandlerError: (error) => console.log('handler error', error.message),
  onProtocolError: (error) => console.log('protocol error', error),
})
const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 10024 })
if (!listened.ok) throw new Error(listened.error.message)

async function smtp(body, extra = []) {
  const socket = net.connect(Number(port), host)
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
  })
  const answer = async () => {
    while (!/^\d\d\d .*\r\n$/m.test(text) && !socket.closed) await sleep(5)
    const got = text
    text = ''
    return got.trim().replaceAll('\r\n', ' | ')
  }
  await answer()
  const say = (line) => {
    socket.write(`${line}\r\n`)
    return answer()
  }
  await say('EHLO client.lab.example')
  await say('MAIL FROM:<a@lab.example>')
  let last = await say('RCPT TO:<user@lab.example>')
  if (last.startsWith('250')) last = await say('DATA')
  if (last.startsWith('354')) last = await say([...fields, ...extra, '', body, '.'].join('\r\n'))
  await say('QUIT')
  socket.destroy()
  return last
}

async function check(title, handler, { body = 'hello\r\nworld', extra = [] } = {}) {
  act = handler
  seen = []
  if (existsSync(maildir)) rmSync(maildir, { recursive: true })
  const answer = await smtp(body, extra)
  console.log(`--- ${title}: ${answer}`)
  for (
    let n = 0;
    n < 100 && /^250/.test(answer) && !(existsSync(maildir) && readdirSync(maildir).length > 0);
    n++
  ) {
    await sleep(50)
    if (n === 30) break
  }
  if (!existsSync(maildir)) return
  for (const file of readdirSync(maildir)) {
    const message = readFileSync(`${maildir}/${file}`, 'latin1')
    console.log(
      message
        .replace(/\n[\t ]+/g, ' ~ ')
        .split('\n')
        .slice(0, 18)
        .map((line) => `    ${line.slice(0, 100)}`)
        .join('\n'),
    )
  }
}
const atEnd = (change) => (step, message) => (step === 'endOfMessage' ? change(message) : undefined)

await check(
  'nothing',
  atEnd(() => undefined),
)
console.log(JSON.stringify(seen), [...macros])
for (const index of [0, 1, 2, 3, 7, 50])
  await check(
    `insertHeader(${index})`,
    atEnd((message) => message.insertHeader(index, 'X-New', ' here')),
  )
await check(
  'insert 0 twice',
  atEnd((message) => {
    message.insertHeader(0, 'X-New', ' first')
    message.insertHeader(0, 'X-New', ' second')
  }),
)
await check(
  'delete X-A 1 and 3, insert 0',
  atEnd((message) => {
    message.deleteHeader('X-A', 1)
    message.deleteHeader('x-a', 3)
    message.insertHeader(0, 'Authentication-Results', ' mx;\n spf=pass')
  }),
)
await check(
  'delete 1 2 3 4, change 2 at last',
  atEnd((message) => {
    for (const n of [1, 2, 3, 4]) message.deleteHeader('X-A', n)
    message.changeHeader('X-A', 2, ' two changed')
  }),
)
await check(
  'change 3, delete 1, change 9',
  atEnd((message) => {
    message.changeHeader('X-A', 3, ' three')
    message.deleteHeader('X-A', 1)
    message.changeHeader('X-A', 9, ' nine')
  }),
)
await check(
  "delete Received 1 (the MTA's own?)",
  atEnd((message) => message.deleteHeader('Received', 1)),
)
await check(
  'delete Received 1 with one in the message',
  atEnd((message) => message.deleteHeader('Received', 1)),
  { extra: ['Received: from x'] },
)
await check(
  'insert 1 with deletes of the top',
  atEnd((message) => {
    message.deleteHeader('X-A', 1)
    message.insertHeader(1, 'X-New', ' here')
  }),
)
await check(
  'empty value',
  atEnd((message) => message.addHeader('X-Empty', '')),
)
await check(
  'change to one space',
  atEnd((message) => message.changeHeader('X-B', 1, ' ')),
)
await check(
  'replace body',
  atEnd((message) => message.replaceBody([Buffer.from('new\r\n'), Buffer.from('body\r\n')])),
)
await check(
  'empty body',
  atEnd((message) => message.replaceBody(Buffer.alloc(0))),
)
await check(
  'quarantine',
  atEnd((message) => message.quarantine('because %s')),
)
console.log(execFileSync('postqueue', ['-c', `${process.env.LAB_PF}/etc`, '-p'], { encoding: 'utf8' }))
await check(
  'sender and recipients',
  atEnd((message) => {
    message.changeSender('new@lab.example', ['RET=HDRS'])
    message.addRecipient('user2@lab.example', ['NOTIFY=NEVER'])
    message.deleteRecipient('user@lab.example')
  }),
)
await check('skip', (step) => (step === 'body' ? 'skip' : undefined), {
  body: `${'x'.repeat(70)}\r\n`.repeat(3000).trim(),
})
await check('reply', (step) =>
  step === 'recipient' ? reply(550, '5.7.1', ['100% sure', 'second line']) : undefined,
)
await check(
  'reply at the end',
  atEnd(() => reply(451, '4.7.1', '100%% later')),
)
await check(
  'reply without enhanced',
  atEnd(() => reply(554, 'no')),
)
await check('reject at data', (step) => (step === 'data' ? 'reject' : undefined))
await check('shutdown at recipient', (step) => (step === 'recipient' ? 'shutdown' : undefined))
await check('connection-failure at recipient', (step) =>
  step === 'recipient' ? 'connection-failure' : undefined,
)
await check(
  'discard',
  atEnd(() => 'discard'),
)
await check(
  'throws',
  atEnd(() => {
    throw new Error('boom')
  }),
)
console.log(server.stats)
const log = readFileSync(`${process.env.LAB_PF}/maillog`, 'latin1').split('\n')
console.log(
  log
    .filter((line) => /milter|warning|user2|new@/.test(line))
    .map((line) => line.slice(16))
    .join('\n'),
)
await server.close({ graceMs: 100 })
