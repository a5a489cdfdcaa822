// An IMAP client (RFC 9051) for tests: commands as lines, answers as lines.

import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'

export interface Imap {
  /** The untagged lines of the answer; throws when it is not OK. */
  command(text: string): Promise<readonly string[]>
  /** Puts a message into the mailbox; a byte string with CRLF. */
  append(mailbox: string, message: string, flags?: string): Promise<void>
  close(): Promise<void>
}

/** Logs in; the password is the user's name. */
export async function openImap(port: number, user: string): Promise<Imap> {
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const lines = createInterface({ input: socket.setEncoding('latin1') })[Symbol.asyncIterator]()
  let count = 0
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the IMAP server has hung up')
    return value
  }
  const answer = async (tag: string, asked: string): Promise<readonly string[]> => {
    const untagged: string[] = []
    for (;;) {
      const line = await nextLine()
      if (line.startsWith(`${tag} OK`)) return untagged
      if (line.startsWith(`${tag} `)) throw new Error(`${asked}: ${line}`)
      untagged.push(line)
    }
  }
  const command = async (text: string) => {
    const tag = `t${++count}`
    socket.write(`${tag} ${text}\r\n`, 'latin1')
    return answer(tag, text)
  }
  await nextLine()
  await command(`LOGIN ${user} ${user}`)
  return {
    command,
    async append(mailbox, message, flags = '') {
      const tag = `t${++count}`
      socket.write(`${tag} APPEND ${mailbox} (${flags}) {${message.length}}\r\n`)
      const line = await nextLine()
      if (!line.startsWith('+')) throw new Error(`APPEND: ${line}`)
      socket.write(`${message}\r\n`, 'latin1')
      await answer(tag, 'APPEND')
    },
    async close() {
      await command('LOGOUT')
      socket.destroy()
    },
  }
}
