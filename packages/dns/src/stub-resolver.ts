// The stub resolver: asks the configured recursive servers, in turn and again, until one has an answer or the time is over.
// Here: coalescing, budgets, places on the wire. One pursuit of an answer is pursuit.ts, the sockets are exchange.ts.
import { readFileSync } from 'node:fs'
import type { Budget } from './budget.ts'
import { IN_FLIGHT, QUERY_DEADLINE_MS, WAITING } from './limits.ts'
import { isQueryName, normalizeName } from './name.ts'
import { pursue, type Wire } from './pursuit.ts'
import { parseResolvConf, type ResolvConf } from './resolv-conf.ts'
import type {
  Answer,
  MaybeAsync,
  QueryOptions,
  RecordType,
  RecordTypes,
  Resolver,
  TempError,
} from './resolver.ts'
import { parseServer, type ServerAddress } from './server-address.ts'
import { createSlots, type Slots, type Visitor } from './slots.ts'

export interface ResolverOptions {
  /** `127.0.0.1:5353`, `[::1]:53`, or what parseServer returns. Left out or empty: those of `resolvConf`. */
  readonly servers?: readonly (string | ServerAddress)[] | undefined
  /** The file that names the servers and their options. Read once. Default: `/etc/resolv.conf`. */
  readonly resolvConf?: string | undefined
  /** Milliseconds for one attempt at one server. Default: that of resolvConf, 5,000. */
  readonly attemptTimeoutMs?: number | undefined
  /** Rounds over the servers. Default: that of resolvConf, 2. */
  readonly attempts?: number | undefined
  /** Start at each server in turn, not at the last good one. Default: that of resolvConf, false. */
  readonly rotate?: boolean | undefined
  /** Milliseconds for one question with all its retries, waiting for a place included. Default: 10,000. */
  readonly deadlineMs?: number | undefined
  /** Questions on the wire at once, each with one socket. Half are for messages (budgets) with no question there yet. Default: 256. */
  readonly maxInFlight?: number | undefined
  /** Questions that wait for a place; one more fails at once, as a timeout. Default: 10,000. */
  readonly maxWaiting?: number | undefined
  /**
   * Sends names in random case and takes no reply that does not repeat it, against forgers that guess the port. Default: false,
   * as some forwarders do not repeat the case and would never be heard.
   */
  readonly mixedCase?: boolean | undefined
}

/** A Resolver that asks servers over the network. */
export interface StubResolver extends Resolver {
  readonly servers: readonly ServerAddress[]
  /** Ends what is in flight, with `temperror`, and closes its sockets. Later questions get `temperror` too. */
  close(): void
}

type AnyAnswer = Answer<RecordTypes[RecordType]>

const TIMEOUT: TempError = { kind: 'temperror', reason: 'timeout' }
const NETWORK: TempError = { kind: 'temperror', reason: 'network' }
const NO_SUCH_NAME: AnyAnswer = { kind: 'nxdomain', ttl: 0 }

/** Above it Node fires timers at once. */
const TIMER_MS = 0x7fffffff

/** A question on its way; all who ask it wait for the same. */
interface Flight {
  readonly answer: Promise<AnyAnswer>
  askers: number
  /** Ends it: the answer becomes `error`. */
  end(error: TempError): void
}

/**
 * Makes a stub resolver. It holds no socket while no question is in flight. Throws a TypeError for a server that parseServer
 * refuses: check settings with parseServer first.
 */
export function createResolver(options: ResolverOptions = {}): StubResolver {
  const wire = wireOf(options)
  const switchboard = new Switchboard(wire, options)
  return {
    servers: wire.servers,
    resolve<K extends RecordType>(name: string, type: K, query?: QueryOptions) {
      // Records are taken from a reply by the type asked for.
      return switchboard.resolve(normalizeName(name), type, query) as MaybeAsync<Answer<RecordTypes[K]>>
    },
    close: () => switchboard.close(),
  }
}

class Switchboard {
  readonly #wire: Wire
  readonly #deadlineMs: number
  readonly #slots: Slots
  readonly #flights = new Map<string, Flight>()
  #isClosed = false

  constructor(wire: Wire, options: ResolverOptions) {
    this.#wire = wire
    this.#deadlineMs = Math.min(options.deadlineMs ?? QUERY_DEADLINE_MS, TIMER_MS)
    const places = options.maxInFlight ?? IN_FLIGHT
    this.#slots = createSlots({ places, reserved: places >> 1, waiting: options.maxWaiting ?? WAITING })
  }

  resolve(name: string, type: RecordType, query: QueryOptions | undefined): MaybeAsync<AnyAnswer> {
    // RFC 1035 §2.3.4: nobody can own such a name.
    if (!isQueryName(name)) return NO_SUCH_NAME
    if (this.#isClosed) return NETWORK
    const budget = query?.budget
    if (budget !== undefined && !budget.take()) return TIMEOUT
    const flight = this.#flights.get(`${type} ${name}`) ?? this.#start(name, type, budget)
    flight.askers += 1
    return budget === undefined ? flight.answer : within(budget, flight)
  }

  close(): void {
    this.#isClosed = true
    for (const flight of [...this.#flights.values()]) flight.end(NETWORK)
  }

  #start(name: string, type: RecordType, owner: Budget | undefined): Flight {
    const key = `${type} ${name}`
    let settle: (answer: AnyAnswer) => void = () => {}
    let abort = () => {}
    let isOver = false
    const answer = new Promise<AnyAnswer>((resolve) => {
      settle = resolve
    })
    const finish = (result: AnyAnswer) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      this.#flights.delete(key)
      settle(result)
    }
    const end = (error: TempError) => {
      finish(error)
      abort()
    }
    const timer = setTimeout(end, this.#deadlineMs, TIMEOUT)
    const flight: Flight = { answer, askers: 0, end }
    this.#flights.set(key, flight)
    const visitor: Visitor = {
      owner,
      isGone: () => isOver,
      start: () => {
        abort = pursue(this.#wire, { name, type }, (result) => {
          this.#slots.leave(visitor)
          finish(result)
        })
      },
    }
    if (!this.#slots.enter(visitor)) finish(TIMEOUT)
    return flight
  }
}

/** The answer of a flight, or a timeout at the budget's end. A flight that nobody waits for any more is ended. */
function within(budget: Budget, flight: Flight): Promise<AnyAnswer> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => {
        resolve(TIMEOUT)
        flight.askers -= 1
        if (flight.askers === 0) flight.end(TIMEOUT)
      },
      Math.min(budget.remainingMs(), TIMER_MS),
    )
    flight.answer.then((answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

function wireOf(options: ResolverOptions): Wire {
  const given = options.servers ?? []
  const isComplete = given.length > 0
  const conf = isComplete ? parseResolvConf('') : readResolvConf(options.resolvConf ?? '/etc/resolv.conf')
  return {
    servers: isComplete ? given.map(serverOf) : conf.servers,
    attemptTimeoutMs: Math.min(options.attemptTimeoutMs ?? conf.timeoutSeconds * 1000, TIMER_MS),
    attempts: options.attempts ?? conf.attempts,
    isRotating: options.rotate ?? conf.rotate,
    isMixedCase: options.mixedCase ?? false,
    first: 0,
  }
}

function serverOf(server: string | ServerAddress): ServerAddress {
  if (typeof server !== 'string') return server
  const address = parseServer(server)
  if (address.ok) return address.value
  throw new TypeError(`${JSON.stringify(server)} is no address of a DNS server: ${address.error.code}`)
}

/** Reads a resolv.conf file. One that cannot be read counts as empty: then the server is this host, as resolv.conf(5) has it. */
export function readResolvConf(path: string): ResolvConf {
  try {
    return parseResolvConf(readFileSync(path, 'utf8'))
  } catch {
    return parseResolvConf('')
  }
}
