import type { AuthResult } from '@postern/auth-results'
import { formatSpfReason, type SpfResult } from '@postern/spf'
import type { Subject } from '../subject.ts'
import type { SpfEvaluated } from './spf-finding.ts'

/** What Authentication-Results tells of SPF (RFC 8601 §2.7.2). The sender's domain first: some readers show the first result and no other. */
export function spfAuthResults(
  { helo, mailFrom }: SpfEvaluated,
  subject: Pick<Subject, 'sender' | 'helo'>,
): AuthResult[] {
  const results: AuthResult[] = []
  if (mailFrom !== undefined) results.push(authResult(mailFrom, 'mailfrom', subject.sender))
  if (helo !== undefined) results.push(authResult(helo, 'helo', subject.helo))
  return results
}

const authResult = (result: SpfResult, property: string, value: string): AuthResult => ({
  method: 'spf',
  result: result.result,
  comment: formatSpfReason(result),
  properties: [{ ptype: 'smtp', property, value }],
})
