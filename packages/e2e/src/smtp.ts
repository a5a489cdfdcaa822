// Two SMTP clients. nodemailer, for mail as people send it; and a dialogue of single commands, for what nodemailer does not
// do: XCLIENT, by which the test chooses whom Postfix takes it for, and greetings exactly as wanted.

import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'
import nodemailer from 'nodemailer'

export interface Reply {
  readonly code: number
  /** RFC 3463 status, '' where there is none. */
  readonly enhanced: string
  /** The words of all lines, without code and status. */
  readonly text: string
  /** As in tables of results: `450 4.2.0`. */
  readonly codes: string
}

/** Whom Postfix shall take the client for. */
export interface Client {
  /** IPv4: not every machine that runs tests has IPv6. */
  readonly address: string
  /** Its confirmed name; without one it is unknown. */
  readonly name?: string
  /** The user it has logged in as. */
  readonly login?: string
}

export interface Dialogue {
  command(line: string): Promise<Reply>
  /** EHLO, and a greeting that is refused at once is an error of the test. */
  greet(helo: string): Promise<void>
  /** MAIL FROM, then RCPT TO for each; the replies to RCPT. */
  envelope(sender: string, ...recipients: readonly string[]): Promise<readonly Reply[]>
  /** DATA with a message of that subject; the last reply. */
  message(subject: string): Promise<Reply>
  /** DATA with this message, a byte string that is sent as it is but for stuffed dots; the last reply. */
  data(content: string): Promise<Reply>
  /** DATA, and once Postfix waits for the message, what writes it piece by piece: dots are the caller's to stuff. */
  begin(): Promise<DataPhase>
  /** QUIT. */
  close(): Promise<void>
}

export interface DataPhase {
  /** Resolves when the bytes have left this process. */
  write(bytes: string | Uint8Array): Promise<void>
  /** The last dot; the reply. */
  end(): Promise<Reply>
}

/** Opens a session, by default as the stranger 127.0.0.1. */
export async function openDialogue(port: number, client?: Client): Promise<Dialogue> {
  const socket = net.connect({ host: '127.0.0.1', port })
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const read = () => readReply(lines)
  const command = (line: string) => {
    socket.write(`${line}\r\n`)
    return read()
  }
  const mustBe = async (wanted: number, reply: Promise<Reply>) => {
    const { code, text } = await reply
    if (code !== wanted) throw new Error(`${wanted} expected, but: ${code} ${text}`)
  }
  const begin = async (): Promise<DataPhase> => {
    await mustBe(354, command('DATA'))
    return {
      write: (bytes) =>
        new Promise((resolve, reject) => {
          const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
          socket.write(chunk, (error) => (error ? reject(error) : resolve()))
        }),
      end: () => command('.'),
    }
  }
  await mustBe(220, read())
  if (client) {
    await mustBe(250, command('EHLO test.example.com'))
    await mustBe(220, command(xclient(client)))
  }
  return {
    command,
    greet: (helo) => mustBe(250, command(`EHLO ${helo}`)),
    async envelope(sender, ...recipients) {
      await mustBe(250, command(`MAIL FROM:<${sender}>`))
      const replies: Reply[] = []
      for (const recipient of recipients) replies.push(await command(`RCPT TO:<${recipient}>`))
      return replies
    },
    async message(subject) {
      await mustBe(354, command('DATA'))
      return command(`Subject: ${subject}\r\n\r\nA message of the end-to-end tests.\r\n.`)
    },
    begin,
    async data(content) {
      const phase = await begin()
      // RFC 5321 §4.5.2; Postfix takes a bare line feed for the end of a line too.
      const stuffed = content.replaceAll(/(^|\n)\./g, '$1..')
      await phase.write(stuffed.endsWith('\n') || stuffed === '' ? stuffed : `${stuffed}\r\n`)
      return phase.end()
    },
    async close() {
      socket.end('QUIT\r\n')
      socket.resume()
      if (!socket.closed) await once(socket, 'close')
    },
  }
}

function xclient({ address, name, login }: Client): string {
  return `XCLIENT ADDR=${address} NAME=${name ?? '[UNAVAILABLE]'}${login === undefined ? '' : ` LOGIN=${login}`}`
}

async function readReply(lines: AsyncIterator<string>): Promise<Reply> {
  let code = 0
  let enhanced = ''
  const words: string[] = []
  for (let isLast = false; !isLast; ) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the session ended after ${JSON.stringify(words)}`)
    const [, number, separator, status, text] =
      /^(\d{3})([ -]?)(?:([245]\.\d+\.\d+) )?(.*)$/.exec(value) ?? []
    if (number === undefined || text === undefined) throw new Error(`not a reply: ${value}`)
    code = Number(number)
    enhanced = status ?? ''
    words.push(text)
    isLast = separator !== '-'
  }
  return replyOf(code, enhanced, words.join('\n'))
}

const replyOf = (code: number, enhanced: string, text: string): Reply => ({
  code,
  enhanced,
  text,
  codes: enhanced === '' ? String(code) : `${code} ${enhanced}`,
})

export interface Mail {
  /** What it says in EHLO. */
  readonly helo: string
  readonly sender: string
  readonly recipients: readonly string[]
  readonly subject: string
  /** Logs in as this user first. */
  readonly login?: string
}

/** Sends mail with nodemailer; the reply that ended it: to the message, or to the recipients when all were refused. */
export async function sendMail(port: number, mail: Mail): Promise<Reply> {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    name: mail.helo,
    ignoreTLS: true,
    ...(mail.login !== undefined && { auth: { user: mail.login, pass: 'right' } }),
  })
  try {
    const { response } = await transport.sendMail({
      envelope: { from: mail.sender, to: [...mail.recipients] },
      from: mail.sender,
      to: [...mail.recipients],
      subject: mail.subject,
      text: 'A message of the end-to-end tests.',
    })
    return parseResponse(response)
  } catch (error) {
    const { response } = error as { response?: string }
    if (response === undefined) throw error
    return parseResponse(response)
  } finally {
    transport.close()
  }
}

function parseResponse(response: string): Reply {
  const [, code, enhanced, text] = /^(\d{3}) (?:([245]\.\d+\.\d+) )?(.*)$/s.exec(response) ?? []
  if (code === undefined || text === undefined) throw new Error(`not a reply: ${response}`)
  return replyOf(Number(code), enhanced ?? '', text)
}
