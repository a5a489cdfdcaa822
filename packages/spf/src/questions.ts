// Asks the DNS for an evaluation that runs from start to end without waiting. What is not known yet is remembered as
// asked; the evaluation is run again when answers have come. So it stays one plain function, questions that do not depend on
// each other are asked at once, and nothing is awaited that the resolver knows already.
import type {
  Answer,
  Budget,
  MaybeAsync,
  MxRecord,
  QueryOptions,
  RecordType,
  RecordTypes,
  Resolver,
  TempReason,
} from '@postern/dns'
import { QUESTIONS_AHEAD } from './limits.ts'

/** The part of the standard AbortSignal that is needed; `AbortSignal.timeout(20_000)` is one. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', run: () => void): void
  removeEventListener(type: 'abort', run: () => void): void
}

export interface QuestionPorts {
  readonly resolver: Resolver
  readonly budget?: Budget | undefined
  readonly signal?: AbortSignalLike | undefined
}

type AnyAnswer = Answer<RecordTypes[RecordType]>

const TIMEOUT: AnyAnswer = { kind: 'temperror', reason: 'timeout' }
const NETWORK: AnyAnswer = { kind: 'temperror', reason: 'network' }

export class Questions {
  readonly #resolver: Resolver
  readonly #options: QueryOptions | undefined
  readonly #budget: Budget | undefined
  readonly #signal: AbortSignalLike | undefined
  /** Answers by question, undefined while on their way. Made when the first one has to be waited for. */
  #known: Map<string, AnyAnswer | undefined> | undefined
  /** Those that were there before: name, type and answer in turn. */
  #early: (string | AnyAnswer)[] = []
  #ahead = 0
  #hasNews = false
  #wake: (() => void) | undefined

  constructor({ resolver, budget, signal }: QuestionPorts) {
    this.#resolver = resolver
    this.#options = budget === undefined ? undefined : { budget }
    this.#budget = budget
    this.#signal = signal
  }

  /** The answer, or undefined while it is on its way. `isAhead`: asked before it is certain that it will be needed. */
  ask<K extends RecordType>(name: string, type: K, isAhead: boolean): Answer<RecordTypes[K]> | undefined {
    return this.#ask(name, type, isAhead) as Answer<RecordTypes[K]> | undefined
  }

  #ask(name: string, type: RecordType, isAhead: boolean): AnyAnswer | undefined {
    if (this.#known === undefined) {
      const answer = this.#resolve(name, type)
      if (isPromise(answer)) return this.#await(name, type, answer)
      this.#early.push(name, type, answer)
      return answer
    }
    const key = `${type} ${name}`
    if (this.#known.has(key)) return this.#known.get(key) ?? (this.#signal?.aborted ? TIMEOUT : undefined)
    if (this.#signal?.aborted) return TIMEOUT
    if (isAhead && ++this.#ahead > QUESTIONS_AHEAD) return undefined
    const answer = this.#resolve(name, type)
    if (isPromise(answer)) return this.#await(name, type, answer)
    this.#known.set(key, answer)
    return answer
  }

  #resolve(name: string, type: RecordType): MaybeAsync<AnyAnswer> {
    // The port forbids it; a resolver that throws all the same must not break a verdict.
    try {
      const answer = this.#resolver.resolve(name, type, this.#options)
      return isPromise(answer) ? answer : readable(type, answer)
    } catch {
      return NETWORK
    }
  }

  #await(name: string, type: RecordType, answer: Promise<AnyAnswer>): undefined {
    const key = `${type} ${name}`
    this.#known ??= this.#beginWaiting()
    const known = this.#known.set(key, undefined)
    const keep = (value: AnyAnswer) => {
      known.set(key, value)
      this.#tell()
    }
    // By way of resolve(), as what has a `then` need not be a promise.
    Promise.resolve(answer).then(
      (value) => keep(readable(type, value)),
      () => keep(NETWORK),
    )
  }

  /** From now on answers are kept, as the evaluation will be run again. */
  #beginWaiting(): Map<string, AnyAnswer | undefined> {
    this.#signal?.addEventListener('abort', this.#tell)
    const known = new Map<string, AnyAnswer | undefined>()
    for (let i = 0; i < this.#early.length; i += 3)
      known.set(`${this.#early[i + 1]} ${this.#early[i]}`, this.#early[i + 2] as AnyAnswer)
    return known
  }

  readonly #tell = (): void => {
    this.#hasNews = true
    this.#wake?.()
  }

  /** Whether nothing more can be asked: the signal has fired, or the budget is spent. */
  isOver(): boolean {
    return this.#signal?.aborted === true || this.#budget?.isSpent() === true
  }

  /** Waits until more is known than when it was last called, or until the time is over. */
  async news(): Promise<void> {
    // A signal that fired before it was listened to does not fire again.
    if (!this.#hasNews && !this.#signal?.aborted) await new Promise<void>((wake) => (this.#wake = wake))
    this.#hasNews = false
  }

  /** To be called when the evaluation has come to its end. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#tell)
  }
}

const isPromise = (answer: MaybeAsync<AnyAnswer>): answer is Promise<AnyAnswer> =>
  typeof answer === 'object' && answer !== null && 'then' in answer

/** An answer as the port promises it. What is none counts as a reply that cannot be read: adapters are written by many. */
const readable = (type: RecordType, answer: AnyAnswer): AnyAnswer =>
  isAnswer(type, answer) ? answer : NETWORK

function isAnswer(type: RecordType, answer: AnyAnswer): boolean {
  switch (answer?.kind) {
    case 'records':
      return Array.isArray(answer.records) && areRecords(type, answer.records)
    case 'nodata':
    case 'nxdomain':
      return true
    case 'temperror':
      return reasons.has(answer.reason)
    default:
      return false
  }
}

const reasons: ReadonlySet<unknown> = new Set<TempReason>(['timeout', 'servfail', 'refused', 'network'])

function areRecords(type: RecordType, records: readonly unknown[]): boolean {
  for (const record of records)
    if (type === 'TXT') {
      if (!Array.isArray(record) || !areRecords('A', record)) return false
    } else if (typeof (type === 'MX' ? (record as MxRecord | null)?.exchange : record) !== 'string')
      return false
  return true
}
