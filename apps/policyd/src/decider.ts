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

/** Answers requests: what Postfix asks at RCPT, decided by the pipeline, with one log line for each decision. */
export function createDecider({ pipeline, log, failures, onOutcome }: DeciderParts) {
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
    for (const { check, error } of outcome.failures) failures.note(check, error)
    if (log.isOn('info')) log.write('info', 'decision', decisionFields(subject, outcome, { action, began }))
    onOutcome?.(subject, outcome)
    return action
  }
}

function decisionFields(
  subject: Subject,
  outcome: Outcome,
  { action, began }: { action: Action; began: number },
): LogFields {
  const { client, helo, sender, recipient, queueId } = subject
  const fields: (string | number | undefined)[] = ['client', client.addressText, 'client_name', client.name]
  fields.push('helo', helo, 'sender', sender, 'recipient', recipient, 'queue_id', queueId)
  for (const { check, finding } of outcome.results) fields.push(`${check}_check`, finding)
  fields.push('action', formatAction(action), 'us', Math.round((performance.now() - began) * 1000))
  return fields
}
