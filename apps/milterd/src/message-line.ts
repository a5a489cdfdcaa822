// The line of the log about a message: what was done, and why it was not signed or did not verify.

import type { LogFields } from '@postern/daemon'
import { formatDkimReason, type SignatureResult } from '@postern/dkim'
import { describeSpf } from '@postern/pipeline'
import { formatExternalSender, formatSigningReason } from '@postern/signing'
import type { Handled } from './handlers.ts'

/** Names and values in turn; what is undefined is left out. */
export function messageFields({ message, client, found, verdict }: Handled): LogFields {
  const { state: mail, session, sender, recipients } = message
  const { decision } = mail
  const fields: (string | number | undefined)[] = ['queue_id', message.queueId]
  fields.push('client', client.addressText, 'client_name', client.name, 'helo', session.helo)
  fields.push('sender', sender.address, 'recipients', recipients.length)
  fields.push('user', message.macro('auth_authen') || undefined)
  const isSigned = found.signedWith !== undefined && found.signedWith.length > 0
  if (isSigned) fields.push('signed', found.signedWith?.join(','))
  else if (found.unsignable !== undefined) fields.push('not_signed', found.unsignable)
  else if (mail.keyProblems.length === 0 && decision !== undefined && decision.action !== 'skip')
    fields.push('not_signed', formatSigningReason(decision))
  fields.push('key_problem', mail.keyProblems.join('; ') || undefined)
  if (decision?.action === 'verify' && decision.externalSender)
    fields.push('warning', formatExternalSender(decision.externalSender))
  const { signatures, unverified } = found.verification ?? noSignatures
  if (found.verification !== undefined && (!mail.isOurs || signatures.length > 0)) {
    fields.push('dkim', signatures.map(describeSignature).join(',') || 'none')
    if (unverified > 0) fields.push('dkim_unverified', unverified)
    fields.push(
      'dkim_why',
      signatures
        .filter(({ result }) => result !== 'pass')
        .map(explain)
        .join(' ') || undefined,
    )
  }
  if (found.spf !== undefined && !mail.isOurs) fields.push('spf', describeSpf(found.spf))
  if (!mail.isOurs && client.address !== undefined) fields.push('iprev', client.iprev)
  if (mail.forged.length > 0) fields.push('forged_results_removed', mail.forged.length)
  fields.push(
    'action',
    verdict.kind === 'reply' ? `${verdict.code} ${verdict.enhanced} ${verdict.text}` : verdict.kind,
  )
  fields.push('us', Math.round((performance.now() - mail.began) * 1000))
  return fields
}

const noSignatures = { signatures: [], unverified: 0 }

/** `pass:example.org:2026a` */
const describeSignature = ({ result, reason, signature }: SignatureResult): string =>
  [result === 'pass' ? result : `${result}(${reason})`, signature?.domain, signature?.selector]
    .filter((part) => part !== undefined)
    .join(':')

const explain = (found: SignatureResult): string =>
  (found.signature === undefined ? '' : `${found.signature.domain}/${found.signature.selector}: `) +
  formatDkimReason(found)
