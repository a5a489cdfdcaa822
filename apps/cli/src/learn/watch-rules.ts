// When a message in a watched folder is learned.

import type { MailClass } from '@postern/bayes'
import type { MaildirFlags } from './maildir.ts'

/** What is known of a message's file. */
export interface WatchedFile {
  readonly folder: MailClass
  readonly flags: MaildirFlags
  /** When its flags or its folder changed last, in seconds since 1970. */
  readonly changedAt: number
  /** It has been taken out of a folder of spam. */
  readonly wasSpam: boolean
}

/** `later`: at that time, if nothing changes. `not-yet`: when its flags change, if ever. */
export type Readiness =
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly at: number }
  | { readonly kind: 'not-yet' }

/**
 * Mail in a folder of spam is spam from the moment it is there. Mail in another folder is ham only when a person has looked at it and left it
 * there, for so long that they would have moved it; or has answered it; or has taken it out of the spam, which is the surest sign of all.
 * What is a draft says nothing, and what is marked as deleted is either thrown away, ham or not, or on its way elsewhere.
 */
export function readinessOf(file: WatchedFile, now: number, afterSeconds: number): Readiness {
  const { answered, draft, seen, trashed } = file.flags
  if (draft || trashed) return { kind: 'not-yet' }
  if (file.folder === 'spam' || file.wasSpam || answered) return { kind: 'now' }
  if (!seen) return { kind: 'not-yet' }
  const at = file.changedAt + afterSeconds
  return now >= at ? { kind: 'now' } : { kind: 'later', at }
}

/** Looked for an own mark in so many octets. */
const HEADER_OCTETS = 64 * 1024

/** Whether a filter has called the message spam already: to learn from that would be to learn from its own answers. */
export function isMarkedSpam(message: Buffer): boolean {
  const head = message.subarray(0, HEADER_OCTETS).toString('latin1')
  const end = head.search(/\r?\n\r?\n/)
  return marks.test(end < 0 ? head : head.slice(0, end))
}

const marks = /^(X-Spam-Flag:[ \t]*YES|X-Bogosity:[ \t]*(Spam|Yes))\b/im
