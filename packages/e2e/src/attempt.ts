// One message in a session of its own, by whichever client.

import { type Client, openDialogue, type Reply } from './smtp.ts'

export interface Attempt {
  readonly client: Client
  readonly helo: string
  /** '' is the sender of bounces. */
  readonly sender: string
  readonly recipients: readonly string[]
  /** Sends a message of that subject to the recipients that are taken; without one the session ends after the envelope. */
  readonly subject?: string
}

/** The replies to the recipients; throws when the message itself is refused. */
export async function attempt(port: number, message: Attempt): Promise<readonly Reply[]> {
  const session = await openDialogue(port, message.client)
  await session.greet(message.helo)
  const replies = await session.envelope(message.sender, ...message.recipients)
  if (message.subject !== undefined && replies.some(({ code }) => code === 250)) {
    const { code, text } = await session.message(message.subject)
    if (code !== 250) throw new Error(`250 expected, but: ${code} ${text}`)
  }
  await session.close()
  return replies
}

/** A message to be sent as it stands. */
export interface Letter extends Omit<Attempt, 'subject'> {
  /** A byte string: see Dialogue.data. */
  readonly content: string
}

/** The reply to the message; throws when a recipient is refused. */
export async function sendLetter(port: number, letter: Letter): Promise<Reply> {
  const session = await openDialogue(port, letter.client)
  await session.greet(letter.helo)
  const replies = await session.envelope(letter.sender, ...letter.recipients)
  const refused = replies.find(({ code }) => code !== 250)
  if (refused !== undefined) throw new Error(`250 expected, but: ${refused.code} ${refused.text}`)
  const reply = await session.data(letter.content)
  await session.close()
  return reply
}

/** `250 2.1.5, 550 5.7.23` */
export const codesOf = (replies: readonly Reply[]): string => replies.map(({ codes }) => codes).join(', ')
