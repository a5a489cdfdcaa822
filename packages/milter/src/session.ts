// The filter's side of one connection without a socket: bytes in, events out; replies in, bytes out.

import { readCommand } from './command.ts'
import { SMFIC, SMFIP, versions } from './constants.ts'
import type { MilterErrorCode, MilterEvent, MilterProtocolError } from './event.ts'
import { FrameReader } from './frame-reader.ts'
import { defaultLimits, type MilterLimits } from './limits.ts'
import { isConnectionStage, Macros } from './macros.ts'
import { faultOf, formatModifications, type Modification } from './modification.ts'
import { type FilterWish, formatNegotiation, type Negotiated, negotiate } from './negotiation.ts'
import { type ByteString, bytesOf } from './octets.ts'
import { effectOf, formatReply, progressFrame, type Reply, type ReplyEffect } from './reply.ts'
import { facts, isInMessage, nextState, type State } from './transitions.ts'

export interface SessionOptions extends FilterWish {
  /** What is left out is in `defaultLimits`. */
  readonly limits?: Partial<MilterLimits>
}

/** One string for each code: none is made for a frame. */
const letters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

const nothing = new Uint8Array(0)
const emptyChunk: MilterEvent = { kind: 'body', bytes: nothing, isLast: true }
const abort: MilterEvent = { kind: 'abort' }
const data: MilterEvent = { kind: 'data' }
const endOfHeader: MilterEvent = { kind: 'end-of-header' }
const endOfMessage: MilterEvent = { kind: 'end-of-message' }
const newConnection: MilterEvent = { kind: 'new-connection' }
const quit: MilterEvent = { kind: 'quit' }

/**
 * The protocol state of one connection.
 *
 * ```ts
 * const session = createMilterSession({ steps: { header: 'observe' } })
 * session.receive(bytes)
 * for (let event = session.next(); event !== undefined; event = session.next())
 *   if (session.awaitsReply) send(session.reply('continue'))
 * ```
 */
export function createMilterSession(options: SessionOptions): FilterSession {
  return new FilterSession(options)
}

export class FilterSession {
  /** Undefined before the negotiation. */
  negotiated: Negotiated | undefined = undefined
  /** Of the connection. Another object after "quit, new connection". */
  connectionMacros: Macros = new Macros()
  /** Of the message that is open or comes next; they look into the connection's too. Another object for each message. */
  messageMacros: Macros = new Macros(this.connectionMacros)
  private readonly wish: FilterWish
  private readonly limits: MilterLimits
  private readonly reader: FrameReader
  private state: State = 'start'
  private offer: Negotiated | undefined = undefined
  /** The bits negotiated. */
  private steps = 0
  /** The command whose reply is owed. */
  private owed = ''
  /** The current frame is to be looked at once more: before its event another one had to come. */
  private isRepeated = false
  private isInBody = false
  /** `skip` was the reply: body chunks that come all the same are thrown away. */
  private isSkipping = false
  private isOver = false
  private envelopeBytes = 0
  /** The MTA takes one space off header values, and our user wants it. */
  private restoresSpace = false

  constructor(options: SessionOptions) {
    this.wish = options
    this.limits = { ...defaultLimits, ...options.limits }
    this.reader = new FrameReader(this.limits.frameBytes)
  }

  /** Takes bytes as they come, in any split. They are not copied: leave them unchanged until their events are taken. */
  receive(bytes: Uint8Array): void {
    if (!this.isOver) this.reader.receive(bytes)
  }

  /** Bytes received whose events are not taken yet. */
  get waitingBytes(): number {
    return this.reader.waitingBytes
  }

  /** A reply is owed: `next` gives nothing before. */
  get awaitsReply(): boolean {
    return this.owed !== ''
  }

  get isInMessage(): boolean {
    return isInMessage(this.state)
  }

  /** The next event; undefined when more bytes are needed, a reply is owed or the session is over. Never throws. */
  next(): MilterEvent | undefined {
    while (this.owed === '' && !this.isOver) {
      if (this.isInBody) {
        const event = this.takeBody()
        if (event !== undefined || this.isInBody) return event
      } else {
        if (!this.isRepeated && !this.reader.next())
          return this.reader.error === undefined ? undefined : this.fail(this.reader.error)
        this.isRepeated = false
        const event = this.take(letters[this.reader.code]!)
        if (event !== undefined) return event
      }
    }
    return undefined
  }

  /**
   * The bytes of a reply to the event before. Modifications come with the reply to `end-of-message` only; a refusal and a
   * `discard` send none of them. A reply that is not owed or not possible here, and a modification that was not negotiated, are
   * mistakes of the caller: TypeError, and the reply is still owed.
   */
  reply(answer: Reply, changes: readonly Modification[] = []): Uint8Array {
    return bytesOf(this.replyText(answer, changes))
  }

  /** The same as a byte string. */
  replyText(answer: Reply, changes: readonly Modification[] = []): ByteString {
    const { owed } = this
    if (owed === '') throw new TypeError('a reply to a step that waits for none')
    if (owed === SMFIC.OPTNEG) {
      this.owed = ''
      return formatNegotiation(this.offer!, this.wish)
    }
    const effect = effectOf(answer)
    let text = formatReply(answer)
    if (effect === 'skip') {
      if (owed !== SMFIC.BODY) throw new TypeError('skip is a reply to body only')
      this.isSkipping = true
      if ((this.steps & SMFIP.SKIP) === 0) text = formatReply('continue')
    }
    if (changes.length > 0) text = this.changesText(answer, effect, changes) + text
    this.owed = ''
    if (endsByReply(owed, effect)) this.endMessage()
    return text
  }

  /** The bytes that tell an MTA which waits for a reply that we are still at work. */
  progress(): Uint8Array {
    return bytesOf(this.progressText())
  }

  /** The same as a byte string; empty when no reply is owed. */
  progressText(): ByteString {
    return this.owed === '' ? '' : progressFrame
  }

  /** Throws a TypeError when this modification cannot be sent. */
  check(change: Modification): void {
    const fault = this.negotiated === undefined ? 'nothing is negotiated' : faultOf(change, this.negotiated)
    if (fault !== undefined) throw new TypeError(fault)
  }

  /** The peer sends nothing more; call it when all events are taken. The unfinished frame, if there is one. */
  end(): MilterProtocolError | undefined {
    if (this.isOver) return undefined
    if (this.reader.isMidFrame || this.isInBody) return this.fail('unfinished-frame')
    this.isOver = true
    return undefined
  }

  private changesText(answer: Reply, effect: ReplyEffect, changes: readonly Modification[]): ByteString {
    if (this.owed !== SMFIC.BODYEOB) throw new TypeError('modifications before the end of the message')
    for (const change of changes) this.check(change)
    if (effect === 'refuse' || answer === 'discard') return ''
    return formatModifications(changes, this.negotiated!, { dropsSpace: this.restoresSpace })
  }

  private take(command: string): MilterEvent | undefined {
    if (command === SMFIC.MACRO) return this.takeMacros()
    const fact = facts.get(command)
    if (fact === undefined) return this.fail('unknown-command')
    const next = nextState(this.state, command, this.steps)
    if (next === undefined) return this.fail('out-of-order')
    if (fact.endsMessage && isInMessage(this.state)) {
      this.endMessage()
      this.isRepeated = command !== SMFIC.ABORT
      return abort
    }
    this.state = next
    const event = this.read(command)
    if (fact.isAnswered && !this.isInBody && !this.isOver && (this.steps & fact.noReply) === 0)
      this.owed = command
    return event
  }

  private read(command: string): MilterEvent | undefined {
    switch (command) {
      case SMFIC.HEADER:
        return this.readHeader()
      case SMFIC.BODY:
        this.isInBody = true
        return undefined
      case SMFIC.EOH:
        return endOfHeader
      case SMFIC.BODYEOB:
        return endOfMessage
      case SMFIC.DATA:
        return data
      case SMFIC.OPTNEG:
        return this.readOffer()
      case SMFIC.QUIT_NC:
        this.connectionMacros = new Macros()
        this.messageMacros = new Macros(this.connectionMacros)
        return newConnection
      case SMFIC.QUIT:
        this.isOver = true
        this.reader.drop()
        return quit
      case SMFIC.ABORT:
        // Between messages.
        return undefined
      default:
        return this.readText(command)
    }
  }

  private readOffer(): MilterEvent {
    if (this.reader.dataLength < 12) return this.fail('malformed')
    const offer: Negotiated = {
      version: this.reader.uint32At(0),
      actions: this.reader.uint32At(4),
      steps: this.reader.uint32At(8),
    }
    if (offer.version < versions.lowest) return this.fail('unsupported-version')
    this.offer = offer
    this.negotiated = negotiate(offer, this.wish)
    this.steps = this.negotiated.steps
    this.restoresSpace = this.wish.leadingSpace === true && (this.steps & SMFIP.HDR_LEADSPC) === 0
    return { kind: 'negotiate', offer }
  }

  /** `name NUL value NUL`. A NUL inside the value is part of it. */
  private readHeader(): MilterEvent {
    const { reader } = this
    const text = reader.text()
    const start = reader.textStart
    const last = reader.textEnd - 1
    const nul = text.indexOf('\0', start)
    if (nul < 0 || nul >= last || text.charCodeAt(last) !== 0) return this.fail('malformed')
    const value = text.slice(nul + 1, last)
    return { kind: 'header', name: text.slice(start, nul), value: this.restoresSpace ? ` ${value}` : value }
  }

  private readText(command: string): MilterEvent {
    const { reader } = this
    if (command === SMFIC.MAIL || command === SMFIC.RCPT) {
      this.envelopeBytes += reader.dataLength
      if (this.envelopeBytes > this.limits.envelopeBytes) return this.fail('envelope-too-large')
    }
    return readCommand(command, reader.data()) ?? this.fail('malformed')
  }

  private takeMacros(): MilterEvent | undefined {
    if (this.reader.dataLength > this.limits.macroBytes) return this.fail('macros-too-large')
    const text = this.reader.data()
    const command = text.charAt(0)
    const macros = isConnectionStage(command) ? this.connectionMacros : this.messageMacros
    macros.set(command, text)
    return undefined
  }

  private takeBody(): MilterEvent | undefined {
    const { reader } = this
    for (;;) {
      const bytes = reader.bodyLeft === 0 ? nothing : reader.takeBody()
      if (bytes === undefined) return undefined
      const isLast = reader.bodyLeft === 0
      if (isLast) {
        this.isInBody = false
        if ((this.steps & SMFIP.NR_BODY) === 0) this.owed = SMFIC.BODY
      }
      if (!this.isSkipping) return { kind: 'body', bytes, isLast }
      if (isLast) return emptyChunk
    }
  }

  private endMessage(): void {
    this.state = 'connected'
    this.messageMacros = new Macros(this.connectionMacros)
    this.isSkipping = false
    this.envelopeBytes = 0
  }

  private fail(code: MilterErrorCode): MilterProtocolError {
    this.isOver = true
    const { reader } = this
    reader.drop()
    const hasCommand = code === 'unfinished-frame' ? this.isInBody : code !== 'empty-frame'
    return {
      kind: 'protocol-error',
      code,
      command: hasCommand ? letters[reader.code] : undefined,
      at: reader.frameAt,
    }
  }
}

/** Whether this reply ends the message. A refusal of one recipient or of DATA leaves it open: both may be tried again. */
function endsByReply(command: string, effect: ReplyEffect): boolean {
  switch (command) {
    case SMFIC.BODYEOB:
      return true
    case SMFIC.MAIL:
    case SMFIC.HEADER:
    case SMFIC.EOH:
    case SMFIC.BODY:
      return effect === 'take' || effect === 'refuse'
    case SMFIC.RCPT:
    case SMFIC.DATA:
      return effect === 'take'
    default:
      return false
  }
}
