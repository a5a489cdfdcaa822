// Maildir: a file for each message, in `new` until a mail program has seen it and in `cur` from then on.

import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** What the name of a message's file tells. */
export interface MaildirName {
  /** What stays the same when flags change. */
  readonly base: string
  /** In seconds since 1970; undefined when the name does not tell. */
  readonly delivered: number | undefined
  /** Of the file, when the name tells (`,S=`). */
  readonly octets: number | undefined
  readonly flags: MaildirFlags
}

export interface MaildirFlags {
  readonly answered: boolean
  readonly draft: boolean
  readonly seen: boolean
  /** To be deleted, or to be moved: a mail program copies and then deletes. */
  readonly trashed: boolean
}

/** Reads a name: `1700000000.M1P2.host,S=1234,W=1260:2,RS`. Flags are the letters behind `:2,` (or `;2,` or `!2,` where no colon may be). */
export function parseMaildirName(name: string): MaildirName {
  const at = name.search(/[:;!]2,/)
  const base = at < 0 ? name : name.slice(0, at)
  const flags = at < 0 ? '' : name.slice(at + 3)
  const delivered = /^(\d{1,11})\./.exec(base)?.[1]
  const octets = /,S=(\d{1,15})(,|$)/.exec(base)?.[1]
  return {
    base,
    delivered: delivered === undefined ? undefined : Number(delivered),
    octets: octets === undefined ? undefined : Number(octets),
    flags: {
      answered: flags.includes('R'),
      draft: flags.includes('D'),
      seen: flags.includes('S'),
      trashed: flags.includes('T'),
    },
  }
}

/** Names of a Maildir's messages; other files there (hidden ones) are none. */
export async function listMaildirFolder(directory: string): Promise<string[]> {
  const names = await readdir(directory)
  return names.filter((name) => !name.startsWith('.'))
}

/** Finds a message again whose flags have changed, or that has gone from `new` to `cur`. */
export async function findRenamed(file: string): Promise<string | undefined> {
  const { base } = parseMaildirName(path.basename(file))
  const maildir = path.dirname(path.dirname(file))
  for (const part of ['cur', 'new']) {
    const directory = path.join(maildir, part)
    const names = await readdir(directory).catch(() => [])
    const found = names.find((name) => name === base || parseMaildirName(name).base === base)
    if (found !== undefined) return path.join(directory, found)
  }
  return undefined
}

/** Folders whose mail is no ham, by their usual names: dropped mail, unfinished mail, and what was called spam. */
export const isNoHamFolder = (name: string): boolean =>
  /^\.?(INBOX\.)?(junk|spam|trash|deleted|drafts?|outbox|templates|bulk|virus|quarantine)\b/i.test(name)
