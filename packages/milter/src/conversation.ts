// One connection's work: events to handlers in their order, answers back, reading held back when too much waits. Knows no socket.

import type { MilterEvent, MilterProtocolError } from './event.ts'
import { type Answer, type Counters, guard, HandlerCalls, nameOf, type StepEvent } from './handler-calls.ts'
import type { Decision, MilterHandlers, MilterSession, StepHandlers } from './handlers.ts'
import { effectOf, isReply, type Reply } from './reply.ts'
import { FilterSession, type SessionOptions } from './session.ts'

/** What a conversation needs of a socket. */
export interface Transport {
  /** Sends a byte string. False when the peer does not keep up: then `Conversation.drained` is called later. */
  writeBytes(text: string): boolean
  pause(): void
  resume(): void
  /** Sends what is buffered and closes. */
  finish(): void
}

export interface ConversationOptions<State> {
  readonly id: number
  readonly peer: string
  readonly handlers: MilterHandlers<State>
  readonly steps: StepHandlers<State>
  readonly session: SessionOptions
  /** Bytes received that may wait for a handler before reading pauses. */
  readonly waitingBytes: number
  readonly counters: Counters
  readonly transport: Transport
}

export class Conversation<State> {
  private readonly options: ConversationOptions<State>
  private readonly protocol: FilterSession
  private readonly calls: HandlerCalls<State>
  /** The answer to a piece of a body chunk that goes on. */
  private chunkAnswer: Answer = undefined
  private out = ''
  private isAdvancing = false
  /** A handler's promise is not settled. */
  private isWaiting = false
  private isBlocked = false
  private isPaused = false
  /** The peer sends nothing more. */
  private isLast = false
  private isOver = false

  constructor(options: ConversationOptions<State>) {
    this.options = options
    this.protocol = new FilterSession(options.session)
    const progress = () => {
      this.out += this.protocol.progressText()
      this.flush()
    }
    this.calls = new HandlerCalls<State>({ ...options, protocol: this.protocol, progress })
  }

  get session(): MilterSession {
    return this.calls.view
  }

  get isInMessage(): boolean {
    return this.calls.message !== undefined
  }

  /** A handler is at work, so silence on the connection is not the peer's. */
  get isDeciding(): boolean {
    return this.isWaiting
  }

  receive(bytes: Uint8Array): void {
    if (this.isOver) return
    this.protocol.receive(bytes)
    this.advance()
  }

  /** The peer sends nothing more: what came is still worked on, then the connection is closed. */
  ended(): void {
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
    this.calls.close()
  }

  /** Handles what waits, until a handler needs time, more bytes are needed, or the peer does not keep up. */
  private advance(): void {
    if (!this.isAdvancing && !this.isWaiting) {
      this.isAdvancing = true
      while (!this.isWaiting && !this.isBlocked && !this.isOver) {
        const event = this.protocol.next()
        if (event === undefined) break
        this.handle(event)
      }
      this.isAdvancing = false
      this.flush()
      if (this.isLast && !this.isWaiting && !this.isBlocked) this.finish(this.protocol.end())
    }
    this.hold()
  }

  private hold(): void {
    const isFull = this.protocol.waitingBytes > this.options.waitingBytes
    const shouldPause = isFull && (this.isWaiting || this.isBlocked)
    if (shouldPause === this.isPaused || this.isOver) return
    this.isPaused = shouldPause
    if (shouldPause) this.options.transport.pause()
    else this.options.transport.resume()
  }

  private flush(): void {
    if (this.out === '' || this.isOver) return
    if (!this.options.transport.writeBytes(this.out)) this.isBlocked = true
    this.out = ''
  }

  private finish(error?: MilterProtocolError): void {
    if (this.isOver) return
    if (error !== undefined) {
      const { counters, handlers } = this.options
      counters.protocolErrors++
      guard(counters, () => handlers.onProtocolError?.(error, this.calls.view))
    }
    this.flush()
    this.isOver = true
    this.options.transport.finish()
  }

  private handle(event: MilterEvent): void {
    if (event.kind === 'protocol-error') this.finish(event)
    else if (event.kind === 'quit') this.finish()
    else if (event.kind === 'abort') this.calls.abort()
    else if (event.kind === 'new-connection') this.calls.close()
    else this.step(event)
  }

  private step(event: StepEvent): void {
    let decision: Decision
    try {
      if (this.chunkAnswer === undefined) decision = this.calls.call(event)
    } catch (error) {
      this.calls.fail(error, nameOf(event))
    }
    if (!isPromise(decision)) {
      this.answer(event, decision as Answer)
      return
    }
    this.isWaiting = true
    decision.then(
      (answer) => this.resume(event, answer as Answer),
      (error) => {
        if (!this.isOver) this.calls.fail(error, nameOf(event))
        this.resume(event, undefined)
      },
    )
  }

  private resume(event: StepEvent, answer: Answer): void {
    this.isWaiting = false
    if (this.isOver) return
    this.answer(event, answer)
    this.advance()
  }

  /** Replies if a reply is owed, and ends the message if that was its end. */
  private answer(event: StepEvent, given: Answer): void {
    const { protocol, calls } = this
    let answer = given
    if (answer !== undefined && calls.isObserved(event)) {
      // Arrow functions return what they happen to return; only a reply was meant to be one.
      if (isReply(answer))
        calls.fail(new TypeError(`a handler in observe answered ${JSON.stringify(answer)}`), nameOf(event))
      answer = undefined
    }
    if (protocol.awaitsReply) answer = this.reply(event, answer ?? this.chunkAnswer)
    else this.chunkAnswer = answer
    const { message } = calls
    if (message === undefined) return
    if (event.kind === 'recipient' && this.isTaken(answer)) message.recipients.push(event.recipient)
    if (protocol.isInMessage) return
    if (event.kind === 'end-of-message') this.options.counters.messages++
    calls.end()
  }

  /** Sends what the handler answered, or what was decided before. */
  private reply(event: StepEvent, given: Answer): Reply {
    const { calls, protocol } = this
    this.chunkAnswer = undefined
    const reply = this.chosen(event, given)
    try {
      const changes = event.kind === 'end-of-message' ? calls.message?.changes : undefined
      this.out += protocol.replyText(reply, changes)
      return reply
    } catch (error) {
      calls.fail(error, nameOf(event))
      this.out += protocol.replyText(calls.errorReply)
      return calls.errorReply
    }
  }

  private chosen(event: StepEvent, given: Answer): Reply {
    const { calls } = this
    const { message } = calls
    const isEnd = event.kind === 'end-of-message'
    // Changes travel with the reply to the end of the message only.
    if (given === 'accept' && !isEnd && message !== undefined && message.changes.length > 0)
      message.verdict = given
    const { verdict } = calls
    if (verdict === undefined || event.kind === 'negotiate') return given ?? 'continue'
    return message?.verdict === undefined || message.isFailed || isEnd ? verdict : 'continue'
  }

  /** Recipients that the MTA refuses come only when asked for, and are marked so. */
  private isTaken(answer: Answer): boolean {
    if (answer !== undefined && effectOf(answer) === 'refuse') return false
    const { session } = this.options
    return session.rejectedRecipients !== true || this.calls.message?.macro('rcpt_mailer') !== 'error'
  }
}

const isPromise = (value: Decision): value is Promise<Reply | undefined> =>
  typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function'
