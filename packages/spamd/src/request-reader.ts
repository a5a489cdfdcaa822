// One request: bytes in, events out. A connection carries one request, so what comes after it is not read.

import { type ByteString, byteStringOf } from './byte-string.ts'
import type { SpamdFault } from './fault.ts'
import { applyHeader, checkHead, hasHeaders, parseRequestLine } from './head-parser.ts'
import { defaultRequestLimits, type RequestLimits } from './limits.ts'
import { type Allocate, allocateZeroes, MessageBuffer } from './message-buffer.ts'
import type { RequestHead } from './request.ts'

export type RequestEvent =
  /** All but the message is known; of PING and SKIP that is everything. */
  | { readonly kind: 'head'; readonly head: RequestHead }
  /** The message is complete; compressed, if the head says so. */
  | { readonly kind: 'message'; readonly message: Uint8Array }
  /** The request cannot be served. Nothing more is read. */
  | { readonly kind: 'fault'; readonly fault: SpamdFault }

type State = 'request-line' | 'header' | 'message' | 'rest-of-line' | 'too-large' | 'over'

const lineFeed = 10
const none = new Uint8Array(0)

/**
 * Reads one request, in any split. `receive` takes bytes; `next` gives an event, or undefined when more bytes are needed. Between
 * `head` and `message` the caller may wait as long as it likes: bytes received meanwhile are kept.
 */
export class RequestReader {
  private readonly limits: RequestLimits
  private state: State = 'request-line'
  /** Received and not yet looked at. */
  private waiting: Uint8Array = none
  private headers = 0
  private head: ReturnType<typeof parseRequestLine>
  private readonly allocate: Allocate
  private message: MessageBuffer
  /** Bytes of the message so far, kept or not. */
  private length = 0
  private isEnded = false
  private endsLine = false

  constructor(limits: Partial<RequestLimits> = {}, allocate: Allocate = allocateZeroes) {
    this.limits = { ...defaultRequestLimits, ...limits }
    this.allocate = allocate
    this.message = new MessageBuffer(undefined, allocate)
  }

  /** The request is read to its end, or cannot be. */
  get isOver(): boolean {
    return this.state === 'over'
  }

  /**
   * As many bytes have come as were announced, but they end inside a line. If the line goes on, the length was wrong, as spamd sees
   * it; if the peer is silent, or says that it has ended, it was right. `settle` takes silence for an answer.
   */
  get isUnsettled(): boolean {
    return this.state === 'rest-of-line'
  }

  /** The bytes are kept until they are looked at, those of messages longer. */
  receive(bytes: Uint8Array): void {
    if (this.state === 'over' || bytes.length === 0) return
    this.waiting = this.waiting.length === 0 ? bytes : join(this.waiting, bytes)
  }

  /** The peer sends nothing more. */
  end(): void {
    this.isEnded = true
  }

  next(): RequestEvent | undefined {
    switch (this.state) {
      case 'request-line':
      case 'header':
        return this.readHead()
      case 'message':
        return this.readMessage()
      case 'rest-of-line':
        return this.readRestOfLine()
      case 'too-large':
        return this.passOver()
      case 'over':
        return undefined
    }
  }

  /** Takes the message as it is: see `isUnsettled`. */
  settle(): RequestEvent | undefined {
    if (this.state !== 'rest-of-line' || this.length > (this.head!.contentLength ?? 0)) return undefined
    this.state = 'over'
    return { kind: 'message', message: this.message.take() }
  }

  private readHead(): RequestEvent | undefined {
    for (;;) {
      const line = this.takeLine()
      if (line === undefined) {
        if (this.waiting.length > this.limits.lineBytes) return this.fail({ code: 'line-too-long' })
        if (!this.isEnded) return undefined
        return this.fail({ code: this.state === 'header' ? 'closed-in-header' : 'closed-before-request' })
      }
      if (line.length > this.limits.lineBytes) return this.fail({ code: 'line-too-long' })
      const event = this.state === 'header' ? this.readHeader(line) : this.readRequestLine(line)
      if (event !== undefined) return event
    }
  }

  private readRequestLine(line: ByteString): RequestEvent | undefined {
    this.head = parseRequestLine(line)
    if (this.head === undefined) return this.fail({ code: 'unknown-command', line })
    this.state = 'header'
    return hasHeaders(this.head) ? undefined : this.endHead()
  }

  private readHeader(line: ByteString): RequestEvent | undefined {
    if (++this.headers > this.limits.headers) return this.fail({ code: 'too-many-headers' })
    if (line === '') return this.endHead()
    const fault = applyHeader(this.head!, line)
    return fault === undefined ? undefined : this.fail(fault)
  }

  private endHead(): RequestEvent {
    const head = this.head!
    const fault = checkHead(head)
    if (fault !== undefined) return this.fail(fault)
    const { command, contentLength = 0 } = head
    if (command === 'PING' || command === 'SKIP') this.state = 'over'
    else if (contentLength > this.limits.messageBytes) this.state = 'too-large'
    else this.state = 'message'
    this.message = new MessageBuffer(head.contentLength, this.allocate)
    return { kind: 'head', head }
  }

  private readMessage(): RequestEvent | undefined {
    const { contentLength } = this.head!
    const bytes = this.waiting
    this.waiting = none
    const missing = (contentLength ?? this.limits.messageBytes) - this.length
    if (bytes.length > 0) {
      const part = bytes.length > missing ? bytes.subarray(0, missing) : bytes
      this.message.add(part)
      this.length += part.length
      if (part.length > 0) this.endsLine = part[part.length - 1] === lineFeed
    }
    if (contentLength === undefined) return this.readToEnd(bytes.length > missing)
    if (this.length === contentLength) {
      // What a compressed message is followed by is not looked at, nor what follows a complete line.
      if (this.endsLine || this.head!.isCompressed) return this.give()
      this.waiting = bytes.length > missing ? bytes.subarray(missing) : none
      this.state = 'rest-of-line'
      return this.readRestOfLine()
    }
    return this.isEnded ? this.mismatch() : undefined
  }

  private readToEnd(isTooLarge: boolean): RequestEvent | undefined {
    if (isTooLarge) {
      this.message = new MessageBuffer(undefined, this.allocate)
      this.state = 'too-large'
      return this.passOver()
    }
    return this.isEnded ? this.give() : undefined
  }

  /** spamd reads whole lines, so a Content-length that ends inside one is wrong by the rest of it. */
  private readRestOfLine(): RequestEvent | undefined {
    const bytes = this.waiting
    this.waiting = none
    const end = bytes.indexOf(lineFeed)
    this.length += end < 0 ? bytes.length : end + 1
    const isWrong = this.length > this.head!.contentLength!
    if (end < 0 && !this.isEnded) return undefined
    return isWrong ? this.mismatch() : this.give()
  }

  /** Reads on so that the peer, who writes all before it reads, gets the answer. */
  private passOver(): RequestEvent | undefined {
    const { contentLength } = this.head!
    this.length += this.waiting.length
    this.waiting = none
    if (!this.isEnded && (contentLength === undefined || this.length < contentLength)) return undefined
    return this.fail({ code: 'too-large', limit: this.limits.messageBytes })
  }

  private give(): RequestEvent {
    this.state = 'over'
    return { kind: 'message', message: this.message.take() }
  }

  private mismatch(): RequestEvent {
    return this.fail({ code: 'length-mismatch', expected: this.head!.contentLength!, actual: this.length })
  }

  private fail(fault: SpamdFault): RequestEvent {
    this.state = 'over'
    this.waiting = none
    return { kind: 'fault', fault }
  }

  /** The next line of the head without its end, or undefined while it has none. */
  private takeLine(): ByteString | undefined {
    const { waiting } = this
    const end = waiting.indexOf(lineFeed)
    if (end < 0) return undefined
    this.waiting = waiting.subarray(end + 1)
    return byteStringOf(waiting, 0, end > 0 && waiting[end - 1] === 13 ? end - 1 : end)
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
