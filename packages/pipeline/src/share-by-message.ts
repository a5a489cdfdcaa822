import type { MaybeAsync } from '@postern/dns'
import { createRecentMessages } from './recent-messages.ts'
import type { Subject } from './subject.ts'

interface Shared<T> {
  readonly subject: Subject
  found: MaybeAsync<T>
}

/**
 * Finds out once for all recipients of a message, told by its `instance`; those that ask meanwhile wait for the same answer.
 * Without an instance (Exim's policy client sends none) each recipient is a message of its own.
 */
export function shareByMessage<T>(
  find: (subject: Subject) => MaybeAsync<T>,
): (subject: Subject) => MaybeAsync<T> {
  const messages = createRecentMessages<Shared<T>>()
  return (subject) => {
    const { instance } = subject
    if (instance === undefined || instance === '') return find(subject)
    const known = messages.get(instance)
    if (known !== undefined && isSameMessage(known.subject, subject)) return known.found
    const found = find(subject)
    const shared: Shared<T> = { subject, found }
    messages.set(instance, shared)
    if (found instanceof Promise)
      found.then(
        (value) => {
          shared.found = value
        },
        () => {
          // Those who wait hear of it; the next recipient may have better luck.
          if (messages.get(instance) === shared) messages.delete(instance)
        },
      )
    return found
  }
}

/** Postfix never gives an instance twice; whoever does gets no finding about somebody else. */
const isSameMessage = (a: Subject, b: Subject): boolean =>
  a.sender === b.sender &&
  a.helo === b.helo &&
  a.client.addressText === b.client.addressText &&
  a.isAuthenticated === b.isAuthenticated
