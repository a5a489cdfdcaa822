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
  return {
    ok: true,
    subject: {
      now,
      client: {
        addressText,
        address: unmapIp(parsed.value),
        name: knownName(request.get('client_name')),
        reverseName: knownName(request.get('reverse_client_name')),
      },
      helo: request.get('helo_name') ?? '',
      sender,
      recipient,
      instance: request.get('instance'),
      queueId: request.get('queue_id') || undefined,
      isAuthenticated: Boolean(request.get('sasl_username')),
    },
  }
}

/** Postfix says `unknown` where it has no name. */
function knownName(name: string | undefined): string | undefined {
  return name === '' || name === 'unknown' ? undefined : name
}
