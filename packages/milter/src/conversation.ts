// One connection's work: events to handlers in their order, answers back, reading held back when too much waits. Knows no socket.

import { BodyStream } from './body-stream.ts'
import type { MilterEvent, MilterProtocolError } from './event.ts'
import type { Decision, MilterHandlers, StepHandlers } from './handlers.ts'
import { Message, SessionView } from './message.ts'
import { effectOf, type Reply } from './reply.ts'
import { FilterSession, type SessionOptions } from './session.ts'
import type { Step } from './steps.ts'

/** What a conversation needs of a socket. */
export interface Transport {
  /** False when the peer does not keep up: then `Conversation.drained` is called later. */
  write(text: string): boolean
  pause(): void
  resume(): void
  /** Sends what is buffered and closes. */
  finish(): void
}

export interface Counters {
  messages: number
  protocolErrors: number
  handlerErrors: number
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

type Answer = Reply | undefined
/** Events that a handler may be there for, or that are answered. */
type StepEvent = Exclude<MilterEvent, { kind: 'abort' | 'new-connection' | 'quit' | 'protocol-error' }>

export class Conversation<State> {
  readonly view: SessionView
  private readonly protocol: FilterSession
  private readonly options: ConversationOptions<State>
  private readonly handlers: StepHandlers<State>['handlers']
  private readonly errorReply: Reply
  private message: Message<State> | undefined = undefined
  private stream: BodyStream | undefined = undefined
  private contentAnswer: Promise<Answer> | undefined = undefined
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
    this.handlers = options.steps.handlers
    this.errorReply = options.handlers.errorReply ?? 'tempfail'
    this.protocol = new FilterSession(options.session)
    this.view = new SessionView(options.id, options.peer, this.protocol)
  }

  get isInMessage(): boolean {
    return this.message !== undefined
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
    this.abort()
    const { observe } = this.options.handlers
    if (observe?.close) this.notify('close', () => observe.close?.(this.view))
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
    if (!this.options.transport.write(this.out)) this.isBlocked = true
    this.out = ''
  }

  private finish(error: MilterProtocolError | undefined): void {
    if (this.isOver) return
    if (error !== undefined) {
      const { counters, handlers } = this.options
      counters.protocolErrors++
      guard(counters, () => handlers.onProtocolError?.(error, this.view))
    }
    this.flush()
    this.isOver = true
    this.options.transport.finish()
  }

  private handle(event: MilterEvent): void {
    if (event.kind === 'protocol-error') this.finish(event)
    else if (event.kind === 'quit') this.finish(undefined)
    else if (event.kind === 'abort') this.abort()
    else if (event.kind === 'new-connection') this.view.reset()
    else this.step(event)
  }

  private step(event: StepEvent): void {
    let decision: Decision
    try {
      decision = this.call(event)
    } catch (error) {
      this.fail(error, nameOf(event))
    }
    if (!isPromise(decision)) {
      this.answer(event, decision as Answer)
      return
    }
    this.isWaiting = true
    decision.then(
      (answer) => this.resume(event, answer as Answer),
      (error) => {
        if (!this.isOver) this.fail(error, nameOf(event))
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

  /** Gives the event to its handler, unless the matter is decided already. */
  private call(event: StepEvent): Decision {
    const { handlers, view } = this
    if (event.kind === 'mail') this.begin(event.sender)
    else if (event.kind === 'connect') view.client = event.client
    else if (event.kind === 'helo') view.helo = event.name
    const { message } = this
    if ((message?.verdict ?? view.verdict) !== undefined) return undefined
    switch (event.kind) {
      case 'header':
        return handlers.header?.(message!, event.name, event.value)
      case 'body':
        return this.takeBody(message!, event.bytes as Buffer)
      case 'mail':
        return handlers.mail?.(message!, event.sender)
      case 'recipient':
        return handlers.recipient?.(message!, event.recipient)
      case 'data':
        return handlers.data?.(message!)
      case 'end-of-header':
        return handlers.endOfHeader?.(message!)
      case 'end-of-message':
        return this.conclude(message!)
      case 'connect':
        return handlers.connect?.(view, event.client)
      case 'helo':
        return handlers.helo?.(view, event.name)
      case 'unknown':
        return handlers.unknown?.(view, event.command)
      case 'negotiate':
        return undefined
    }
  }

  private begin(sender: Message<State>['sender']): void {
    const { view, protocol } = this
    const progress = () => {
      this.out += protocol.progressText()
      this.flush()
    }
    this.message = new Message<State>({ session: view, protocol, sender, progress })
    const { createState } = this.options.handlers
    if (createState === undefined) return
    try {
      this.message.state = this.options.handlers.createState!(view)
    } catch (error) {
      this.fail(error, 'createState')
    }
  }

  private takeBody(message: Message<State>, chunk: Buffer): Decision {
    if (chunk.length === 0 || this.chunkAnswer !== undefined) return undefined
    if (this.options.handlers.decide?.content === undefined) return this.handlers.body?.(message, chunk)
    return this.openContent(message).push(chunk)
  }

  private openContent(message: Message<State>): BodyStream {
    if (this.stream === undefined) {
      this.stream = new BodyStream(this.options.waitingBytes)
      this.contentAnswer = this.readContent(message, this.stream)
    }
    return this.stream
  }

  private async readContent(message: Message<State>, stream: BodyStream): Promise<Answer> {
    try {
      return (await this.options.handlers.decide?.content?.(message, stream)) as Answer
    } catch (error) {
      // What is given up fails by itself.
      if (!message.isOver) this.fail(error, 'content')
      return undefined
    } finally {
      stream.drop()
    }
  }

  private conclude(message: Message<State>): Decision {
    const { decide } = this.options.handlers
    if (decide?.content === undefined) return decide?.endOfMessage?.(message)
    this.openContent(message).end()
    return this.contentAnswer!.then((answer) => {
      if (answer !== undefined || message.verdict !== undefined || message.isOver) return answer
      return decide.endOfMessage?.(message)
    })
  }

  /** Replies if a reply is owed, and ends the message if that was its end. */
  private answer(event: StepEvent, given: Answer): void {
    const { protocol, message } = this
    let answer = given
    if (answer !== undefined && this.mayNotAnswer(event)) {
      this.fail(new TypeError(`observe.${nameOf(event)} gave an answer: only decide can`), nameOf(event))
      answer = undefined
    }
    if (protocol.awaitsReply) {
      answer = this.chosen(event, answer)
      this.chunkAnswer = undefined
    } else if (event.kind === 'body') this.chunkAnswer ??= answer
    if (message === undefined) return
    if (event.kind === 'recipient' && this.isTaken(message, answer)) message.recipients.push(event.recipient)
    if (!protocol.isInMessage) this.endMessage(message, event.kind === 'end-of-message')
  }

  /** Sends the reply: what the handler answered, or what was decided before. */
  private chosen(event: StepEvent, given: Answer): Reply {
    const { message, protocol } = this
    const isEnd = event.kind === 'end-of-message'
    let reply = given ?? this.chunkAnswer ?? 'continue'
    // Changes travel with the reply to the end of the message only.
    if (reply === 'accept' && !isEnd && message !== undefined && message.changes.length > 0) {
      message.verdict = reply
      reply = 'continue'
    }
    if (message?.verdict !== undefined) reply = isEnd || message.isFailed ? message.verdict : 'continue'
    else if (this.view.verdict !== undefined && event.kind !== 'negotiate') reply = this.view.verdict
    const isFailed = message?.isFailed ?? this.view.verdict !== undefined
    try {
      this.out += protocol.replyText(reply, isEnd && !isFailed ? message?.changes : undefined)
    } catch (error) {
      this.fail(error, nameOf(event))
      reply = this.errorReply
      this.out += protocol.replyText(reply)
    }
    return reply
  }

  private mayNotAnswer(event: StepEvent): boolean {
    return this.options.steps.uses[nameOf(event) as Step] === 'observe'
  }

  /** Recipients that the MTA refuses come only when asked for, and are marked so. */
  private isTaken(message: Message<State>, answer: Answer): boolean {
    if (answer !== undefined && effectOf(answer) === 'refuse') return false
    return this.options.session.rejectedRecipients !== true || message.macro('rcpt_mailer') !== 'error'
  }

  private endMessage(message: Message<State>, isEnd: boolean): void {
    if (isEnd) this.options.counters.messages++
    if (message.isFailed) this.abort()
    else {
      message.isOver = true
      this.stream?.fail(givenUp())
      this.forget()
    }
  }

  private abort(): void {
    const { message } = this
    if (message === undefined) return
    message.isOver = true
    this.stream?.fail(givenUp())
    this.forget()
    const { observe } = this.options.handlers
    if (observe?.abort) this.notify('abort', () => observe.abort?.(message), message)
  }

  private forget(): void {
    this.message = undefined
    this.stream = undefined
    this.contentAnswer = undefined
    this.chunkAnswer = undefined
  }

  /** Decides the message, or without one the connection, and reports. */
  private fail(error: unknown, handler: string): void {
    const { message } = this
    if (message === undefined) this.view.verdict = this.errorReply
    else {
      message.verdict = this.errorReply
      message.isFailed = true
    }
    this.reportFailure(error, handler, message)
  }

  private notify(handler: string, act: () => void, message?: Message<State>): void {
    try {
      act()
    } catch (error) {
      this.reportFailure(error, handler, message)
    }
  }

  private reportFailure(error: unknown, handler: string, message: Message<State> | undefined): void {
    const { counters, handlers } = this.options
    counters.handlerErrors++
    guard(counters, () => handlers.onHandlerError?.(error, { handler, session: this.view, message }))
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

const nameOf = (event: StepEvent): string => {
  if (event.kind === 'end-of-header') return 'endOfHeader'
  return event.kind === 'end-of-message' ? 'endOfMessage' : event.kind
}

const givenUp = () => new Error('the message was given up')

const isPromise = (value: Decision): value is Promise<Answer> =>
  typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function'
