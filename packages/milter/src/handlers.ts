// What a filter is made of: functions that look (`observe`) and functions that answer (`decide`).

import type { EnvelopePath, MilterClientInfo, MilterProtocolError } from './event.ts'
import type { Negotiated } from './negotiation.ts'
import type { ByteString } from './octets.ts'
import type { Reply } from './reply.ts'
import type { Step, StepUse } from './steps.ts'
import { allSteps } from './steps.ts'

/** One SMTP client's connection to the MTA, as far as the MTA has told of it. */
export interface MilterSession {
  /** Of the connection to us, which an MTA may use for several clients; counts up from 1 within one server. */
  readonly id: number
  /** The MTA's end: `127.0.0.1:41234`, or the path of our UNIX socket. */
  readonly peer: string
  readonly client: MilterClientInfo | undefined
  readonly helo: ByteString | undefined
  /** Undefined before the negotiation. */
  readonly negotiated: Negotiated | undefined
  /** A macro of the connect or helo stage: `macro('daemon_name')`, with or without braces. */
  macro(name: string): ByteString | undefined
  /** Yours, for what belongs to the connection. */
  data: unknown
}

/** One message. Valid until its last handler has answered. */
export interface MilterMessage<State> {
  readonly session: MilterSession
  /** What `createState` gave for this message. */
  readonly state: State
  /** Postfix knows it from the first accepted recipient on. */
  readonly queueId: ByteString | undefined
  readonly sender: EnvelopePath
  /** Those accepted so far, by the MTA and by `decide.recipient`. */
  readonly recipients: readonly EnvelopePath[]
  /** A macro of the latest stage that has it, the connection's included; with or without braces. */
  macro(name: string): ByteString | undefined
  /**
   * Index 0 is the top, above the Received field that the MTA has written itself; 1 is right below that one, above the first
   * header that we were shown. Counted after deletions. Takes effect at the end of the message, as all that follow.
   */
  insertHeader(index: number, name: string, value: ByteString): void
  addHeader(name: string, value: ByteString): void
  /** `occurrence` counts from 1 the headers of this name in the message as it was received. An empty value deletes. */
  changeHeader(name: string, occurrence: number, value: ByteString): void
  deleteHeader(name: string, occurrence: number): void
  /** The whole body, with CRLF line ends; the last call counts. The bytes are not copied. */
  replaceBody(body: Uint8Array | Iterable<Uint8Array>): void
  /** Parameters are dropped when the MTA did not offer to take them. */
  addRecipient(address: ByteString, parameters?: readonly ByteString[]): void
  deleteRecipient(address: ByteString): void
  changeSender(address: ByteString, parameters?: readonly ByteString[]): void
  /** Into the MTA's hold queue. */
  quarantine(reason: string): void
  /** Tells an MTA that waits for an answer to wait on: for work that may outlast its time limit (Postfix: 300 s at the end). */
  progress(): void
}

/** Arrow functions return what they happen to return: only a promise means something, and a reply is a mistake. */
type Observed = unknown
// biome-ignore lint/suspicious/noConfusingVoidType: an async function without a result gives a promise of void.
type Answered = Reply | undefined | void
/** Nothing means `continue`. */
export type Decision = Answered | Promise<Answered>

/**
 * Handlers that only look: they cannot answer, and the MTA does not wait for them, so they cost no round trip. A promise holds
 * back the handlers that follow.
 */
export interface MilterObservers<State> {
  connect?(session: MilterSession, client: MilterClientInfo): Observed
  helo?(session: MilterSession, name: ByteString): Observed
  mail?(message: MilterMessage<State>, sender: EnvelopePath): Observed
  recipient?(message: MilterMessage<State>, recipient: EnvelopePath): Observed
  data?(message: MilterMessage<State>): Observed
  /** Folds in `value` are LF and a blank. Without `leadingSpace` the space after the colon is gone. */
  header?(message: MilterMessage<State>, name: ByteString, value: ByteString): Observed
  endOfHeader?(message: MilterMessage<State>): Observed
  /**
   * A piece of the body, cut anywhere. It is a view of what the socket received and never overwritten: it may be kept, but one
   * that is kept holds the up to 64 KiB that it is cut from.
   */
  body?(message: MilterMessage<State>, chunk: Buffer): Observed
  unknown?(session: MilterSession, command: ByteString): Observed
  /** The message ends before its end of message: the MTA gave it up, the connection is lost, or a handler failed. */
  abort?(message: MilterMessage<State>): void
  /** The session is over: the connection to the MTA is closed, or goes on with another client. */
  close?(session: MilterSession): void
}

/** Handlers that answer: the MTA waits for each of them. */
export interface MilterDeciders<State> {
  connect?(session: MilterSession, client: MilterClientInfo): Decision
  helo?(session: MilterSession, name: ByteString): Decision
  mail?(message: MilterMessage<State>, sender: EnvelopePath): Decision
  recipient?(message: MilterMessage<State>, recipient: EnvelopePath): Decision
  data?(message: MilterMessage<State>): Decision
  header?(message: MilterMessage<State>, name: ByteString, value: ByteString): Decision
  endOfHeader?(message: MilterMessage<State>): Decision
  /** As in `observe`; may also answer `skip`: no more of the body. */
  body?(message: MilterMessage<State>, chunk: Buffer): Decision
  /**
   * The whole body as it comes. The MTA does not wait for it before the end of the message: the answer is given there, before
   * `endOfMessage`, which is called only when this one gives none. The iteration throws when the message is given up.
   */
  content?(message: MilterMessage<State>, body: AsyncIterable<Buffer>): Decision
  endOfMessage?(message: MilterMessage<State>): Decision
  unknown?(session: MilterSession, command: ByteString): Decision
}

/** Where a handler failed. */
export interface HandlerFailure<State> {
  /** Its name, such as `endOfMessage` or `createState`. */
  readonly handler: string
  readonly session: MilterSession
  /** Undefined between messages. */
  readonly message: MilterMessage<State> | undefined
}

export interface MilterHandlers<State> {
  readonly observe?: MilterObservers<State>
  readonly decide?: MilterDeciders<State>
  /** Makes `message.state` at the beginning of each message. */
  createState?(session: MilterSession): State
  /** A handler threw or rejected, answered where it cannot, or asked for what was not negotiated. */
  onHandlerError?(error: unknown, failure: HandlerFailure<State>): void
  /** The MTA broke the protocol; the connection is closed. */
  onProtocolError?(error: MilterProtocolError, session: MilterSession): void
  /**
   * The answer for a message of which a handler failed (for connect, helo and unknown: for the rest of the connection), from the
   * first step on that the MTA waits for; no other handler is called for it. Default `tempfail`: the mail comes again.
   */
  readonly errorReply?: Reply
}

/** The handler of each step, and whether it decides. */
export interface StepHandlers<State> {
  readonly handlers: Pick<MilterDeciders<State>, Step>
  readonly uses: Readonly<Record<Step, StepUse>>
}

/** Always wanted, for `session.client`, `session.helo`, `message.sender`, `message.recipients` and the macros. */
const envelopeSteps: ReadonlySet<Step> = new Set(['connect', 'helo', 'mail', 'recipient'] as const)

/** What is negotiated follows from the handlers that exist. One step in both objects is a mistake of the caller: TypeError. */
export function stepHandlers<State>(options: MilterHandlers<State>): StepHandlers<State> {
  const { observe = {}, decide = {} } = options
  const handlers: Record<string, unknown> = {}
  const uses = {} as Record<Step, StepUse>
  for (const step of allSteps) {
    const isBody = step === 'body'
    if (observe[step] && decide[step]) throw new TypeError(`${step} is in observe and in decide`)
    if (isBody && decide.content && (observe.body ?? decide.body))
      throw new TypeError('body and content exclude each other')
    // Bound: a handler may use `this`.
    handlers[step] = decide[step]?.bind(decide) ?? observe[step]?.bind(observe)
    if (decide[step]) uses[step] = 'decide'
    else if (observe[step] || envelopeSteps.has(step) || (isBody && decide.content)) uses[step] = 'observe'
    else uses[step] = 'skip'
  }
  return { handlers: handlers as StepHandlers<State>['handlers'], uses }
}
