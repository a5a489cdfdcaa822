import type { Outcome, Pipeline, Subject } from '@postern/pipeline'
import { type Action, formatAction, type PolicyRequest } from '@postern/postfix-policy'
import { answerOf } from './answer.ts'
import type { FailureLog } from './failure-log.ts'
import type { Log, LogFields } from './log.ts'
import { subjectOf } from './subject.ts'

export interface DeciderParts {
  readonly pipeline: Pipeline
  readonly log: Log
  readonly failures: FailureLog
  /** Told of each recipient decided, for postgrey's log line and the like. */
  readonly onOutcome?: ((subject: Subject, outcome: Outcome) => void) | undefined
}

interface Decision {
  readonly subject: Subject
  readonly outcome: Outcome
  readonly action: Action
  readonly microseconds: number
}

/** Answers requests: what Postfix asks at RCPT, decided by the pipeline, with one log line for each decision. */
export function createDecider({ pipeline, log, failures, onOutcome }: DeciderParts) {
  const logLater = deferred<Decision>((decision) => {
    const { subject, outcome } = decision
    for (const { check, error } of outcome.failures) failures.note(check, error)
    if (log.isOn('info')) log.write('info', 'decision', decisionFields(decision))
    onOutcome?.(subject, outcome)
  })
  return async (request: PolicyRequest): Promise<Action> => {
    const began = performance.now()
    const read = subjectOf(request, Math.floor(Date.now() / 1000))
    if (!read.ok) {
      log.write('debug', 'undecided', ['reason', read.reason, 'state', request.get('protocol_state')])
      return { kind: 'dunno' }
    }
    const { subject } = read
    const outcome = await pipeline.run(subject)
    const action = answerOf(outcome.verdict)
    logLater({ subject, outcome, action, microseconds: Math.round((performance.now() - began) * 1000) })
    return action
  }
}

/** Does the work of a decision's log line once all answers of this turn are on their way. */
function deferred<T>(work: (item: T) => void): (item: T) => void {
  let waiting: T[] = []
  const workAll = () => {
    const items = waiting
    waiting = []
    for (const item of items) work(item)
  }
  return (item) => {
    if (waiting.length === 0) setImmediate(workAll)
    waiting.push(item)
  }
}

function decisionFields({ subject, outcome, action, microseconds }: Decision): LogFields {
  const { client, helo, sender, recipient, queueId } = subject
  const fields: (string | number | undefined)[] = ['client', client.addressText, 'client_name', client.name]
  fields.push('helo', helo, 'sender', sender, 'recipient', recipient, 'queue_id', queueId)
  for (const result of outcome.results) fields.push(`${result.check}_check`, result.describe())
  fields.push('action', formatAction(action), 'us', microseconds)
  return fields
}
