// One connection's work: the request read, room found for its message, a handler asked, the answer sent.

import type { SocketTransport, SocketWork } from '@postern/listener'
import { formatFault, type SpamdFault } from './fault.ts'
import type { OrFailed, SpamdConnection, SpamdHandlers } from './handlers.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { Inflater } from './inflate.ts'
import { type ServerLimits, usualInflation } from './limits.ts'
import { isScanCommand, type RequestHead } from './request.ts'
import { type RequestEvent, RequestReader } from './request-reader.ts'
import {
  formatScan,
  formatTell,
  pong,
  type ResponseParts,
  type ScanAnswer,
  type TellAnswer,
} from './response.ts'

export interface Counters {
  requests: number
  scans: number
  tells: number
  faults: number
  handlerErrors: number
}

/** What the transactions of one server have in common. */
export interface Shared {
  readonly handlers: SpamdHandlers
  readonly limits: ServerLimits
  readonly requestTimeoutMs: number
  readonly counters: Counters
  readonly held: HeldBytes
  readonly inflater: Inflater
}

/** How long a peer that has sent all it announced, but not a whole line, may go on with it. */
const settleMs = 200

/** How long a request that has not come completely is waited for when the server closes: on one machine that is long. */
const closingMs = 500

/** Bytes that a message of unknown length is taken to have when room is kept for it. */
const unknownBytes = 1 << 20

export class Transaction implements SocketWork, SpamdConnection {
  readonly id: number
  readonly peer: string
  private readonly shared: Shared
  private readonly transport: SocketTransport
  private readonly reader: RequestReader
  private readonly deadline: NodeJS.Timeout
  private settling: NodeJS.Timeout | undefined = undefined
  private closing: NodeJS.Timeout | undefined = undefined
  private head: RequestHead | undefined = undefined
  private giveBack: (() => void) | undefined = undefined
  /** Waits for room. */
  private isHeldBack = false
  /** The request is read, or refused. */
  private isRead = false
  private isOver = false
  /** The handler is asked. */
  private isAsking = false

  constructor(id: number, peer: string, transport: SocketTransport, shared: Shared) {
    this.id = id
    this.peer = peer
    this.transport = transport
    this.shared = shared
    this.reader = new RequestReader(shared.limits, Buffer.allocUnsafeSlow)
    this.deadline = setTimeout(() => this.expire(), shared.requestTimeoutMs)
  }

  get isDeciding(): boolean {
    return this.isAsking || this.isHeldBack
  }

  receive(bytes: Uint8Array): void {
    if (this.isRead) return
    this.reader.receive(bytes)
    this.advance()
  }

  ended(): void {
    if (this.isRead) return
    this.reader.end()
    this.advance()
  }

  drained(): void {}

  abandon(): void {
    this.isOver = true
    this.endReading()
    this.release()
  }

  /** A request that is complete is answered, one that is coming has a moment to. */
  close(): void {
    if (!this.isRead) this.closing ??= setTimeout(() => this.isRead || this.finish([]), closingMs)
  }

  private advance(): void {
    if (this.isHeldBack) return
    const event = this.reader.next()
    if (event !== undefined) this.take(event)
    else if (this.reader.isUnsettled) this.settling ??= setTimeout(() => this.settle(), settleMs)
  }

  private settle(): void {
    const event = this.isRead ? undefined : this.reader.settle()
    if (event !== undefined) this.take(event)
  }

  private take(event: RequestEvent): void {
    switch (event.kind) {
      case 'head':
        this.takeHead(event.head)
        return
      case 'message':
        this.endReading()
        void this.takeMessage(this.head!, event.message)
        return
      case 'fault':
        this.refuse(event.fault)
    }
  }

  private takeHead(head: RequestHead): void {
    this.head = head
    const { command } = head
    if (command === 'PING' || command === 'SKIP') {
      this.shared.counters.requests++
      this.finish(command === 'PING' ? [pong] : [])
      return
    }
    if (command === 'TELL' && !this.isTellAllowed()) {
      this.refuse({ code: 'tell-disabled' })
      return
    }
    let hasRoom = false
    this.giveBack = this.shared.held.take(this.bytesFor(head), () => {
      hasRoom = true
      if (this.isHeldBack) this.transport.resume()
      this.isHeldBack = false
      this.advance()
    })
    if (hasRoom) return
    this.isHeldBack = true
    this.transport.pause()
  }

  private isTellAllowed(): boolean {
    const { handlers } = this.shared
    if (handlers.tell === undefined) return false
    return handlers.isTellAllowed?.(this) ?? true
  }

  private bytesFor({ contentLength, isCompressed }: RequestHead): number {
    const { messageBytes } = this.shared.limits
    if (contentLength === undefined) return unknownBytes
    return Math.min(messageBytes, contentLength * (isCompressed ? usualInflation : 1))
  }

  private async takeMessage(head: RequestHead, bytes: Uint8Array): Promise<void> {
    this.isAsking = true
    let message = bufferOf(bytes)
    if (head.isCompressed) {
      const inflated = await this.shared.inflater.inflate(bytes)
      if (!inflated.ok) {
        this.refuse(inflated.fault)
        return
      }
      message = inflated.message
    }
    if (this.isOver) return
    const { counters } = this.shared
    counters.requests++
    let answer: ResponseParts | 'failed'
    try {
      answer = await this.ask(head, message)
    } catch (error) {
      counters.handlerErrors++
      this.report(() => this.shared.handlers.onHandlerError?.(error, this))
      answer = 'failed'
    }
    this.finish(answer === 'failed' ? [formatFault({ code: 'failed' })] : answer)
  }

  private async ask(head: RequestHead, message: Buffer): Promise<OrFailed<ResponseParts>> {
    const { handlers, counters } = this.shared
    const { command, version, user, messageClass, set, remove } = head
    if (isScanCommand(command)) {
      counters.scans++
      const answer: OrFailed<ScanAnswer> = await handlers.scan({ command, version, user, message }, this)
      return answer === 'failed' ? answer : formatScan({ command, version }, answer, message)
    }
    counters.tells++
    const answer: OrFailed<TellAnswer> = await handlers.tell!(
      { user, message, messageClass, set, remove },
      this,
    )
    return answer === 'failed' ? answer : [formatTell(answer)]
  }

  private refuse(fault: SpamdFault): void {
    if (this.isOver) return
    const { counters, handlers } = this.shared
    counters.faults++
    this.report(() => handlers.onFault?.(fault, this, this.head))
    this.finish([formatFault(fault)])
  }

  private expire(): void {
    if (this.isRead) return
    this.refuse({ code: 'timeout', seconds: Math.round(this.shared.requestTimeoutMs / 1000) })
  }

  /** Sends the answer, reads away what the peer still sends, closes. */
  private finish(parts: ResponseParts): void {
    this.endReading()
    this.isAsking = false
    // What is still to be sent is held on, until the connection is gone.
    if (!parts.some((part) => typeof part !== 'string')) this.release()
    if (this.isOver) return
    this.isOver = true
    if (parts.length > 0) this.transport.writeParts(parts)
    this.transport.finishLate()
  }

  private endReading(): void {
    this.isRead = true
    clearTimeout(this.deadline)
    clearTimeout(this.settling)
    clearTimeout(this.closing)
  }

  private release(): void {
    this.giveBack?.()
    this.giveBack = undefined
  }

  /** Runs a callback that only reports. One that fails must take neither the answer nor the process with it: it is counted. */
  private report(tell: () => void): void {
    try {
      tell()
    } catch {
      this.shared.counters.handlerErrors++
    }
  }
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
