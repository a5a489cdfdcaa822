// The other end of the protocol: asks a policy server as Postfix does. For tests, tools and replays.

import net from 'node:net'
import { formatListenAddress, type ListenAddress } from '@postern/listener'
import { type Action, type ActionErrorCode, parseAction } from './action.ts'
import { formatRequest } from './request.ts'

export type AskErrorCode =
  | 'connect-failed'
  /** The server closed the connection before the answer was complete. */
  | 'closed'
  | 'timeout'
  /** What came is no `action=` line with an empty line, or longer than any answer. */
  | 'bad-answer'

export type Asked =
  /** `text` is what follows `action=`. */
  | { readonly ok: true; readonly text: string; readonly action: Action }
  | {
      readonly ok: false
      readonly error: { readonly code: AskErrorCode | ActionErrorCode; readonly message: string }
    }

export interface PolicyClientOptions {
  /** Longest wait for one answer. Default 100 000, Postfix's smtpd_policy_service_timeout. */
  readonly timeoutMs?: number
}

export interface PolicyClient {
  /**
   * Sends one request and gives its answer. Questions asked without waiting go out together, and answers come back in order.
   * The connection is opened when first needed and again after it was lost. Never rejects.
   */
  ask(attributes: Readonly<Record<string, string>>): Promise<Asked>
  /** Closes the connection; questions without an answer get `closed`. */
  close(): Promise<void>
}

/**
 * A client of one policy server.
 *
 * ```ts
 * const client = createPolicyClient({ kind: 'tcp', host: '127.0.0.1', port: 10023 })
 * const answer = await client.ask({ protocol_state: 'RCPT', client_address: '192.0.2.1' })
 * ```
 */
export function createPolicyClient(address: ListenAddress, options: PolicyClientOptions = {}): PolicyClient {
  const { timeoutMs = 100_000 } = options
  let line: Line | undefined
  return {
    ask(attributes) {
      if (line === undefined || line.isOver) line = new Line(address, timeoutMs)
      return line.ask(formatRequest(attributes))
    },
    async close() {
      await line?.close()
      line = undefined
    },
  }
}

/** Far above any action Postfix knows. */
const answerBytes = 65_536

/** One connection and the questions that wait on it. */
class Line {
  isOver = false
  private readonly socket: net.Socket
  private readonly pending: ((asked: Asked) => void)[] = []
  private isConnected = false
  private text = ''

  constructor(address: ListenAddress, timeoutMs: number) {
    const where = formatListenAddress(address)
    const target =
      address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path }
    this.socket = net.connect({ ...target, noDelay: true })
    this.socket.setEncoding('utf8')
    this.socket.setTimeout(timeoutMs)
    this.socket.on('connect', () => {
      this.isConnected = true
    })
    this.socket.on('data', (text: string) => this.receive(text))
    this.socket.on('timeout', () => {
      if (this.pending.length > 0) this.fail('timeout', `${where} did not answer within ${timeoutMs} ms`)
    })
    this.socket.on('error', (error) =>
      this.fail(this.isConnected ? 'closed' : 'connect-failed', `${where}: ${error.message}`),
    )
    this.socket.on('end', () => this.fail('closed', `${where} closed the connection`))
    this.socket.on('close', () => this.fail('closed', `the connection to ${where} was closed`))
  }

  ask(request: string): Promise<Asked> {
    return new Promise((resolve) => {
      this.pending.push(resolve)
      this.socket.write(request)
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) resolve()
      else this.socket.once('close', () => resolve())
      this.socket.destroy()
    })
  }

  private receive(chunk: string): void {
    this.text += chunk
    for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
      const answer = this.text.slice(0, end)
      this.text = this.text.slice(end + 2)
      const resolve = this.pending.shift()
      if (resolve === undefined || !answer.startsWith('action=')) {
        if (resolve !== undefined) this.pending.unshift(resolve)
        this.fail('bad-answer', `not an answer: ${JSON.stringify(answer.slice(0, 80))}`)
        return
      }
      resolve(read(answer.slice('action='.length)))
    }
    if (this.text.length > answerBytes) this.fail('bad-answer', 'an answer without an end')
  }

  private fail(code: AskErrorCode, message: string): void {
    this.isOver = true
    this.socket.destroy()
    for (const resolve of this.pending.splice(0)) resolve({ ok: false, error: { code, message } })
  }
}

function read(text: string): Asked {
  const parsed = parseAction(text)
  if (parsed.ok) return { ok: true, text, action: parsed.value }
  const message = `not an action (${parsed.error.code} at ${parsed.error.at}): ${JSON.stringify(text.slice(0, 80))}`
  return { ok: false, error: { code: parsed.error.code, message } }
}
