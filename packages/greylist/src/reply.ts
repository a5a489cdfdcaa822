// The words of the greylist: for the sending server, for the message's header, and for log analysers.

import type { Seconds } from './entry.ts'
import type { GreylistDecision } from './transition.ts'

/** postgrey's text but for the address of a page; `%s` is the time left in seconds, `%r` the recipient's domain. */
export const defaultGreylistText = 'Greylisted: please try again in %s seconds'

/** postgrey's header; `%t` seconds waited, `%v` version, `%h` host, `%d` date. */
export const defaultGreylistHeader = 'X-Greylist: delayed %t seconds by postern-%v at %h; %d'

/** The text of a deferral. Each placeholder is filled once, as postgrey does. */
export function formatGreylistText(
  template: string,
  facts: { missingSeconds: Seconds; recipient: string },
): string {
  const domain = facts.recipient.slice(facts.recipient.lastIndexOf('@') + 1)
  return template.replace('%s', () => String(facts.missingSeconds)).replace('%r', () => domain)
}

/** The header line of a message that has waited. */
export function formatGreylistHeader(
  template: string,
  facts: { waitedSeconds: Seconds; version: string; host: string; now: Seconds },
): string {
  return template
    .replace('%t', () => String(facts.waitedSeconds))
    .replace('%v', () => facts.version)
    .replace('%d', () => formatDate(facts.now))
    .replace('%h', () => facts.host)
}

/** `Tue, 11 Jun 2024 00:05:00 UTC` */
function formatDate(now: Seconds): string {
  return new Date(now * 1000).toUTCString().replace('GMT', 'UTC')
}

/** The facts of postgrey's log line. */
export interface PostgreyLogFacts {
  readonly queueId?: string | undefined
  readonly clientName?: string | undefined
  readonly clientAddress: string
  readonly sender: string
  readonly recipient: string
}

/** The line that postgrey logs for the same decision, for the tools that read it (postgreyreport and others). */
export function formatPostgreyLog(decision: GreylistDecision, facts: PostgreyLogFacts): string {
  const parts = [...postgreyWords(decision)]
  if (facts.clientName) parts.push(`client_name=${facts.clientName}`)
  parts.push(`client_address=${facts.clientAddress}`)
  if (facts.sender) parts.push(`sender=${facts.sender}`)
  if (facts.recipient) parts.push(`recipient=${facts.recipient}`)
  return (facts.queueId ? `${facts.queueId}: ` : '') + parts.join(', ')
}

function postgreyWords(decision: GreylistDecision): readonly string[] {
  if (decision.result === 'defer') {
    const isRetry = decision.reason === 'early-retry'
    return [
      'action=greylist',
      `reason=${isRetry ? `early-retry (${decision.missingSeconds}s missing)` : 'new'}`,
    ]
  }
  switch (decision.reason) {
    case 'waited':
      return ['action=pass', 'reason=triplet found', `delay=${decision.waitedSeconds}`]
    case 'passed-before':
      return ['action=pass', 'reason=triplet found']
    case 'client-passes':
      return ['action=pass', 'reason=client AWL']
    case 'client-allowlist':
    case 'allowed':
      return ['action=pass', 'reason=client whitelist']
    case 'recipient-allowlist':
    case 'paused':
      return ['action=pass', 'reason=recipient whitelist']
    case 'sender-allowlist':
    case 'known-sender':
      return ['action=pass', 'reason=sender whitelist']
  }
}
