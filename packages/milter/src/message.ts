// What handlers see: a connection and a message, and the modifications they ask for.

import type { EnvelopePath, MilterClientInfo } from './event.ts'
import type { MilterMessage, MilterSession } from './handlers.ts'
import type { Macros } from './macros.ts'
import type { Modification } from './modification.ts'
import type { Negotiated } from './negotiation.ts'
import type { Reply } from './reply.ts'
import type { FilterSession } from './session.ts'

export class SessionView implements MilterSession {
  readonly id: number
  readonly peer: string
  client: MilterClientInfo | undefined = undefined
  helo: string | undefined = undefined
  data: unknown = undefined
  /** Set when a handler failed: the reply for everything that follows. */
  verdict: Reply | undefined = undefined
  private readonly protocol: FilterSession
  private readonly macros: Macros

  constructor(id: number, peer: string, protocol: FilterSession) {
    this.id = id
    this.peer = peer
    this.protocol = protocol
    this.macros = protocol.connectionMacros
  }

  get negotiated(): Negotiated | undefined {
    return this.protocol.negotiated
  }

  macro(name: string): string | undefined {
    return this.macros.get(name)
  }
}

export interface MessageOptions {
  readonly session: SessionView
  readonly protocol: FilterSession
  readonly sender: EnvelopePath
  readonly progress: () => void
}

export class Message<State> implements MilterMessage<State> {
  readonly session: SessionView
  /** Set right after. */
  state: State = undefined as State
  readonly sender: EnvelopePath
  readonly recipients: EnvelopePath[] = []
  readonly changes: Modification[] = []
  /** Decided already; no handler is called any more. */
  verdict: Reply | undefined = undefined
  /** The verdict is there because a handler failed, and is given at every step; else only at the end, with the changes. */
  isFailed = false
  isOver = false
  private readonly macros: Macros
  private readonly protocol: FilterSession
  private readonly sendProgress: () => void

  constructor({ session, protocol, sender, progress }: MessageOptions) {
    this.session = session
    this.protocol = protocol
    this.macros = protocol.messageMacros
    this.sender = sender
    this.sendProgress = progress
  }

  get queueId(): string | undefined {
    return this.macros.get('i')
  }

  macro(name: string): string | undefined {
    return this.macros.get(name)
  }

  insertHeader(index: number, name: string, value: string): void {
    this.change({ kind: 'insert-header', index, name, value })
  }

  addHeader(name: string, value: string): void {
    this.change({ kind: 'add-header', name, value })
  }

  changeHeader(name: string, occurrence: number, value: string): void {
    this.change({ kind: 'change-header', name, occurrence, value })
  }

  deleteHeader(name: string, occurrence: number): void {
    this.change({ kind: 'delete-header', name, occurrence })
  }

  replaceBody(body: Uint8Array | Iterable<Uint8Array>): void {
    const before = this.changes.findIndex(({ kind }) => kind === 'replace-body')
    if (before >= 0) this.changes.splice(before, 1)
    this.change({ kind: 'replace-body', body: body instanceof Uint8Array ? [body] : [...body] })
  }

  addRecipient(address: string, parameters: readonly string[] = []): void {
    this.change({ kind: 'add-recipient', address, parameters })
  }

  deleteRecipient(address: string): void {
    this.change({ kind: 'delete-recipient', address })
  }

  changeSender(address: string, parameters: readonly string[] = []): void {
    this.change({ kind: 'change-sender', address, parameters })
  }

  quarantine(reason: string): void {
    this.change({ kind: 'quarantine', reason })
  }

  progress(): void {
    if (!this.isOver) this.sendProgress()
  }

  private change(change: Modification): void {
    if (this.isOver) throw new TypeError(`${change.kind}: the message is over`)
    this.protocol.check(change)
    this.changes.push(change)
  }
}
