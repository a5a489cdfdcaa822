import { parseIp, unmapIp } from '@postern/addr'
import type { Subject } from '@postern/pipeline'
import type { PolicyRequest } from '@postern/postfix-policy'

/** Why a request cannot be decided; such a request is answered DUNNO. */
export type NoSubjectReason = 'no-recipient' | 'no-sender' | 'no-client-address' | 'bad-client-address'

export type SubjectOf =
  | { readonly ok: true; readonly subject: Subject }
  | { readonly ok: false; readonly reason: NoSubjectReason }

/** What a request says about one recipient. Postfix sends no recipient at DATA when there were several. */
export function subjectOf(request: PolicyRequest, now: number): SubjectOf {
  const recipient = request.get('recipient')
  if (recipient === undefined || recipient === '') return { ok: false, reason: 'no-recipient' }
  const sender = request.get('sender')
  if (sender === undefined) return { ok: false, reason: 'no-sender' }
  const addressText = request.get('client_address')
  if (addressText === undefined || addressText === '') return { ok: false, reason: 'no-client-address' }
  const parsed = parseIp(addressText)
  if (!parsed.ok) return { ok: false, reason: 'bad-client-address' }
  const name = request.get('client_name')
  const reverseName = request.get('reverse_client_name')
  const instance = request.get('instance')
  const queueId = request.get('queue_id')
  return {
    ok: true,
    subject: {
      now,
      client: {
        addressText,
        address: unmapIp(parsed.value),
        ...(isKnownName(name) && { name }),
        ...(isKnownName(reverseName) && { reverseName }),
      },
      helo: request.get('helo_name') ?? '',
      sender,
      recipient,
      ...(instance && { instance }),
      ...(queueId && { queueId }),
      isAuthenticated: Boolean(request.get('sasl_username')),
    },
  }
}

/** Postfix says `unknown` where it has no name. */
function isKnownName(name: string | undefined): name is string {
  return name !== undefined && name !== '' && name !== 'unknown'
}
