// A whole message through a filter, as an MTA sends one.

import { splitMessage } from './apply-modifications.ts'
import type { MacroValues, MilterClient, Sent } from './client.ts'
import type { MacroStage } from './constants.ts'
import type { Modification } from './modification.ts'
import type { ClientError } from './mta-connection.ts'
import type { ByteString } from './octets.ts'
import { effectOf, type Reply } from './reply.ts'
import type { Step } from './steps.ts'

/** A message to send as an MTA would that has received it. */
export interface OutgoingMessage {
  readonly sender: ByteString
  readonly recipients: readonly ByteString[]
  /** With CRLF line ends. */
  readonly message: Uint8Array
  readonly macros?: Readonly<Partial<Record<MacroStage, MacroValues>>>
}

export type Outcome =
  | {
      readonly ok: true
      /** `continue` and `accept`: it passes. */
      readonly reply: Reply
      /** Where that was decided. */
      readonly step: Step | 'endOfMessage'
      readonly refusedRecipients: readonly ByteString[]
      readonly modifications: readonly Modification[]
    }
  | { readonly ok: false; readonly error: ClientError }

/**
 * From MAIL to the end, as far as the filter lets the message go; one that it decides on the way is given up, as an MTA does.
 * Never rejects.
 */
export async function sendMessage(client: MilterClient, outgoing: OutgoingMessage): Promise<Outcome> {
  const outcome = await pass(client, outgoing)
  if (outcome.ok && outcome.step !== 'endOfMessage') client.abort()
  return outcome
}

async function pass(client: MilterClient, outgoing: OutgoingMessage): Promise<Outcome> {
  const { sender, recipients, message, macros = {} } = outgoing
  const { fields, body } = splitMessage(message)
  const refusedRecipients: ByteString[] = []
  const decided = (step: Step | 'endOfMessage', sent: Sent) => outcomeOf(step, sent, refusedRecipients)
  const mail = decided('mail', await client.mail(sender, [], macros.mail))
  if (mail !== undefined) return mail
  for (const recipient of recipients) {
    const sent = await client.recipient(recipient, [], macros.recipient)
    if (isRefusal(sent)) refusedRecipients.push(recipient)
    // The message goes on as long as there is somebody to get it.
    if (isRefusal(sent) && refusedRecipients.length < recipients.length) continue
    const outcome = decided('recipient', sent)
    if (outcome !== undefined) return outcome
  }
  const data = decided('data', await client.data(macros.data))
  if (data !== undefined) return data
  for (const { name, value } of fields) {
    const header = decided('header', await client.header(name, value))
    if (header !== undefined) return header
  }
  return (
    decided('endOfHeader', await client.endOfHeader(macros.endOfHeader)) ??
    decided('body', await client.body(body)) ??
    decided('endOfMessage', await client.endOfMessage(macros.endOfMessage))!
  )
}

/** Undefined when the message goes on. */
function outcomeOf(
  step: Step | 'endOfMessage',
  sent: Sent,
  refusedRecipients: readonly ByteString[],
): Outcome | undefined {
  if (!sent.ok) return sent
  const { reply, modifications } = sent
  if (reply === 'not-sent' || reply === 'not-awaited') return undefined
  if (step !== 'endOfMessage' && (reply === 'continue' || reply === 'skip')) return undefined
  return { ok: true, reply, step, refusedRecipients, modifications }
}

const isRefusal = (sent: Sent) =>
  sent.ok && sent.reply !== 'not-sent' && sent.reply !== 'not-awaited' && effectOf(sent.reply) === 'refuse'
