// When a message is scored or learned from, and with what.

import type { MaybeAsync } from '@postern/dns'
import type { MilterMessage } from '@postern/milter/server'
import type { MessageVerdict } from '@postern/pipeline'
import type { Client } from './client.ts'
import type { Mail } from './mail.ts'
import { scoredHeader } from './scored-header.ts'
import type { SpamFinding } from './spam-stage.ts'

type Message = MilterMessage<Mail>

/** What was scored, and what came of it. */
export interface Scored {
  readonly finding: SpamFinding
  readonly bytes: Buffer
}

/** The login of the user who sends it, if he has given one. */
export const loginOf = (message: Message): string | undefined => message.macro('auth_authen') || undefined

const isFromUs = (message: Message): boolean => message.state.isOurs || loginOf(message) !== undefined

/** Has the body kept where it will be needed. At the end of the header. */
export function startScoring(message: Message): void {
  const { state: mail } = message
  const { spam, settings } = mail.service
  if (spam === undefined) return
  if (isScored(message) || isTaught(message, settings.bayes)) mail.body = spam.hold(mail)
}

function isScored(message: Message): boolean {
  const { spam, settings } = message.state.service
  return spam?.isOn === true && (settings.spam.score_outgoing || !isFromUs(message))
}

function isTaught(
  message: Message,
  { learn_sent, learn_replies }: { readonly learn_sent: boolean; readonly learn_replies: boolean },
): boolean {
  if (isFromUs(message)) return learn_sent && loginOf(message) !== undefined
  const { state: mail } = message
  return (
    learn_replies &&
    (mail.firstField('in-reply-to') !== undefined || mail.firstField('references') !== undefined)
  )
}

export interface ScoringFacts {
  readonly client: Client
  readonly results: string | undefined
  /** What is decided already. */
  readonly verdict: MessageVerdict
}

/** The score, where one is wanted: what is turned away already needs none. */
export function scoreMessage(message: Message, facts: ScoringFacts): MaybeAsync<Scored | undefined> {
  const { state: mail } = message
  const { kind } = facts.verdict
  if (!isScored(message) || (kind !== 'accept' && kind !== 'quarantine')) return undefined
  return mail.service.spam?.score({
    mail,
    header: arrivalHeader(message, facts),
    recipients: message.recipients.map(({ address }) => address),
  })
}

function arrivalHeader(message: Message, { client, results }: ScoringFacts): string {
  const { state: mail, session, sender, recipients } = message
  return scoredHeader(mail, {
    client,
    helo: session.helo ?? '',
    sender: sender.address,
    recipients,
    hostName: message.macro('j') ?? mail.service.authservId,
    queueId: message.queueId ?? '',
    isLoggedIn: loginOf(message) !== undefined,
    isEncrypted: (message.macro('tls_version') ?? '') !== '',
    results,
    now: Date.now(),
  })
}

/** Lets the filter learn from a message that was accepted, where the settings say so. */
export function teachFrom(message: Message, facts: ScoringFacts, scored: Scored | undefined): void {
  const { state: mail } = message
  const { teacher } = mail.service
  if (teacher === undefined) return
  const { body } = mail
  const isWhole = body !== undefined && !body.isCut
  const letter = {
    mail,
    queueId: message.queueId ?? '',
    recipients: message.recipients.map(({ address }) => address),
    now: Date.now(),
  }
  if (isFromUs(message)) {
    // As it lies in the sender's folder.
    const bytes = isWhole ? body.message(`${mail.keptFields().join('\r\n')}\r\n\r\n`) : undefined
    teacher.sent({ ...letter, bytes }, loginOf(message))
    return
  }
  const isSpam = scored?.finding.kind === 'scored' && scored.finding.action !== 'none'
  if (isSpam || !isWhole) return
  teacher.arrived({ ...letter, bytes: scored?.bytes ?? body.message(arrivalHeader(message, facts)) })
}
