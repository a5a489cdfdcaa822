// Messages as virtual(8) has put them into the maildir.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A delivered message. */
export interface Message {
  /** The names of its header fields, the topmost first. */
  readonly names: readonly string[]
  /** The values of all header fields of that name, unfolded. */
  header(name: string): readonly string[]
  /** What lay in Postfix's queue, with CRLF as in SMTP: without the fields that the delivery has put on top. */
  readonly bytes: Buffer
  /** The names of the fields in `bytes`. */
  readonly queuedNames: readonly string[]
}

export interface Wanted {
  isWanted(message: Message): boolean
  readonly count: number
  /** For the error when they do not come. */
  readonly what: string
  maillog(): string
}

const patienceMs = 15_000
/** What virtual(8) puts on top. */
const deliveryFields = /^(?:(?:Return-Path|X-Original-To|Delivered-To): .*\n)*/

export interface Maildir {
  /** All messages so far. */
  messages(): readonly Message[]
  /** The messages that are wanted, once there are so many. */
  wait(wanted: Wanted): Promise<readonly Message[]>
}

/** virtual(8) writes to `tmp` and moves to `new`, so what is there is whole, and stays as it is. */
export function openMaildir(directory: string): Maildir {
  const folder = path.join(directory, 'new')
  const known = new Map<string, Message>()
  const messages = () => {
    for (const name of existsSync(folder) ? readdirSync(folder) : [])
      if (!known.has(name)) known.set(name, messageOf(readFileSync(path.join(folder, name), 'latin1')))
    return [...known.values()]
  }
  return {
    messages,
    async wait({ isWanted, count, what, maillog }) {
      for (const deadline = performance.now() + patienceMs; ; ) {
        const found = messages().filter(isWanted)
        if (found.length >= count) return found
        if (performance.now() > deadline)
          throw new Error(
            `${found.length} of ${count} messages ${what} delivered; the mail log:\n${maillog()}`,
          )
        await sleep(20)
      }
    },
  }
}

function messageOf(text: string): Message {
  const fields = fieldsOf(text)
  const queued = text.replace(deliveryFields, '')
  return {
    names: fields.map(([name]) => name),
    header: (name) =>
      fields.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value),
    bytes: Buffer.from(queued.replaceAll('\n', '\r\n'), 'latin1'),
    queuedNames: fieldsOf(queued).map(([name]) => name),
  }
}

function fieldsOf(text: string): (readonly [name: string, value: string])[] {
  const end = text.indexOf('\n\n')
  const head = (end < 0 ? text.trimEnd() : text.slice(0, end)).replaceAll(/\n[ \t]+/g, ' ')
  return head.split('\n').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
}
