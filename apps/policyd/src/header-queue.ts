// Postfix takes one header field with an answer (PREPEND), and a message may be due several, each once. What cannot go with
// this answer goes with the next about the same message: another recipient's, or that at DATA.

import { createRecentMessages, type MessageHeader } from '@postern/pipeline'

interface MessageState {
  /** Names of the fields that the message has got or is owed. */
  readonly seen: string[]
  /** In order, the topmost first. */
  readonly owed: MessageHeader[]
}

export interface HeaderQueue {
  /** Notes what a message is due; what it has got or is owed already counts once. */
  owe(instance: string | undefined, headers: readonly MessageHeader[]): void
  /** The field to go with this answer, if any. */
  next(instance: string | undefined): MessageHeader | undefined
  /** Both at once, also for whoever sends no instance: then only the first field can be put, and with every answer. */
  give(instance: string | undefined, headers: readonly MessageHeader[]): MessageHeader | undefined
}

export function createHeaderQueue(): HeaderQueue {
  const messages = createRecentMessages<MessageState>()

  const stateOf = (instance: string): MessageState => {
    let state = messages.get(instance)
    if (state === undefined) {
      state = { seen: [], owed: [] }
      messages.set(instance, state)
    }
    return state
  }

  const queue: HeaderQueue = {
    owe(instance, headers) {
      if (!instance || headers.length === 0) return
      const { seen, owed } = stateOf(instance)
      for (const header of headers) {
        if (seen.includes(header.name)) continue
        seen.push(header.name)
        owed.push(header)
      }
    },
    next(instance) {
      return instance ? messages.get(instance)?.owed.shift() : undefined
    },
    give(instance, headers) {
      // Exim's policy client sends no instance: rather twice than never.
      if (!instance) return headers[0]
      queue.owe(instance, headers)
      return queue.next(instance)
    },
  }
  return queue
}
