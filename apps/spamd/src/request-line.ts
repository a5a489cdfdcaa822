// The line of the log about a request.

import type { LogFields } from '@postern/daemon'
import { findHeaderEnd, formatPoints } from '@postern/spamd'
import type { Handled } from './handlers.ts'

/** Names and values in turn; what is undefined is left out. */
export function requestFields({ command, peer, user, message, outcome, milliseconds }: Handled): LogFields {
  const fields: (string | number | undefined)[] = ['command', command, 'client', peer, 'user', user]
  if (outcome.kind === 'scored') {
    const { score, answer } = outcome
    fields.push('verdict', score.verdict, 'points', formatPoints(answer.score, answer))
    fields.push('probability', score.probability.toFixed(4))
    if (score.untrained !== undefined) fields.push('untrained', 'yes')
  } else if (outcome.kind === 'told') fields.push('done', outcome.done.join(',') || 'nothing')
  else fields.push('result', 'failed')
  fields.push('octets', message.length, 'ms', milliseconds.toFixed(1), 'message_id', messageIdOf(message))
  return fields
}

const mostHeader = 65_536

/** Without its brackets, as far as a log line has room for it. */
function messageIdOf(message: Buffer): string | undefined {
  const { end } = findHeaderEnd(message.subarray(0, mostHeader))
  const [, id] = /^message-id:\s*<?([^\s>]{1,200})/im.exec(message.toString('latin1', 0, end)) ?? []
  return id
}
