// The MTA's half of the protocol, as Postfix speaks it: for testing filters, and for sending a message through one.

import type { ListenAddress } from '@postern/listener'
import { type MacroStage, SMFIC, SMFIP } from './constants.ts'
import type { MilterClientInfo } from './event.ts'
import { formatMacroName } from './macros.ts'
import { faultOf, type Modification, pathOf } from './modification.ts'
import { type ClientError, MtaConnection } from './mta-connection.ts'
import {
  bodyChunkBytes,
  formatOffer,
  type Negotiated,
  type NegotiationAnswer,
  readNegotiation,
} from './negotiation.ts'
import { type ByteString, frame, frameHead, uint32 } from './octets.ts'
import type { Reply } from './reply.ts'
import { readFilterFrame } from './reply-frame.ts'
import { type Step, stepFlags } from './steps.ts'

export { applyModifications, type ModifiedMessage } from './apply-modifications.ts'
export type { MilterClientInfo } from './event.ts'
export type { Modification } from './modification.ts'
export type { ClientError, ClientErrorCode } from './mta-connection.ts'
export type { Reply, ReplyCode } from './reply.ts'
export { type Outcome, type OutgoingMessage, sendMessage } from './send-message.ts'

export interface MilterClientOptions {
  /** 2, 3, 4 or 6 (default): what is offered is what Postfix 3.7 offers with this milter_protocol. */
  readonly version?: 2 | 3 | 4 | 6
  /** {@link SMFIF} bits to offer instead of all of the version. */
  readonly actions?: number
  /** {@link SMFIP} bits to offer instead of all of the version. */
  readonly steps?: number
  /** Longest wait for a connection, for the answer to a command, and to a step of the content. Default 30, 30 and 300 s. */
  readonly connectTimeoutMs?: number
  readonly commandTimeoutMs?: number
  readonly contentTimeoutMs?: number
}

/** Names with or without braces. */
export type MacroValues = Readonly<Record<string, ByteString>>

export type Sent =
  | {
      readonly ok: true
      /** `not-sent`: negotiated away, or the version has no such step. `not-awaited`: no reply was negotiated. */
      readonly reply: Reply | 'not-sent' | 'not-awaited'
      /** In the order in which they came; only at the end of a message. */
      readonly modifications: readonly Modification[]
    }
  | { readonly ok: false; readonly error: ClientError }

/** One connection to a filter. Calls are made one after the other; after an error all of them give that error. */
export interface MilterClient {
  readonly negotiated: Negotiated
  /** The macros that the filter asked for: at these stages only they are sent. */
  readonly requestedMacros: NegotiationAnswer['macros']
  connect(client: MilterClientInfo, macros?: MacroValues): Promise<Sent>
  helo(name: ByteString, macros?: MacroValues): Promise<Sent>
  mail(address: ByteString, parameters?: readonly ByteString[], macros?: MacroValues): Promise<Sent>
  recipient(address: ByteString, parameters?: readonly ByteString[], macros?: MacroValues): Promise<Sent>
  data(macros?: MacroValues): Promise<Sent>
  /** `value`: all after the colon, folds as CRLF or LF. */
  header(name: ByteString, value: ByteString): Promise<Sent>
  endOfHeader(macros?: MacroValues): Promise<Sent>
  /** Cut into chunks as negotiated. The reply is that to the last chunk sent. */
  body(bytes: Uint8Array): Promise<Sent>
  endOfMessage(macros?: MacroValues): Promise<Sent>
  unknown(command: ByteString): Promise<Sent>
  abort(): void
  /** Another SMTP client on the same connection: go on with `connect`. */
  newConnection(): void
  quit(): Promise<void>
}

export type Connected =
  | { readonly ok: true; readonly value: MilterClient }
  | { readonly ok: false; readonly error: ClientError }

/** As seen on the wire; the actions are the same for all versions. */
const offeredActions = 0x1ff
const offeredSteps: Readonly<Record<number, number>> = {
  2: 0x7f,
  3: 0x7f | SMFIP.NOUNKNOWN,
  4: 0x7f | SMFIP.NOUNKNOWN | SMFIP.NODATA,
  6: 0x1f_ffff,
}
/** Lowest versions that have these steps. */
const sinceVersion: Readonly<Partial<Record<Step, number>>> = { unknown: 3, data: 4 }
const contentSteps: ReadonlySet<string> = new Set(['header', 'endOfHeader', 'body', 'endOfMessage'])
/** What needs no reply rides in front of what does, up to this many bytes. */
const batchBytes = 65_536

/** Connects and negotiates. Never rejects. */
export async function connectMilter(
  address: ListenAddress,
  options: MilterClientOptions = {},
): Promise<Connected> {
  const { version = 6, connectTimeoutMs = 30_000, commandTimeoutMs = 30_000 } = options
  const connection = await MtaConnection.open(address, connectTimeoutMs)
  if (!(connection instanceof MtaConnection)) return { ok: false, error: connection }
  const { actions = offeredActions, steps = offeredSteps[version]! } = options
  const offer = { version, actions, steps }
  connection.send([formatOffer(offer)])
  const answer = await connection.receive(commandTimeoutMs)
  if ('code' in answer) return { ok: false, error: answer }
  const read = answer.command === SMFIC.OPTNEG ? readNegotiation(answer.data, offer) : undefined
  if (read !== undefined) return { ok: true, value: new Client(connection, read, options) }
  const shown = JSON.stringify(answer.command + answer.data.slice(0, 80))
  return { ok: false, error: connection.fail('bad-negotiation', `not an answer to the offer: ${shown}`) }
}

class Client implements MilterClient {
  readonly negotiated: Negotiated
  readonly requestedMacros: NegotiationAnswer['macros']
  private readonly connection: MtaConnection
  private readonly commandTimeoutMs: number
  private readonly contentTimeoutMs: number
  private pending: (string | Uint8Array)[] = []
  private pendingBytes = 0
  private isSkipping = false

  constructor(connection: MtaConnection, answer: NegotiationAnswer, options: MilterClientOptions) {
    this.connection = connection
    this.negotiated = answer.negotiated
    this.requestedMacros = answer.macros
    this.commandTimeoutMs = options.commandTimeoutMs ?? 30_000
    this.contentTimeoutMs = options.contentTimeoutMs ?? 300_000
  }

  connect({ hostName, address }: MilterClientInfo, macros?: MacroValues): Promise<Sent> {
    return this.step('connect', `${hostName}\0${formatAddress(address)}`, macros)
  }

  helo(name: ByteString, macros?: MacroValues): Promise<Sent> {
    return this.step('helo', `${name}\0`, macros)
  }

  mail(address: ByteString, parameters: readonly string[] = [], macros?: MacroValues): Promise<Sent> {
    this.isSkipping = false
    return this.step('mail', pathText(address, parameters), macros)
  }

  recipient(address: ByteString, parameters: readonly string[] = [], macros?: MacroValues): Promise<Sent> {
    return this.step('recipient', pathText(address, parameters), macros)
  }

  data(macros?: MacroValues): Promise<Sent> {
    return this.step('data', '', macros)
  }

  header(name: ByteString, value: ByteString): Promise<Sent> {
    const folded = value.replaceAll('\r\n', '\n')
    const isExact = (this.negotiated.steps & SMFIP.HDR_LEADSPC) !== 0
    const written = isExact || !folded.startsWith(' ') ? folded : folded.slice(1)
    return this.step('header', `${name}\0${written}\0`)
  }

  endOfHeader(macros?: MacroValues): Promise<Sent> {
    return this.step('endOfHeader', '', macros)
  }

  async body(bytes: Uint8Array): Promise<Sent> {
    const chunk = bodyChunkBytes(this.negotiated)
    let sent: Sent = notSent
    for (let from = 0; from < bytes.length && !this.isSkipping; from += chunk) {
      sent = await this.step('body', bytes.subarray(from, from + chunk))
      if (!sent.ok || (sent.reply !== 'continue' && sent.reply !== 'not-awaited')) return sent
    }
    return sent
  }

  endOfMessage(macros?: MacroValues): Promise<Sent> {
    this.macros('endOfMessage', SMFIC.BODYEOB, macros)
    this.queue(frame(SMFIC.BODYEOB))
    return this.ask('endOfMessage')
  }

  unknown(command: ByteString): Promise<Sent> {
    return this.step('unknown', `${command}\0`)
  }

  abort(): void {
    this.queue(frame(SMFIC.ABORT))
    this.flush()
  }

  newConnection(): void {
    this.queue(frame(SMFIC.QUIT_NC))
    this.flush()
  }

  async quit(): Promise<void> {
    this.queue(frame(SMFIC.QUIT))
    this.flush()
    await this.connection.end()
  }

  private async step(step: Step, data: string | Uint8Array, macros?: MacroValues): Promise<Sent> {
    const { command, skip, noReply } = stepFlags[step]
    const { version, steps } = this.negotiated
    if (steps & skip || version < (sinceVersion[step] ?? 0)) return notSent
    if (step !== 'unknown' && step !== 'header' && step !== 'body') this.macros(step, command, macros)
    if (typeof data === 'string') this.queue(frame(command, data))
    else {
      this.queue(frameHead(command, data.length))
      this.queue(data)
    }
    if ((steps & noReply) === 0) return this.ask(step)
    if (this.pendingBytes >= batchBytes) this.flush()
    return this.connection.error === undefined ? notAwaited : { ok: false, error: this.connection.error }
  }

  private macros(stage: MacroStage, command: string, values: MacroValues | undefined): void {
    if (values === undefined) return
    const wanted = this.requestedMacros[stage]
    let text = command
    for (const [name, value] of Object.entries(values)) {
      const written = formatMacroName(name)
      if (wanted === undefined || wanted.includes(written)) text += `${written}\0${value}\0`
    }
    this.queue(frame(SMFIC.MACRO, text))
  }

  private queue(piece: string | Uint8Array): void {
    this.pending.push(piece)
    this.pendingBytes += piece.length
  }

  private flush(): void {
    if (this.connection.error === undefined) this.connection.send(this.pending)
    this.pending = []
    this.pendingBytes = 0
  }

  /** Sends what is queued and waits for the reply. */
  private async ask(step: Step | 'endOfMessage'): Promise<Sent> {
    this.flush()
    const timeoutMs = contentSteps.has(step) ? this.contentTimeoutMs : this.commandTimeoutMs
    const modifications: Modification[] = []
    for (;;) {
      const answer = await this.connection.receive(timeoutMs)
      if ('code' in answer) return { ok: false, error: answer }
      const read = readFilterFrame(answer.command, answer.data)
      if (read?.kind === 'progress') continue
      if (read?.kind === 'modification' && step === 'endOfMessage' && this.isAllowed(read.modification))
        modifications.push(read.modification)
      else if (read?.kind === 'reply' && (read.reply !== 'skip' || this.maySkip(step))) {
        this.isSkipping = read.reply === 'skip'
        return { ok: true, reply: read.reply, modifications }
      } else {
        const shown = JSON.stringify(answer.command + answer.data.slice(0, 80))
        return { ok: false, error: this.connection.fail('bad-reply', `not a reply to ${step}: ${shown}`) }
      }
    }
  }

  private isAllowed(change: Modification): boolean {
    // Postfix takes occurrence 0 for the first.
    if ('occurrence' in change && change.occurrence === 0) return this.isAllowed({ ...change, occurrence: 1 })
    return faultOf(change, this.negotiated) === undefined
  }

  private maySkip(step: string): boolean {
    return step === 'body' && (this.negotiated.steps & SMFIP.SKIP) !== 0
  }
}

const notSent: Sent = { ok: true, reply: 'not-sent', modifications: [] }
const notAwaited: Sent = { ok: true, reply: 'not-awaited', modifications: [] }

const pathText = (address: ByteString, parameters: readonly ByteString[]) =>
  [pathOf(address), ...parameters, ''].join('\0')

function formatAddress(address: MilterClientInfo['address']): ByteString {
  switch (address.family) {
    case 'unknown':
      return 'U'
    case 'unix':
      return `L\0\0${address.path}\0`
    case 'ip4':
      return `4${uint16(address.port)}${address.address}\0`
    case 'ip6':
      return `6${uint16(address.port)}IPv6:${address.address}\0`
  }
}

const uint16 = (n: number) => uint32(n).slice(2)
