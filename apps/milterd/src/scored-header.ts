// The header of a message as it will stand in the mailbox, as far as that is known before Postfix has delivered it: what is scored
// now has to be what is learned from there later.

import type { EnvelopePath } from '@postern/milter/server'
import type { Client } from './client.ts'
import type { Mail } from './mail.ts'

export interface ArrivalFacts {
  readonly client: Client
  readonly helo: string
  readonly sender: string
  readonly recipients: readonly EnvelopePath[]
  /** Of the MTA: {j}. */
  readonly hostName: string
  readonly queueId: string
  readonly isLoggedIn: boolean
  readonly isEncrypted: boolean
  /** The value of Authentication-Results that goes on top. */
  readonly results: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The fields, CRLF behind each, and the empty line. Those that are removed from the message are not among them. */
export function scoredHeader(mail: Mail, facts: ArrivalFacts): string {
  const { results, sender, recipients } = facts
  const lines = [`Return-Path: <${sender}>`]
  if (results !== undefined) lines.push(`Authentication-Results: ${results.replaceAll('\n', '\r\n')}`)
  // What local(8), virtual(8) and LMTP servers add for the one whose mailbox it is.
  if (recipients.length === 1) lines.splice(1, 0, `Delivered-To: ${recipients[0]!.address}`)
  lines.push(receivedField(facts), ...mail.keptFields())
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** As Postfix writes it (RFC 5321 §4.4); whether the client said EHLO is not told to milters, most do. */
function receivedField({ client, helo, hostName, queueId, recipients, now, ...how }: ArrivalFacts): string {
  const name = client.name ?? 'unknown'
  const address = client.addressText.includes(':') ? `IPv6:${client.addressText}` : client.addressText
  const protocol = `ESMTP${how.isEncrypted ? 'S' : ''}${how.isLoggedIn ? 'A' : ''}`
  const only = recipients.length === 1 ? `\r\n\tfor <${recipients[0]!.address}>` : ''
  const date = new Date(now).toUTCString().replace('GMT', '+0000 (UTC)')
  return `Received: from ${helo} (${name} [${address}])\r\n\tby ${hostName} (Postfix) with ${protocol} id ${queueId}${only}; ${date}`
}
