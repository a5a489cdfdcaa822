// Files in folders of spam, by which mail is known again that somebody takes out of them.

import type { Stats } from 'node:fs'

/** Files that are in folders of spam, or were a short while ago. */
export interface SpamFiles {
  add(identity: string): void
  /** It is no longer where it was. */
  left(identity: string, now: number): void
  has(identity: string): boolean
  /** Forgets those that left before. */
  forget(before: number): void
}

/**
 * What stays the same when a server moves a message: it links the file into the other folder. An inode number alone is used again
 * as soon as a file is deleted.
 */
export const identityOf = ({ dev, ino, size, mtimeMs }: Stats): string => `${dev}:${ino}:${size}:${mtimeMs}`

export function createSpamFiles(): SpamFiles {
  const there = new Set<string>()
  const gone = new Map<string, number>()
  return {
    add(identity) {
      there.add(identity)
      gone.delete(identity)
    },
    left(identity, now) {
      if (there.delete(identity)) gone.set(identity, now)
    },
    has: (identity) => there.has(identity) || gone.has(identity),
    forget(before) {
      for (const [identity, at] of gone) if (at < before) gone.delete(identity)
    },
  }
}
