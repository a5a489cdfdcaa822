// A cache in front of any Resolver. It keeps answers for their time to live, in bounded memory, and asks once for equal
// questions in flight. Not here: sockets, timers and the clock, which is a parameter.
import { AnswerStore, type AnyAnswer, withTtl } from './answer-store.ts'
import type { Budget } from './budget.ts'
import { CACHE_BYTES, CACHE_NEGATIVE_TTL_SECONDS, CACHE_TEMPERROR_MS, CACHE_TTL_SECONDS } from './limits.ts'
import type {
  Answer,
  MaybeAsync,
  QueryOptions,
  RecordType,
  RecordTypes,
  Resolver,
  Seconds,
  TempError,
} from './resolver.ts'

export interface CacheOptions {
  /** Milliseconds of a clock that does not jump, such as `performance.now`; the one that budgets are made with. */
  readonly now: () => number
  /** Answers kept at most. Default: no such bound, only that of `maxBytes`. */
  readonly maxEntries?: number | undefined
  /** Approximate bytes kept at most. Default: 16 MiB, some 40,000 answers. */
  readonly maxBytes?: number | undefined
  /** Seconds that records are kept at least, whatever their TTL. Default: 0. */
  readonly minTtl?: Seconds | undefined
  /** Seconds that records are kept at most. Default: a day. */
  readonly maxTtl?: Seconds | undefined
  /** Seconds that `nodata` and `nxdomain` are kept at most. Default: 900. */
  readonly maxNegativeTtl?: Seconds | undefined
  /** Milliseconds that a `temperror` is kept; 0 for never. Default: 1,000. */
  readonly temperrorMs?: number | undefined
}

/** Counters since the cache was made, and what it holds now. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  /** Misses that joined an equal question in flight. */
  readonly coalesced: number
  /** Answers dropped to stay in bounds. */
  readonly evicted: number
  /** Answers found too old when asked for. */
  readonly expired: number
  readonly entries: number
  /** Approximate. */
  readonly bytes: number
}

/** A Resolver that answers from memory where it can: then at once, never by a promise. */
export interface CachingResolver extends Resolver {
  stats(): CacheStats
  /** Forgets every answer. Questions in flight go on. */
  clear(): void
}

interface Flight {
  readonly budget: Budget | undefined
  readonly answer: Promise<AnyAnswer>
}

interface Question {
  readonly name: string
  readonly type: RecordType
  readonly options: QueryOptions | undefined
}

const TIMEOUT: TempError = { kind: 'temperror', reason: 'timeout' }
const NETWORK: TempError = { kind: 'temperror', reason: 'network' }

/**
 * Puts a cache in front of `resolver`.
 *
 * The `ttl` of an answer is what remains of it. Answers with ttl 0 are not kept. Answers from memory, and only those, cost a
 * budget nothing. A question joins an equal one in flight unless that one may take longer than its own deadline.
 */
export function createCache(resolver: Resolver, options: CacheOptions): CachingResolver {
  const cache = new Cache(resolver, options)
  return {
    resolve<K extends RecordType>(name: string, type: K, query?: QueryOptions) {
      // What is kept under the type K are answers to K.
      return cache.lookUp(name, type, query) as MaybeAsync<Answer<RecordTypes[K]>>
    },
    stats: () => cache.stats(),
    clear: () => cache.store.clear(),
  }
}

class Cache {
  readonly store: AnswerStore
  readonly #resolver: Resolver
  readonly #minTtl: Seconds
  readonly #maxTtl: Seconds
  readonly #maxNegativeTtl: Seconds
  readonly #temperrorMs: number
  readonly #flights = new Map<string, Flight>()
  #hits = 0
  #misses = 0
  #coalesced = 0

  constructor(resolver: Resolver, options: CacheOptions) {
    this.#resolver = resolver
    this.#minTtl = options.minTtl ?? 0
    this.#maxTtl = options.maxTtl ?? CACHE_TTL_SECONDS
    this.#maxNegativeTtl = options.maxNegativeTtl ?? CACHE_NEGATIVE_TTL_SECONDS
    this.#temperrorMs = options.temperrorMs ?? CACHE_TEMPERROR_MS
    this.store = new AnswerStore({
      now: options.now,
      maxEntries: options.maxEntries ?? Number.POSITIVE_INFINITY,
      maxBytes: options.maxBytes ?? CACHE_BYTES,
    })
  }

  lookUp(name: string, type: RecordType, options: QueryOptions | undefined): MaybeAsync<AnyAnswer> {
    const answer = this.store.read(name, type)
    if (answer === undefined) return this.#miss({ name, type, options })
    this.#hits += 1
    return answer
  }

  stats(): CacheStats {
    const { evicted, expired, entries, bytes } = this.store
    const [hits, misses, coalesced] = [this.#hits, this.#misses, this.#coalesced]
    return { hits, misses, coalesced, evicted, expired, entries, bytes }
  }

  #miss(question: Question): MaybeAsync<AnyAnswer> {
    this.#misses += 1
    const budget = question.options?.budget
    const flight = this.#flights.get(keyOf(question))
    if (flight === undefined || deadlineOf(flight.budget) > deadlineOf(budget)) return this.#ask(question)
    if (budget !== undefined && !budget.take()) return TIMEOUT
    this.#coalesced += 1
    if (flight.budget === undefined) return flight.answer
    return flight.answer.then((answer) =>
      // The leader's time ran out, ours has not: ask on our own account.
      isCutShort(answer, flight.budget) && budget?.isSpent() !== true
        ? this.lookUp(question.name, question.type, question.options)
        : answer,
    )
  }

  #ask(question: Question): MaybeAsync<AnyAnswer> {
    const budget = question.options?.budget
    const result = askSafely(this.#resolver, question)
    if (!isPromise(result)) return this.#keep(question, result)
    const key = keyOf(question)
    // Where one is listed that could not be joined, this one runs beside it.
    const isListed = !this.#flights.has(key)
    const settle = (answer: AnyAnswer) => {
      if (isListed) this.#flights.delete(key)
      return this.#keep(question, answer)
    }
    const answer = result.then(settle, () => settle(NETWORK))
    if (isListed) this.#flights.set(key, { budget, answer })
    return answer
  }

  /** Keeps what may be kept of an answer just received. Returns it as the cache gives it out. */
  #keep({ name, type, options }: Question, answer: AnyAnswer): AnyAnswer {
    if (answer.kind === 'temperror') {
      if (this.#temperrorMs > 0 && !isCutShort(answer, options?.budget))
        this.store.write(name, type, { answer, lifeMs: this.#temperrorMs })
      return answer
    }
    const ttl =
      answer.kind === 'records'
        ? Math.min(Math.max(answer.ttl, this.#minTtl), this.#maxTtl)
        : Math.min(answer.ttl, this.#maxNegativeTtl)
    const kept = ttl === answer.ttl ? answer : withTtl(answer, ttl)
    // RFC 1035 §3.2.1: zero means for the question at hand only.
    if (ttl > 0) this.store.write(name, type, { answer: kept, lifeMs: ttl * 1000 })
    return kept
  }
}

// The port forbids exceptions and rejections; an implementation that errs must not leave a question in flight for ever.
function askSafely(resolver: Resolver, { name, type, options }: Question): MaybeAsync<AnyAnswer> {
  try {
    return resolver.resolve(name, type, options)
  } catch {
    return NETWORK
  }
}

const keyOf = (question: Question): string => `${question.type} ${question.name}`

const isPromise = (result: MaybeAsync<AnyAnswer>): result is Promise<AnyAnswer> => 'then' in result

const deadlineOf = (budget: Budget | undefined): number => budget?.deadlineMs ?? Number.POSITIVE_INFINITY

/** A timeout that says more about the asker's budget than about the name. */
const isCutShort = (answer: AnyAnswer, budget: Budget | undefined): boolean =>
  answer.kind === 'temperror' && answer.reason === 'timeout' && budget?.isSpent() === true
