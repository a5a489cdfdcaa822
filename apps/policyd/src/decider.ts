import type { FailureLog, Log, LogFields } from '@postern/daemon'
import type { MessageHeader, Outcome, Pipeline, Subject } from '@postern/pipeline'
import { type Action, formatAction, type PolicyRequest } from '@postern/postfix-policy'
import { answerOf } from './answer.ts'
import { createHeaderQueue } from './header-queue.ts'
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
  const queue = createHeaderQueue()
  const logLater = deferred<Decision>((decision) => {
    const { subject, outcome } = decision
    for (const { check, error } of outcome.failures) failures.note(check, error)
    if (log.isOn('info')) log.write('info', 'decision', decisionFields(decision))
    onOutcome?.(subject, outcome)
  })

  const actionOn = ({ verdict, headers }: Outcome, { instance }: Subject): Action => {
    if (verdict.kind === 'none') return prepend(queue.give(instance, headers))
    // A restriction class may accept the mail, whose headers then go with a later answer.
    if (verdict.kind === 'restriction') queue.owe(instance, headers)
    return answerOf(verdict)
  }

  /** When recipients are done with nothing is left to decide; at DATA the message can still get a header that it is owed. */
  const answerAfterRecipients = (request: PolicyRequest, state: string): Action => {
    const action = state === 'DATA' ? prepend(queue.next(request.get('instance'))) : dunno
    if (action === dunno) log.write('debug', 'undecided', ['reason', 'no-recipient', 'state', state])
    else {
      const about = [
        'client',
        request.get('client_address'),
        'queue_id',
        request.get('queue_id') || undefined,
      ]
      log.write('info', 'header', [...about, 'action', formatAction(action)])
    }
    return action
  }

  return async (request: PolicyRequest): Promise<Action> => {
    const began = performance.now()
    const state = request.get('protocol_state')
    if (state === 'DATA' || state === 'END-OF-MESSAGE') return answerAfterRecipients(request, state)
    const read = subjectOf(request, Math.floor(Date.now() / 1000))
    if (!read.ok) {
      log.write('debug', 'undecided', ['reason', read.reason, 'state', state])
      return dunno
    }
    const { subject } = read
    const outcome = await pipeline.run(subject)
    const action = actionOn(outcome, subject)
    logLater({ subject, outcome, action, microseconds: Math.round((performance.now() - began) * 1000) })
    return action
  }
}
const dunno: Action = { kind: 'dunno' }

const prepend = (header: MessageHeader | undefined): Action =>
  header === undefined ? dunno : { kind: 'prepend', header: header.format() }

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
