/**
 * Messages that are dropped sooner or later. Postfix asks about all recipients of one message in a row, and each of its smtpd
 * processes (100 unless told otherwise) has one message at a time. Few are kept, as what lives through collections of the
 * garbage collector is dear: a thousand cost a fifth of a request's time.
 */
const remembered = 256

/** What is known about the last messages, by their `instance`. */
export interface RecentMessages<T> {
  get(instance: string): T | undefined
  set(instance: string, known: T): void
  delete(instance: string): void
}

/** Two generations, the older dropped as a whole: a Map with its oldest entry deleted each time is five times as slow. */
export function createRecentMessages<T>(): RecentMessages<T> {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  return {
    get: (instance) => young.get(instance) ?? old.get(instance),
    set(instance, known) {
      if (young.size >= remembered / 2) {
        old = young
        young = new Map()
      }
      young.set(instance, known)
    },
    delete(instance) {
      young.delete(instance)
      old.delete(instance)
    },
  }
}
