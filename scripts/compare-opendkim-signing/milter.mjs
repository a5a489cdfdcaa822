// The MTA's half of the milter protocol, as little of it as it takes to see what a filter does with a message.
import net from 'node:net'

const packet = (command, data = '') => {
  const bytes = Buffer.from(data, 'latin1')
  const head = Buffer.alloc(5)
  head.writeUInt32BE(bytes.length + 1)
  head.write(command, 4, 'latin1')
  return Buffer.concat([head, bytes])
}

const macros = (stage, values) =>
  packet(
    'D',
    stage + values.map(([name, value]) => `${name.length > 1 ? `{${name}}` : name}\0${value}\0`).join(''),
  )

const octets = (number, size) => {
  const bytes = Buffer.alloc(size)
  bytes.writeUIntBE(number, 0, size)
  return bytes.toString('latin1')
}

/** Version 6, all actions, no step left out: each step is answered. */
const negotiation = packet('O', octets(6, 4) + octets(0x1ff, 4) + octets(0, 4))

/**
 * Hands one message to the filter. Answers { at, reply, signatures }: at which step it ended, the last reply's letter, and
 * the values of the DKIM-Signature fields that it inserted.
 */
export function handIn(socketFile, { connect, connectMacros, mailMacros, headers }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketFile)
    const signatures = []
    let pending = Buffer.alloc(0)
    let step = 0
    const steps = [
      ['O', negotiation],
      ['C', Buffer.concat([macros('C', connectMacros), packet('C', connect)])],
      ['M', Buffer.concat([macros('M', [['i', 'q1'], ...mailMacros]), packet('M', '<s@sender.test>\0')])],
      ['R', packet('R', '<r@recipient.test>\0')],
      ...headers.map(([name, value]) => ['L', packet('L', `${name}\0${value}\0`)]),
      ['N', packet('N')],
      ['B', packet('B', 'text\r\n')],
      ['E', packet('E')],
    ]
    const finish = (reply) => {
      socket.end(packet('Q'))
      resolve({ at: steps[step][0], reply, signatures })
    }
    const take = (reply, data) => {
      if (reply === 'h' || reply === 'i') {
        const [name, value] = data
          .subarray(reply === 'i' ? 4 : 0)
          .toString('latin1')
          .split('\0')
        if (name.toLowerCase() === 'dkim-signature') signatures.push(value)
      } else if ('+-m1bsqp'.includes(reply)) return
      else if (reply === 'O' || (reply === 'c' && step < steps.length - 1)) socket.write(steps[++step][1])
      else finish(reply)
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed at ${steps[step][0]}`)))
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 5 && pending.length >= 4 + pending.readUInt32BE(0)) {
        const end = 4 + pending.readUInt32BE(0)
        const body = pending.subarray(5, end)
        const reply = String.fromCharCode(pending[4])
        pending = pending.subarray(end)
        take(reply, body)
      }
    })
    socket.write(steps[0][1])
  })
}

/** The data of CONNECT: host name, family, port, address. */
export function connectData({ name, address }) {
  if (address === undefined) return `${name}\0U`
  const isV6 = address.includes(':')
  return `${name}\0${isV6 ? '6' : '4'}${octets(4711, 2)}${isV6 ? 'IPv6:' : ''}${address}\0`
}
