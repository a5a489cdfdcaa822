// check_host(), RFC 7208 §4: the shell around the evaluation.
import type { Budget, MaybeAsync, Resolver } from '@postern/dns'
import { Evaluation, type EvaluationContext } from './evaluation.ts'
import { asQueryName } from './expand.ts'
import { explanationOf } from './explanation.ts'
import { defaultLimits, type SpfLimits } from './limits.ts'
import { type AbortSignalLike, Questions } from './questions.ts'
import type { SpfRecord } from './record.ts'
import { readRequest, type SpfInput } from './request.ts'
import type { RecordTrace, SpfResult, SpfStep } from './result.ts'

export interface SpfPorts {
  readonly resolver: Resolver
  /** This host, for %{r} in explanations. */
  readonly receiver?: string | undefined
  readonly limits?: Partial<SpfLimits> | undefined
  /** The time that all questions may take together; handed to the resolver with each. RFC 7208 §4.6.4: 20 s at least. */
  readonly budget?: Budget | undefined
  /** Ends the evaluation as `temperror`, whatever the resolver is doing: `AbortSignal.timeout(20_000)`. */
  readonly signal?: AbortSignalLike | undefined
  /** Seconds since 1970, for %{t} in explanations. */
  readonly now?: number | undefined
  /** Whether to look up what a fail is explained with (exp=). Default: true. */
  readonly explain?: boolean | undefined
}

/**
 * Whether the sender's domain lets this client send its mail. RFC 7208 §4. At once when the resolver answers at once, else by
 * a promise, which does not reject: trouble in the DNS is `temperror`, what is wrong with a record `permerror`.
 */
export function checkHost(input: SpfInput, ports: SpfPorts): MaybeAsync<SpfResult> {
  return evaluate(input, ports, undefined)
}

/** As checkHost, with this record in place of what the domain publishes. */
export function evaluateRecord(record: SpfRecord, input: SpfInput, ports: SpfPorts): MaybeAsync<SpfResult> {
  return evaluate(input, ports, record)
}

function evaluate(input: SpfInput, ports: SpfPorts, record: SpfRecord | undefined): MaybeAsync<SpfResult> {
  const read = readRequest(input)
  if (!read.ok) {
    const { reason, domain, sender, ip } = read
    return { result: 'none', reason, domain, sender, ip, lookups: { terms: 0, void: 0 }, trace: undefined }
  }
  const questions = new Questions(ports)
  const context: EvaluationContext = {
    questions,
    limits: ports.limits === undefined ? defaultLimits : { ...defaultLimits, ...ports.limits },
    receiver: ports.receiver,
    now: ports.now,
  }
  const isExplained = ports.explain !== false
  const { request } = read
  const result = runOnce(new Evaluation(request, context), record, isExplained)
  if (result !== undefined) return result
  const again: EvaluationContext = { ...context, read: new Map() }
  return runAgain(() => runOnce(new Evaluation(request, again), record, isExplained), questions)
}

/** Runs again whenever more is known, until the run has all it needs. */
async function runAgain(run: () => SpfResult | undefined, questions: Questions): Promise<SpfResult> {
  for (;;) {
    await questions.news()
    const result = run()
    if (result === undefined) continue
    questions.close()
    return result
  }
}

function runOnce(
  evaluation: Evaluation,
  record: SpfRecord | undefined,
  isExplained: boolean,
): SpfResult | undefined {
  const { request } = evaluation
  const domain = asQueryName(request.domain)
  const trace = record === undefined ? evaluation.checkDomain(domain) : evaluation.checkRecord(domain, record)
  if (evaluation.isWaiting) return undefined
  const { failure } = evaluation
  const lookups = { terms: evaluation.terms, void: evaluation.voidTerms }
  const { sender, ip } = request
  if (failure !== undefined) return { ...failure, path: evaluation.path, domain, sender, ip, lookups, trace }
  const { result } = trace
  if (result === 'none') {
    const reason = trace.lookup?.answer.kind === 'nxdomain' ? 'no-such-domain' : 'no-record'
    return { result, reason, domain, sender, ip, lookups, trace }
  }
  const chain = chainOf(trace)
  if (result !== 'fail') return { result: result as 'pass', chain, domain, sender, ip, lookups, trace }
  const explanation = isExplained ? explain(evaluation, chain) : undefined
  return evaluation.isWaiting ? undefined : { result, chain, explanation, domain, sender, ip, lookups, trace }
}

// RFC 7208 §6.2: the exp= of the record whose directive matched: behind a redirect, not behind an include.
function explain(evaluation: Evaluation, chain: readonly SpfStep[]): string | undefined {
  const step = chain.find(({ term }) => term?.kind !== 'redirect')
  return step && explanationOf(evaluation, step.domain, step.record)
}

function chainOf(root: RecordTrace): SpfStep[] {
  const chain: SpfStep[] = []
  let trace: RecordTrace | undefined = root
  while (trace?.record !== undefined) {
    const { domain, record, decisive }: RecordTrace = trace
    chain.push({ domain, record, term: decisive as SpfStep['term'] })
    trace = decisive === undefined ? undefined : recordBehind(trace)
  }
  return chain
}

/** The record that the decisive include or redirect led to. */
function recordBehind({ terms, decisive }: RecordTrace): RecordTrace | undefined {
  const last = terms[terms.length - 1]
  return last !== undefined && last.term === decisive ? last.record : undefined
}
