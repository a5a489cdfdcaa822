// The handlers at work on one connection: an event in, what its handler decided out. Keeps the message that is open.

import { BodyStream } from './body-stream.ts'
import type { EnvelopePath, MilterEvent } from './event.ts'
import type { Decision, MilterHandlers, StepHandlers } from './handlers.ts'
import { Message, SessionView } from './message.ts'
import type { Reply } from './reply.ts'
import type { FilterSession } from './session.ts'
import type { Step } from './steps.ts'

/** Events that a handler may be there for, or that are answered. */
export type StepEvent = Exclude<MilterEvent, { kind: 'abort' | 'new-connection' | 'quit' | 'protocol-error' }>

/** What a handler gives in the end. */
export type Answer = Reply | undefined

export interface Counters {
  messages: number
  protocolErrors: number
  handlerErrors: number
}

export interface HandlerCallsOptions<State> {
  readonly id: number
  readonly peer: string
  readonly handlers: MilterHandlers<State>
  readonly steps: StepHandlers<State>
  readonly protocol: FilterSession
  readonly counters: Counters
  /** Bytes of a body that `content` may be behind. */
  readonly waitingBytes: number
  /** Sends a sign of life. */
  readonly progress: () => void
}

export class HandlerCalls<State> {
  view: SessionView
  message: Message<State> | undefined = undefined
  readonly errorReply: Reply
  private readonly options: HandlerCallsOptions<State>
  private readonly steps: StepHandlers<State>['handlers']
  private stream: BodyStream | undefined = undefined
  private contentAnswer: Promise<Answer> | undefined = undefined

  constructor(options: HandlerCallsOptions<State>) {
    this.options = options
    this.steps = options.steps.handlers
    this.errorReply = options.handlers.errorReply ?? 'tempfail'
    this.view = new SessionView(options.id, options.peer, options.protocol)
  }

  /** What is decided already, so that no handler is called: by a failure, or by `accept` with changes. */
  get verdict(): Reply | undefined {
    return this.message?.verdict ?? this.view.verdict
  }

  /** Gives the event to its handler. Throws what the handler throws. */
  call(event: StepEvent): Decision {
    const { steps, view } = this
    if (event.kind === 'mail') this.begin(event.sender)
    else if (event.kind === 'connect') view.client = event.client
    else if (event.kind === 'helo') view.helo = event.name
    const message = this.message!
    if (this.verdict !== undefined) return undefined
    switch (event.kind) {
      case 'header':
        return steps.header?.(message, event.name, event.value)
      case 'body':
        return event.bytes.length === 0 ? undefined : this.takeBody(message, event.bytes as Buffer)
      case 'mail':
        return steps.mail?.(message, event.sender)
      case 'recipient':
        return steps.recipient?.(message, event.recipient)
      case 'data':
        return steps.data?.(message)
      case 'end-of-header':
        return steps.endOfHeader?.(message)
      case 'end-of-message':
        return this.conclude(message)
      case 'connect':
        return steps.connect?.(view, event.client)
      case 'helo':
        return steps.helo?.(view, event.name)
      case 'unknown':
        return steps.unknown?.(view, event.command)
      case 'negotiate':
        return undefined
    }
  }

  /** Whether the handler of this event may only look. */
  isObserved(event: StepEvent): boolean {
    return this.options.steps.uses[nameOf(event) as Step] === 'observe'
  }

  /** Decides the message, or without one the connection, and reports. */
  fail(error: unknown, handler: string): void {
    const { message } = this
    if (message === undefined) this.view.verdict = this.errorReply
    else {
      message.verdict = this.errorReply
      message.isFailed = true
    }
    this.report(error, handler, message)
  }

  /** The message that is open is over, by our reply. */
  end(): void {
    if (this.message?.isFailed) this.abort()
    else this.forget()
  }

  /** The message that is open, if there is one, comes to nothing. */
  abort(): void {
    const { message } = this
    if (message === undefined) return
    this.forget()
    const { observe } = this.options.handlers
    if (observe?.abort === undefined) return
    try {
      observe.abort(message)
    } catch (error) {
      this.report(error, 'abort', message)
    }
  }

  /** The SMTP client's session is over. */
  close(): void {
    this.abort()
    const { view } = this
    this.view = new SessionView(this.options.id, this.options.peer, this.options.protocol)
    const { observe } = this.options.handlers
    if (observe?.close === undefined) return
    try {
      observe.close(view)
    } catch (error) {
      this.report(error, 'close', undefined)
    }
  }

  private begin(sender: EnvelopePath): void {
    const { protocol, progress, handlers } = this.options
    const message = new Message<State>({ session: this.view, protocol, sender, progress })
    this.message = message
    if (handlers.createState === undefined || this.verdict !== undefined) return
    try {
      message.state = handlers.createState(this.view)
    } catch (error) {
      this.fail(error, 'createState')
    }
  }

  private takeBody(message: Message<State>, chunk: Buffer): Decision {
    if (this.options.handlers.decide?.content === undefined) return this.steps.body?.(message, chunk)
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

  private forget(): void {
    if (this.message !== undefined) this.message.isOver = true
    this.stream?.fail(new Error('the message was given up'))
    this.message = undefined
    this.stream = undefined
    this.contentAnswer = undefined
  }

  private report(error: unknown, handler: string, message: Message<State> | undefined): void {
    const { counters, handlers } = this.options
    counters.handlerErrors++
    guard(counters, () => handlers.onHandlerError?.(error, { handler, session: this.view, message }))
  }
}

/** Runs a callback that only reports. One that fails must take neither the answer nor the process with it: it is counted. */
export function guard(counters: Counters, act: () => void): void {
  try {
    act()
  } catch {
    counters.handlerErrors++
  }
}

/** The name of the handler of an event. */
export const nameOf = (event: StepEvent): string => {
  if (event.kind === 'end-of-header') return 'endOfHeader'
  return event.kind === 'end-of-message' ? 'endOfMessage' : event.kind
}
