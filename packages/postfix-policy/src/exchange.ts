// One connection's work: requests decided as they come, answered in their order, reading held back when there is too much of
// anything. Knows no socket: a transport is passed in.

import type { Action } from './action.ts'
import type { PolicyLimits } from './limits.ts'
import { dunnoReply, formatReply } from './reply.ts'
import type { PolicyRequest } from './request.ts'
import { RequestDecoder } from './request-decoder.ts'
import type { PolicyProtocolError } from './session.ts'

/** The connection a request came on. */
export interface PolicyConnection {
  /** Counts up from 1 within one server. */
  readonly id: number
  /** The other end: `127.0.0.1:41234`, the path of our UNIX socket, or `stdin`. */
  readonly peer: string
}

export interface PolicyHandlers {
  /**
   * Decides one request. A value is answered at once, a promise when it settles; answers keep the order of the requests. When
   * it throws or rejects, `failureAction` is answered.
   */
  handle(request: PolicyRequest, connection: PolicyConnection): Action | Promise<Action>
  /** `handle` threw or rejected, or gave something that is no action. */
  onHandlerError?(error: unknown, request: PolicyRequest, connection: PolicyConnection): void
  /** The peer broke the protocol. It gets a `DUNNO` if it waits for an answer, and then the connection is closed. */
  onProtocolError?(error: PolicyProtocolError, connection: PolicyConnection): void
  /** What to answer when `handle` fails. Default `{ kind: 'dunno' }`: mail does not stop because of us. */
  readonly failureAction?: Action
  /** What is left out is in `defaultLimits`. */
  readonly limits?: Partial<PolicyLimits>
}

/** What an exchange needs of a socket. */
export interface Transport {
  /** False when the peer does not keep up: then `Exchange.drained` is called later. */
  write(text: string): boolean
  pause(): void
  resume(): void
  /** Sends what is buffered and closes. */
  finish(): void
  /** The same for a peer that may still be sending: what comes is thrown away for a while, so that our answer arrives. */
  finishLate(): void
}

export interface Counters {
  requests: number
  protocolErrors: number
  handlerErrors: number
}

/** An answer that is not sent yet, because it or one before it is not known yet. */
interface Slot {
  text: string | undefined
}

/** Answers of one batch are joined up to this many characters for one write. */
const batchLength = 16_384

export interface ExchangeOptions {
  readonly id: number
  readonly peer: string
  readonly handlers: PolicyHandlers
  readonly limits: PolicyLimits
  readonly counters: Counters
  readonly transport: Transport
}

export class Exchange implements PolicyConnection {
  readonly id: number
  readonly peer: string
  private readonly handlers: PolicyHandlers
  private readonly counters: Counters
  private readonly transport: Transport
  private readonly decoder: RequestDecoder
  private readonly requestsInFlight: number
  /** Received, not yet given to the handler. */
  private waiting: PolicyRequest[] = []
  /** Given to the handler, not yet sent. */
  private slots: Slot[] = []
  private fault: PolicyProtocolError | undefined = undefined
  private isBlocked = false
  private isPaused = false
  private isAdvancing = false
  /** No further requests: the peer said so, or we are closing. */
  private isLast = false
  private isOver = false

  constructor(options: ExchangeOptions) {
    this.id = options.id
    this.peer = options.peer
    this.handlers = options.handlers
    this.counters = options.counters
    this.transport = options.transport
    this.decoder = new RequestDecoder(options.limits)
    this.requestsInFlight = options.limits.requestsInFlight
  }

  /** Requests received and not answered. */
  get inFlight(): number {
    return this.waiting.length + this.slots.length
  }

  /** A handler is at work, so silence on the connection is not the peer's. */
  get isDeciding(): boolean {
    return this.slots.length > 0 && !this.isBlocked
  }

  receive(bytes: Uint8Array): void {
    if (this.isOver) return
    for (const event of this.decoder.receive(bytes)) {
      if (event.kind === 'request') {
        this.counters.requests++
        this.waiting.push(event.request)
      } else this.fail(event)
    }
    this.advance()
  }

  /** The peer sends nothing more. What it asked completely is answered, then the connection is closed. */
  ended(): void {
    if (this.isOver) return
    const error = this.decoder.end()
    if (error !== undefined) this.fail(error)
    this.close()
  }

  /** Answers what is in flight, then closes the connection. */
  close(): void {
    this.isLast = true
    this.advance()
  }

  /** The transport takes bytes again. */
  drained(): void {
    this.isBlocked = false
    this.advance()
  }

  /** The connection is gone: answers that come now go nowhere. */
  abandon(): void {
    this.isOver = true
    this.waiting = []
    this.slots = []
  }

  private fail(error: PolicyProtocolError): void {
    this.counters.protocolErrors++
    this.fault = error
    guard(this.counters, () => this.handlers.onProtocolError?.(error, this))
  }

  /** Decides what waits, as far as the limits allow; then closes or holds reading back, if it is time for either. */
  private advance(): void {
    // A handler may close the server from inside handle(): the outer call goes on from there.
    if (this.isAdvancing || this.isOver) return
    this.isAdvancing = true
    const { waiting, slots } = this
    let text = ''
    let next = 0
    while (next < waiting.length && !this.isBlocked && slots.length < this.requestsInFlight) {
      text += this.decide(waiting[next++]!)
      if (text.length < batchLength) continue
      this.send(text)
      text = ''
    }
    if (next === waiting.length) waiting.length = 0
    else waiting.splice(0, next)
    if (text !== '') this.send(text)
    this.isAdvancing = false
    this.settle()
  }

  private settle(): void {
    const isDone = this.waiting.length === 0 && this.slots.length === 0
    if (isDone && this.fault !== undefined) {
      this.isOver = true
      if (this.fault.awaitsReply) this.transport.write(dunnoReply)
      this.transport.finishLate()
    } else if (isDone && this.isLast) {
      this.isOver = true
      this.transport.finish()
    } else {
      const shouldPause = this.isBlocked || this.isLast || this.waiting.length > 0
      if (shouldPause === this.isPaused) return
      this.isPaused = shouldPause
      if (shouldPause) this.transport.pause()
      else this.transport.resume()
    }
  }

  /** Asks the handler. The answer's text if it may go out now, else nothing: it has a slot. */
  private decide(request: PolicyRequest): string {
    let text: string
    try {
      const answer = this.handlers.handle(request, this)
      if (isPromise(answer)) {
        const slot: Slot = { text: undefined }
        this.slots.push(slot)
        void this.decideLater(request, answer, slot)
        return ''
      }
      text = formatReply(answer)
    } catch (error) {
      text = this.failureReply(error, request)
    }
    if (this.slots.length === 0) return text
    this.slots.push({ text })
    return ''
  }

  private async decideLater(request: PolicyRequest, answer: Promise<Action>, slot: Slot): Promise<void> {
    try {
      slot.text = formatReply(await answer)
    } catch (error) {
      slot.text = this.failureReply(error, request)
    }
    if (this.isOver) return
    let text = ''
    while (this.slots[0]?.text !== undefined) text += this.slots.shift()!.text
    if (text !== '') this.send(text)
    this.advance()
  }

  private failureReply(error: unknown, request: PolicyRequest): string {
    this.counters.handlerErrors++
    guard(this.counters, () => this.handlers.onHandlerError?.(error, request, this))
    return formatReply(this.handlers.failureAction ?? dunno)
  }

  private send(text: string): void {
    if (!this.transport.write(text)) this.isBlocked = true
  }
}

/** Runs a callback that only reports. One that fails must take neither the answer nor the process with it: it is counted. */
export function guard(counters: Counters, report: () => void): void {
  try {
    report()
  } catch {
    counters.handlerErrors++
  }
}

const dunno: Action = { kind: 'dunno' }

const isPromise = (answer: Action | Promise<Action>): answer is Promise<Action> =>
  typeof (answer as { then?: unknown }).then === 'function'
