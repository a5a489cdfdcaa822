// The pursuit of one answer: which server to ask next, over what, and when to give up. Calls back instead of awaiting, so
// that it can be ended at any moment.
import { randomBytes, randomInt } from 'node:crypto'
import { type Abort, type Exchange, exchangeTcp, exchangeUdp, type Outcome } from './exchange.ts'
import { encodeQuery } from './message.ts'
import { isQueryName } from './name.ts'
import { type Pursuit, type Reading, readReply } from './reply.ts'
import type { Answer, RecordType, RecordTypes, TempReason } from './resolver.ts'
import type { ServerAddress } from './server-address.ts'

/** The servers, and how to ask them. */
export interface Wire {
  readonly servers: readonly ServerAddress[]
  readonly attemptTimeoutMs: number
  readonly attempts: number
  readonly isRotating: boolean
  readonly isMixedCase: boolean
  /**
   * Index of the server to start with. It moves on when that server is silent, so that a dead first server costs one timeout
   * and not one for each question.
   */
  first: number
}

type AnyAnswer = Answer<RecordTypes[RecordType]>

interface Target {
  readonly name: string
  readonly type: RecordType
}

/**
 * Looks for the answer to one question. `done` is called once, later. The function returned ends the pursuit early: `done`
 * is called then, at once.
 */
export function pursue(wire: Wire, target: Target, done: (answer: AnyAnswer) => void): Abort {
  const chase = new Chase(wire, done)
  chase.begin({ ...target, links: 0, ttl: Number.POSITIVE_INFINITY, isAuthentic: true })
  return () => chase.end()
}

class Chase {
  readonly #wire: Wire
  readonly #done: (answer: AnyAnswer) => void
  #pursuit: Pursuit = { name: '', type: 'A', links: 0, ttl: 0, isAuthentic: false }
  /** The server of the first turn, and how many turns were had; each round gives every server one. */
  #first = 0
  #turns = 0
  /** Servers that said they have no answer. */
  readonly #refusals = new Set<ServerAddress>()
  #reason: TempReason | undefined
  #isEnded = false
  #abortExchange: Abort = () => {}

  constructor(wire: Wire, done: (answer: AnyAnswer) => void) {
    this.#wire = wire
    this.#done = done
  }

  /** Asks for one name of the chain; each name gets its own rounds over the servers. */
  begin(pursuit: Pursuit): void {
    // RFC 1035 §2.3.4: an alias to what is no name leads to nothing.
    if (!isQueryName(pursuit.name)) this.#finish({ kind: 'nxdomain', ttl: 0 })
    else {
      this.#pursuit = pursuit
      this.#first = firstOf(this.#wire)
      this.#turns = 0
      this.#refusals.clear()
      this.#nextTurn()
    }
  }

  end(): void {
    if (this.#isEnded) return
    this.#finish({ kind: 'temperror', reason: 'timeout' })
    this.#abortExchange()
  }

  #finish(answer: AnyAnswer): void {
    this.#isEnded = true
    this.#done(answer)
  }

  #nextTurn(): void {
    const server = this.#takeTurn()
    if (server === undefined) this.#finish({ kind: 'temperror', reason: this.#reason ?? 'timeout' })
    else this.#ask(server, true)
  }

  /** The server to ask next; undefined when all had their turns. */
  #takeTurn(): ServerAddress | undefined {
    const { servers, attempts } = this.#wire
    while (this.#turns < attempts * servers.length) {
      const server = servers[(this.#first + this.#turns++) % servers.length]!
      // What a server said once it will say again; silence may have been loss.
      if (!this.#refusals.has(server)) return server
    }
    return undefined
  }

  #ask(server: ServerAddress, hasEdns: boolean): void {
    const exchange = exchangeOf(this.#wire, { server, pursuit: this.#pursuit, hasEdns })
    const receive = (outcome: Outcome) => this.#receive(server, hasEdns, outcome)
    this.#abortExchange = exchangeUdp(exchange, (outcome) => {
      if (this.#isEnded || outcome.kind === 'failure' || !outcome.reply.isTruncated) return receive(outcome)
      // RFC 7766 §5: a truncated reply is no answer; TCP has it all.
      this.#abortExchange = exchangeTcp(exchange, receive)
    })
  }

  #receive(server: ServerAddress, hasEdns: boolean, outcome: Outcome): void {
    if (this.#isEnded) return
    if (outcome.kind === 'failure') {
      moveOn(this.#wire, server)
      this.#failTurn(outcome.reason)
    } else this.#act({ server, hasEdns, reading: readReply(outcome.reply, this.#pursuit) })
  }

  #act({ server, hasEdns, reading }: Turn): void {
    if (reading.kind === 'answer') this.#finish(reading.answer)
    else if (reading.kind === 'onward') this.begin(reading.pursuit)
    else if (reading.kind === 'no-edns' && hasEdns) this.#ask(server, false)
    else {
      this.#refusals.add(server)
      this.#failTurn(reading.kind === 'useless' ? reading.reason : 'servfail')
    }
  }

  #failTurn(reason: TempReason): void {
    this.#reason = graver(this.#reason, reason)
    this.#nextTurn()
  }
}

interface Turn {
  readonly server: ServerAddress
  readonly hasEdns: boolean
  readonly reading: Reading
}

interface Ask {
  readonly server: ServerAddress
  readonly pursuit: Pursuit
  readonly hasEdns: boolean
}

function exchangeOf(wire: Wire, { server, pursuit, hasEdns }: Ask): Exchange {
  const name = wire.isMixedCase ? mixCase(pursuit.name) : pursuit.name
  // RFC 5452 §9.2: an id that cannot be guessed, new for each attempt.
  const query = encodeQuery({ id: randomInt(0x10000), name, type: pursuit.type, hasEdns })
  return { server, query, timeoutMs: wire.attemptTimeoutMs, isCaseExact: wire.isMixedCase }
}

/** The server to start a question with. */
function firstOf(wire: Wire): number {
  const first = wire.first
  if (wire.isRotating) wire.first = (first + 1) % wire.servers.length
  return first
}

function moveOn(wire: Wire, silent: ServerAddress): void {
  // Only the first of many questions that met the same silence moves it.
  if (wire.servers[wire.first] === silent) wire.first = (wire.first + 1) % wire.servers.length
}

const GRAVITY: Record<TempReason, number> = { network: 1, timeout: 2, refused: 3, servfail: 4 }

/** What to report of several failures: the word of a server says more than silence. */
function graver(known: TempReason | undefined, reason: TempReason): TempReason {
  return known !== undefined && GRAVITY[known] >= GRAVITY[reason] ? known : reason
}

/** Capitalises letters by chance: up to one bit per letter that a forger has to guess ("0x20"). */
function mixCase(name: string): string {
  const bits = randomBytes(Math.ceil(name.length / 8))
  let mixed = ''
  for (let i = 0; i < name.length; i++) {
    const letter = name[i]!
    mixed += (bits[i >> 3]! >> (i & 7)) & 1 ? letter.toUpperCase() : letter
  }
  return mixed
}
