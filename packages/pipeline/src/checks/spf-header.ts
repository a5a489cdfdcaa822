// The header field that tells a message's SPF results.
import { formatAuthenticationResults, formatReceivedSpf, type ReceivedSpf } from '@postern/auth-results'
import { printableName } from '@postern/smtp-reply'
import {
  decidingStep,
  formatSpfReason,
  type SpfIdentity,
  type SpfPermReason,
  type SpfResult,
  verdictStep,
} from '@postern/spf'
import type { Ports } from '../check.ts'
import type { MessageHeader } from '../header.ts'
import type { Subject } from '../subject.ts'
import { spfAuthResults } from './spf-auth-results.ts'
import type { SpfEvaluated, SpfExemption, SpfFinding } from './spf-finding.ts'
import type { SpfSettings } from './spf-settings.ts'

/** The field for a finding; undefined where there is nothing to tell. */
export type SpfHeader = (finding: SpfFinding, subject: Subject) => MessageHeader | undefined

export function createSpfHeader(settings: SpfSettings, { host }: Ports): SpfHeader {
  const receiver = settings.hide_receiver ? 'UNKNOWN' : host.name
  const authservId = settings.authserv_id === '' ? host.name : settings.authserv_id
  switch (settings.header) {
    case 'none':
      return () => undefined
    case 'authentication-results':
      return (finding, subject) => {
        if (finding.kind !== 'exempt' && !isEvaluated(finding)) return undefined
        return {
          name: 'Authentication-Results',
          format() {
            const results = finding.kind === 'exempt' ? [] : spfAuthResults(finding, subject)
            return formatAuthenticationResults({ authservId, results })
          },
        }
      }
    case 'received-spf':
      return (finding, subject) => {
        if (finding.kind === 'exempt')
          return { name: 'X-Comment', format: () => formatExemption(finding.by, subject, receiver) }
        if (!isEvaluated(finding)) return undefined
        return { name: 'Received-SPF', format: () => formatResult(finding, subject, receiver) }
      }
  }
}

const isEvaluated = (finding: SpfFinding): finding is SpfEvaluated =>
  finding.kind === 'evaluated' && (finding.helo !== undefined || finding.mailFrom !== undefined)

/** RFC 7208 §9.1: one field, about the sender's domain where that was evaluated. */
function formatResult({ helo, mailFrom }: SpfEvaluated, subject: Subject, receiver: string): string {
  const result = mailFrom ?? helo!
  const identity: SpfIdentity = mailFrom === undefined ? 'helo' : 'mailfrom'
  const field: { -readonly [K in keyof ReceivedSpf]: ReceivedSpf[K] } = {
    result: result.result,
    comment: formatSpfReason(result),
    identity,
    clientIp: subject.client.address.text,
    envelopeFrom: subject.sender === '' ? '<>' : subject.sender,
    helo: subject.helo,
    receiver,
  }
  if (result.result === 'temperror') field.problem = result.reason
  else if (result.result === 'permerror') field.problem = problemOf(result.reason)
  else if (result.result !== 'none') field.mechanism = mechanismOf(result)
  return formatReceivedSpf(field)
}

/** What matched; of a pass the mechanism that names the client, be it behind an include. */
function mechanismOf(result: Extract<SpfResult, { chain: unknown }>): string {
  const { term } = result.result === 'pass' ? decidingStep(result) : verdictStep(result)
  return term?.text ?? 'default'
}

const problemOf = (reason: SpfPermReason): string =>
  reason.code === 'syntax' ? `syntax (${reason.syntax})` : reason.code

/** The phrases of policyd-spf, which tools look for. */
const phrases: Record<SpfExemption, string> = {
  address: 'whitelisted relay',
  forwarder: 'trusted forwarder',
  'ptr-domain': 'PTR whitelisted relay domain',
  'sender-domain': 'whitelisted sender domain',
  'helo-name': 'whitelisted HELO domain',
  domain: 'whitelisted relay domain',
}

function formatExemption(by: SpfExemption, { client, helo, sender }: Subject, receiver: string): string {
  const from = sender === '' ? '<>' : printableName(sender)
  return `X-Comment: SPF skipped for ${phrases[by]} - client-ip=${client.address.text}; helo=${printableName(helo)}; envelope-from=${from}; receiver=${receiver}`
}
