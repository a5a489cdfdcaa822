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
  readonly #signal: AbortSignalLike | undefined
  /** Answers by question, undefined while on their way. Made when the first one has to be waited for. */
  #known: Map<string, AnyAnswer | undefined> | undefined
  #ahead = 0
  #hasNews = false
  #wake: (() => void) | undefined

  constructor({ resolver, budget, signal }: QuestionPorts) {
    this.#resolver = resolver
    this.#options = budget === undefined ? undefined : { budget }
    this.#signal = signal
  }

  /** The answer, or undefined while it is on its way. `isAhead`: asked before it is certain that it will be needed. */
  ask<K extends RecordType>(name: string, type: K, isAhead: boolean): Answer<RecordTypes[K]> | undefined {
    return this.#ask(name, type, isAhead) as Answer<RecordTypes[K]> | undefined
  }

  #ask(name: string, type: RecordType, isAhead: boolean): AnyAnswer | undefined {
    if (this.#known === undefined) {
      const answer = this.#resolve(name, type)
      return isPromise(answer) ? this.#await(name, type, answer) : answer
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
    if (this.#known === undefined) {
      this.#known = new Map()
      this.#signal?.addEventListener('abort', this.#tell)
    }
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

  readonly #tell = (): void => {
    this.#hasNews = true
    this.#wake?.()
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

function isAnswer(type: RecordType, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false
  const { kind, records, reason } = answer as Partial<Record<'kind' | 'records' | 'reason', unknown>>
  if (kind !== 'records')
    return kind === 'nodata' || kind === 'nxdomain' || (kind === 'temperror' && reasons.has(reason))
  if (!Array.isArray(records)) return false
  for (const record of records) if (!isRecord(type, record)) return false
  return true
}

const reasons: ReadonlySet<unknown> = new Set<TempReason>(['timeout', 'servfail', 'refused', 'network'])

function isRecord(type: RecordType, record: unknown): boolean {
  switch (type) {
    case 'TXT':
      return Array.isArray(record) && record.every((text) => typeof text === 'string')
    case 'MX':
      return typeof (record as MxRecord | null)?.exchange === 'string'
    default:
      return typeof record === 'string'
  }
}
