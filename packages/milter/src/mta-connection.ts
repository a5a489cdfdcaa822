// A connection to a filter: frames out, replies in, each waited for with its time limit.

import net from 'node:net'
import { formatListenAddress, type ListenAddress } from '@postern/listener'
import { FrameReader } from './frame-reader.ts'
import { defaultLimits } from './limits.ts'

export type ClientErrorCode =
  | 'connect-failed'
  | 'timeout'
  /** The filter closed the connection. */
  | 'closed'
  /** The answer to the negotiation is none, or asks for what was not offered. */
  | 'bad-negotiation'
  /** A frame that is no reply, is malformed, or was not negotiated. */
  | 'bad-reply'

export interface ClientError {
  readonly code: ClientErrorCode
  /** One sentence. */
  readonly message: string
}

interface Frame {
  readonly command: string
  readonly data: string
}

/** Frames are taken one after the other; after the first error there is nothing but that error. */
export class MtaConnection {
  error: ClientError | undefined = undefined
  private readonly where: string
  private readonly socket: net.Socket
  private readonly reader = new FrameReader(defaultLimits.frameBytes)
  private wake: (() => void) | undefined = undefined

  private constructor(socket: net.Socket, where: string) {
    this.socket = socket
    this.where = where
    socket.on('data', (bytes: Uint8Array) => {
      this.reader.receive(bytes)
      this.wake?.()
    })
    const lost = () => this.fail('closed', `${where} closed the connection`)
    socket.on('end', lost)
    socket.on('close', lost)
    socket.on('error', (error) => this.fail('closed', `${where}: ${error.message}`))
  }

  /** Never rejects. */
  static open(address: ListenAddress, timeoutMs: number): Promise<MtaConnection | ClientError> {
    const where = formatListenAddress(address)
    const target =
      address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path }
    const socket = net.connect({ ...target, noDelay: true })
    return new Promise((resolve) => {
      const fail = (reason: string) => {
        socket.destroy()
        resolve({ code: 'connect-failed', message: `${where}: ${reason}` })
      }
      const timer = setTimeout(() => fail(`no connection within ${timeoutMs} ms`), timeoutMs)
      const onError = (error: Error) => {
        clearTimeout(timer)
        fail(error.message)
      }
      socket.once('error', onError)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.removeListener('error', onError)
        resolve(new MtaConnection(socket, where))
      })
    })
  }

  send(pieces: readonly (string | Uint8Array)[]): void {
    this.socket.cork()
    for (const piece of pieces)
      if (typeof piece === 'string') this.socket.write(piece, 'latin1')
      else this.socket.write(piece)
    this.socket.uncork()
  }

  /** The next frame, or the error. */
  async receive(timeoutMs: number): Promise<Frame | ClientError> {
    for (;;) {
      if (this.reader.next()) {
        // The letter of a body chunk, which no filter sends.
        if (this.reader.bodyLeft > 0) return this.fail('bad-reply', `${this.where} sent a body chunk`)
        return { command: String.fromCharCode(this.reader.code), data: this.reader.data() }
      }
      if (this.reader.error !== undefined) this.fail('bad-reply', `${this.where}: ${this.reader.error}`)
      if (this.error !== undefined) return this.error
      await this.wait(timeoutMs)
    }
  }

  fail(code: ClientErrorCode, message: string): ClientError {
    this.error ??= { code, message }
    this.socket.destroy()
    this.wake?.()
    return this.error
  }

  /** Sends the rest and closes. */
  async end(): Promise<void> {
    if (this.socket.closed) return
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()))
    if (this.error !== undefined) this.socket.destroy()
    else this.socket.end()
    await closed
  }

  private wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.fail('timeout', `${this.where} did not answer within ${timeoutMs} ms`),
        timeoutMs,
      )
      this.wake = () => {
        clearTimeout(timer)
        this.wake = undefined
        resolve()
      }
    })
  }
}
