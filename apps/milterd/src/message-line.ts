// The line of the log about a message: what was done, and why it was not signed or did not verify.

import { type Evidence, readableText, shownPoints } from '@postern/bayes'
import type { LogFields } from '@postern/daemon'
import { formatDkimReason, type SignatureResult } from '@postern/dkim'
import { describeSpf } from '@postern/pipeline'
import { formatExternalSender, formatSigningReason } from '@postern/signing'
import type { Handled } from './handlers.ts'
import type { SpamFinding } from './spam-stage.ts'

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
  fields.push(...spamFacts(found.spam))
  if (mail.forgedSpamFields.length > 0 && found.spam !== undefined)
    fields.push('forged_spam_removed', mail.forgedSpamFields.length)
  if (mail.forged.length > 0) fields.push('forged_results_removed', mail.forged.length)
  fields.push(
    'action',
    verdict.kind === 'reply' ? `${verdict.code} ${verdict.enhanced} ${verdict.text}` : verdict.kind,
  )
  fields.push('us', Math.round((performance.now() - mail.began) * 1000))
  return fields
}

/** What the filter says, and why. */
function spamFacts(finding: SpamFinding | undefined): LogFields {
  if (finding === undefined) return []
  if (finding.kind === 'not-scored') return ['spam', 'not-scored', 'not_scored', finding.problem]
  const { score, action, tagAt } = finding
  const { verdict, probability, untrained, truncatedAt, evidence } = score
  const why = evidence.slice(0, loggedReasons).map(describeEvidence).join('; ')
  return [
    ...['spam', verdict, 'p', probability.toFixed(4), 'points', shownPoints(score, tagAt)],
    ...['spam_action', action === 'none' ? undefined : action, 'reasons', why || undefined],
    ...['untrained', untrained && `${untrained.spam} spam, ${untrained.ham} ham of ${untrained.needed}`],
    ...['scored_octets', truncatedAt],
  ]
}

/** Pieces of evidence in a line, of both sides. */
const loggedReasons = 5

/** `word viagra +0.231` */
const describeEvidence = ({ kind, text, weight }: Evidence): string =>
  `${kind} ${readableText(text)} ${weight > 0 ? '+' : ''}${weight.toFixed(3)}`

const noSignatures = { signatures: [], unverified: 0 }

/** `pass:example.org:2026a` */
const describeSignature = ({ result, reason, signature }: SignatureResult): string =>
  [result === 'pass' ? result : `${result}(${reason})`, signature?.domain, signature?.selector]
    .filter((part) => part !== undefined)
    .join(':')

const explain = (found: SignatureResult): string =>
  (found.signature === undefined ? '' : `${found.signature.domain}/${found.signature.selector}: `) +
  formatDkimReason(found)
