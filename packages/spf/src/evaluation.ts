// The evaluation of a record, RFC 7208 §4: one run from start to end over what is known of the DNS. Where an answer is still
// on its way the run goes on as if the term did not match, so that what later terms need is asked meanwhile; such a run has
// no result, and is done again when the answer is there (see questions.ts). Mechanisms are in mechanisms.ts.
import {
  type Answer,
  isQueryName,
  type RecordType,
  type RecordTypes,
  type Seconds,
  type TempReason,
} from '@postern/dns'
import { expandName } from './expand.ts'
import type { SpfLimits } from './limits.ts'
import type { DomainSpec } from './macro.ts'
import { macroValue } from './macro-values.ts'
import { matches } from './mechanisms.ts'
import type { Questions } from './questions.ts'
import type { Directive, Qualifier, RedirectModifier, SpfRecord, Term } from './record.ts'
import { type PublishedRecord, publishedRecord, type TxtRecords } from './record-cache.ts'
import type { SpfRequest } from './request.ts'
import type { RecordTrace, SpfLookup, SpfPermReason, SpfResultWord, TermTrace } from './result.ts'

export interface EvaluationContext {
  readonly questions: Questions
  readonly limits: SpfLimits
  /** The host that checks, for %{r}. */
  readonly receiver: string | undefined
  /** Seconds since 1970, for %{t}. */
  readonly now: number | undefined
  /** The records that were read in runs before. */
  readonly read?: Map<TxtRecords, PublishedRecord>
}

/** Why there is no verdict from the record. */
export type Failure =
  | {
      readonly result: 'temperror'
      readonly reason: TempReason
      readonly lookup: { readonly name: string; readonly type: RecordType }
    }
  | { readonly result: 'permerror'; readonly reason: SpfPermReason; readonly term: Term | undefined }

/** A trace while it is written. */
type Writable<T> = { -readonly [K in keyof T]: T[K] }
export type OpenTerm = Writable<TermTrace> & { readonly lookups: SpfLookup[] }
type OpenRecord = Writable<RecordTrace> & { readonly terms: TermTrace[] }

const meaning: Record<Qualifier, SpfResultWord> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
}

export class Evaluation {
  readonly request: SpfRequest
  readonly context: EvaluationContext
  terms = 0
  voidTerms = 0
  /** An answer is on its way: this run has no result. */
  isWaiting = false
  failure: Failure | undefined
  /** The domains from the first one to that whose record is at work. */
  readonly path: string[] = []
  /** The names of the client that are confirmed, for ptr and %{p}. */
  clientNames: readonly string[] | undefined
  /** What %{i} stands for. */
  dottedIp: string | undefined
  #open: OpenRecord | undefined

  constructor(request: SpfRequest, context: EvaluationContext) {
    this.request = request
    this.context = context
  }

  /** The domain whose record is at work. */
  get domain(): string {
    return this.path[this.path.length - 1]!
  }

  /** Looks the record of a domain up and evaluates it. The trace has a result unless the run is waiting. */
  checkDomain(domain: string): RecordTrace {
    const trace = this.#begin(domain)
    const answer = this.#askFor(domain, 'TXT')
    if (answer === undefined) return this.#end(trace)
    trace.lookup = { name: domain, type: 'TXT', answer }
    if (answer.kind === 'temperror') {
      this.fail({ result: 'temperror', reason: answer.reason, lookup: { name: domain, type: 'TXT' } })
      return this.#end(trace)
    }
    if (answer.kind !== 'records') return this.#end(trace)
    const published = publishedRecord(answer.records, this.context.read)
    if (published.kind !== 'record') {
      const reason = faultOf(published)
      if (reason !== undefined) this.fail({ result: 'permerror', reason, term: undefined })
      return this.#end(trace)
    }
    this.#follow(trace, published.record)
    return this.#end(trace)
  }

  /** Evaluates a record as if `domain` published it. */
  checkRecord(domain: string, record: SpfRecord): RecordTrace {
    const trace = this.#begin(domain)
    this.#follow(trace, record)
    return this.#end(trace)
  }

  #begin(domain: string): OpenRecord {
    this.path.push(domain)
    return { domain, lookup: undefined, record: undefined, terms: [], result: 'none', decisive: undefined }
  }

  /** A failure keeps the path, to tell where it happened. */
  #end(trace: OpenRecord): RecordTrace {
    if (this.failure === undefined) this.path.pop()
    else trace.result = this.failure.result
    return trace
  }

  #follow(trace: OpenRecord, record: SpfRecord): void {
    trace.record = record
    const outer = this.#open
    this.#open = trace
    this.#evaluate(trace, record)
    this.#open = outer
  }

  // RFC 7208 §4.6.2: directives from left to right, the first match decides. §6.1: redirect when none has. §4.7: else neutral.
  #evaluate(trace: OpenRecord, record: SpfRecord): void {
    for (const directive of record.directives) {
      const isMatch = matches(this, directive)
      if (this.failure !== undefined) {
        trace.decisive = directive
        return
      }
      if (isMatch) {
        trace.decisive = directive
        trace.result = meaning[directive.qualifier]
        return
      }
    }
    if (record.redirect === undefined) trace.result = 'neutral'
    else {
      trace.decisive = record.redirect
      trace.result = this.#redirect(record.redirect)
    }
  }

  #redirect(term: RedirectModifier): SpfResultWord {
    const open = this.beginTerm(term, term.domain)
    if (open === undefined) return 'neutral'
    const record = this.checkDomain(open.target)
    open.record = record
    // RFC 7208 §6.1: no record where redirect leads to is an error.
    if (this.failure === undefined && record.result === 'none' && !this.isWaiting)
      this.failAt(term, { code: 'no-record-at-target', name: open.target })
    open.matched = true
    return record.result
  }

  /**
   * Begins a term that asks the DNS, counting it (RFC 7208 §4.6.4). Undefined when that was one too many, and when it has
   * no name to ask for: not yet, or never.
   */
  beginTerm(term: Term, domain: DomainSpec | undefined): OpenTerm | undefined {
    const { limits } = this.context
    if (++this.terms > limits.terms) {
      this.failAt(term, { code: 'too-many-terms', limit: limits.terms })
      return undefined
    }
    const target = this.#targetOf(domain, term)
    if (target === undefined) return undefined
    const open: OpenTerm = { term, target, lookups: [], isVoid: false, matched: false }
    this.#open?.terms.push(open)
    return open
  }

  /** Ends a term: what did not match and was answered with nothing counts as a void lookup. Says again whether it matched. */
  endTerm(open: OpenTerm, isMatch: boolean): boolean {
    open.matched = isMatch
    if (isMatch || !open.isVoid || this.failure !== undefined) return isMatch
    const limit = this.context.limits.voidTerms
    if (++this.voidTerms > limit) this.failAt(open.term, { code: 'too-many-void', limit })
    return false
  }

  #targetOf(domain: DomainSpec | undefined, term: Term): string | undefined {
    if (domain === undefined) return this.domain
    return domain.name ?? expandName(domain, (letter) => macroValue(this, letter, term))
  }

  /** Asks for a term. Undefined: the answer is on its way. */
  ask<K extends RecordType>(open: OpenTerm, name: string, type: K): Answer<RecordTypes[K]> | undefined {
    const answer = this.#askFor(name, type)
    if (answer === undefined) return undefined
    if (answer.kind === 'nodata' || answer.kind === 'nxdomain') open.isVoid ||= isFromDns(answer, name)
    open.lookups.push({ name, type, answer } as unknown as SpfLookup)
    return answer
  }

  /** The records, none where there are none; undefined when they are on their way or cannot be had, which fails the evaluation. */
  askForRecords<K extends RecordType>(
    open: OpenTerm,
    name: string,
    type: K,
  ): readonly RecordTypes[K][] | undefined {
    const answer = this.ask(open, name, type)
    if (answer === undefined) return undefined
    if (answer.kind === 'records') return answer.records
    if (answer.kind !== 'temperror') return NOTHING
    // RFC 7208 §5: trouble in the DNS ends the evaluation, wherever it happens.
    this.fail({ result: 'temperror', reason: answer.reason, lookup: { name, type } })
    return undefined
  }

  /** As `ask`, for what belongs to no term. */
  askBesides<K extends RecordType>(name: string, type: K): Answer<RecordTypes[K]> | undefined {
    return this.#askFor(name, type)
  }

  #askFor<K extends RecordType>(name: string, type: K): Answer<RecordTypes[K]> | undefined {
    const { questions } = this.context
    const answer = questions.ask(name, type, this.isWaiting)
    if (answer === undefined) this.isWaiting = true
    // RFC 7208 §4.6.4: when the time is over, also where trouble would only mean no match (§5.5).
    else if (answer.kind === 'temperror' && questions.isOver())
      this.fail({ result: 'temperror', reason: 'timeout', lookup: { name, type } })
    return answer
  }

  fail(failure: Failure): void {
    this.failure ??= failure
  }

  failAt(term: Directive | Term, reason: SpfPermReason): void {
    this.fail({ result: 'permerror', reason, term })
  }
}

const NOTHING: readonly never[] = []

// RFC 7208 §4.6.4 is about queries; a name that cannot be one (§4.8) costs nobody anything. The port says ttl 0 of it.
const isFromDns = ({ ttl }: { readonly ttl: Seconds }, name: string): boolean => ttl > 0 || isQueryName(name)

function faultOf(published: Exclude<PublishedRecord, { kind: 'record' }>): SpfPermReason | undefined {
  switch (published.kind) {
    case 'none':
      return undefined
    case 'multiple':
      return { code: 'multiple-records', count: published.count }
    case 'syntax':
      return { code: 'syntax', syntax: published.syntax, at: published.at, text: published.text }
  }
}
