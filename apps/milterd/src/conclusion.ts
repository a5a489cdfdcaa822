// The end of a message: what it gets on its way, and the answer to the MTA.

import type { MilterMessage, Reply } from '@postern/milter/server'
import { reply } from '@postern/milter/server'
import {
  type AuthenticationFindings,
  acceptMessage,
  formatAuthentication,
  judgeDkim,
  type MessageVerdict,
} from '@postern/pipeline'
import type { Client } from './client.ts'
import type { Found } from './handlers.ts'
import type { Mail } from './mail.ts'

type Message = MilterMessage<Mail>

/** What DKIM and the settings about it say, before anybody has looked at what is in the message. */
export function authenticationVerdict({ state: mail }: Message, found: Found): MessageVerdict {
  const { verification, unsignable } = found
  if (isStuffed(mail)) return tooManyForged
  if (mail.isOurs) return unsignable === undefined && isMissingItsKey(mail) ? withoutKey : acceptMessage
  return verification === undefined ? acceptMessage : judgeDkim(mail.service.settings.dkim, verification)
}

/** The value of Authentication-Results for the message; undefined: it gets none. */
export function resultsOf(message: Message, client: Client, found: Found): string | undefined {
  const { verification, spf } = found
  const { state: mail, session, sender } = message
  const format = (findings: Pick<AuthenticationFindings, 'dkim' | 'spf' | 'iprev'>) =>
    formatAuthentication(mail.service.authservId, {
      ...findings,
      helo: session.helo ?? '',
      sender: sender.address,
    })
  // Say of fetchmail, or of a list: it comes from here, and was signed by others.
  if (mail.isOurs)
    return verification !== undefined && verification.signatures.length > 0
      ? format({ dkim: verification })
      : undefined
  return format({ dkim: verification, spf, iprev: iprevOf(client, mail.service.settings.milter.iprev) })
}

const iprevOf = ({ address, iprev, name, reverseName }: Client, isTold: boolean) =>
  isTold && address !== undefined
    ? { result: iprev, address: address.text, name: name ?? reverseName }
    : undefined

/** Postfix looks through the whole message for each field that goes: a thousand take 0.05 s, ten thousand 4 s (measured). */
const maxRemovedFields = 1000

const isStuffed = ({ forged, forgedSpamFields }: Mail): boolean =>
  forged.length + forgedSpamFields.length > maxRemovedFields

const tooManyForged: MessageVerdict = {
  kind: 'reply',
  code: 550,
  enhanced: '5.6.0',
  text: 'This message has too many fields that only this host may write',
}

/** Changes the message. */
export function writeFields(message: Message, { spam }: Found, results: string | undefined): void {
  const { state: mail } = message
  if (isStuffed(mail)) return
  for (const occurrence of mail.forged) message.deleteHeader('Authentication-Results', occurrence)
  if (spam !== undefined) mail.service.spamWords.write(message, spam)
  // The topmost is inserted last.
  for (const field of [...mail.newFields].reverse()) insertField(message, field)
  // Authentication-Results goes above all others, which is how its readers know who wrote it (RFC 8601 §5).
  if (results !== undefined) message.insertHeader(0, 'Authentication-Results', ` ${results}`)
}

/** What is harsher of what authentication and scoring say. */
export function finalVerdict(
  message: Message,
  { spam }: Found,
  authentication: MessageVerdict,
): MessageVerdict {
  if (spam === undefined) return authentication
  const scored = message.state.service.spamWords.verdict(spam, message.queueId ?? '')
  return scored.kind === 'accept' ? authentication : scored
}

/** It should have been signed, and the settings say not to let it go as it is. */
const isMissingItsKey = ({ decision, newFields, service }: Mail): boolean =>
  service.settings.signing.on_missing_key === 'tempfail' &&
  service.settings.signing.enabled &&
  (decision?.action === 'sign' || decision?.action === 'no-key') &&
  newFields.length === 0

const withoutKey: MessageVerdict = {
  kind: 'reply',
  code: 451,
  enhanced: '4.3.0',
  text: 'This message cannot be signed now, please try again later',
}

/** Puts a whole field (folded with CRLF) above all others. */
function insertField(message: Message, field: string): void {
  const colon = field.indexOf(':')
  message.insertHeader(0, field.slice(0, colon), field.slice(colon + 1).replaceAll('\r\n', '\n'))
}

export function answer(message: Message, verdict: MessageVerdict): Reply {
  switch (verdict.kind) {
    case 'accept':
      return 'accept'
    case 'discard':
      return 'discard'
    case 'quarantine':
      message.quarantine(verdict.reason)
      return 'accept'
    case 'reply':
      return reply(verdict.code, verdict.enhanced, verdict.text)
  }
}
