// A Maildir that is watched: which of its messages have been dealt with.

import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { MailClass } from '@postern/bayes'
import type { MailFile } from './mail-item.ts'
import { parseMaildirName } from './maildir.ts'
import { identityOf, type SpamFiles } from './spam-files.ts'
import { readinessOf } from './watch-rules.ts'

export interface WatchedFolder {
  readonly class: MailClass
  /** The directories with messages: `cur` and `new`, or only one. */
  readonly directories: readonly string[]
  /** What there is to learn now. A file comes again until it is settled or gone. */
  scan(now: number): Promise<Scan>
  /** What was asked for has been done. */
  settle(files: readonly MailFile[]): void
}

export interface Scan {
  readonly files: readonly MailFile[]
  /** When something is due next, in seconds since 1970. */
  readonly dueAt: number
  /** A directory is missing, or may not be read. */
  readonly error?: NodeJS.ErrnoException
}

export interface FolderOptions {
  readonly class: MailClass
  readonly directories: readonly string[]
  /** How long ham has to lie where it is. */
  readonly afterSeconds: number
  readonly spamFiles: SpamFiles
}

/** A file that is put there within the tick of a file system's clock leaves the time of its directory as it is. */
const TICK_SECONDS = 2

export function createWatchedFolder(options: FolderOptions): WatchedFolder {
  const { directories, afterSeconds, spamFiles } = options
  /** Dealt with, by base name. */
  const done = new Set<string>()
  const waiting = new Map<string, { readonly name: string; readonly dueAt: number }>()
  /** Of a folder of spam, by base name. */
  const identities = new Map<string, string>()
  /** All that was there at first is known. */
  let isLookedAt = false
  /** Of the last scan that found nothing to do. */
  let quiet: { readonly changedAt: string; readonly dueAt: number } | undefined

  const look = async (directory: string, name: string, now: number): Promise<MailFile | undefined> => {
    const file = path.join(directory, name)
    const { base, flags } = parseMaildirName(name)
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const identity = identityOf(found)
    if (options.class === 'spam') {
      identities.set(base, identity)
      spamFiles.add(identity)
    }
    const changedAt = Math.floor(found.ctimeMs / 1000)
    // Only what comes from there: the original of a mail that was copied to the spam has been here before.
    const wasSpam = isLookedAt && !waiting.has(base) && spamFiles.has(identity)
    const readiness = readinessOf({ folder: options.class, flags, changedAt, wasSpam }, now, afterSeconds)
    if (readiness.kind !== 'now') {
      waiting.set(base, { name, dueAt: readiness.kind === 'later' ? readiness.at : Number.POSITIVE_INFINITY })
      return undefined
    }
    const time = found.mtimeMs / 1000
    return { path: file, shown: file, form: 'maildir', isNamed: false, octets: found.size, time }
  }

  const forgetMissing = (there: ReadonlySet<string>, now: number) => {
    for (const base of done) if (!there.has(base)) done.delete(base)
    for (const base of waiting.keys()) if (!there.has(base)) waiting.delete(base)
    for (const [base, identity] of identities) {
      if (there.has(base)) continue
      identities.delete(base)
      spamFiles.left(identity, now)
    }
  }

  return {
    class: options.class,
    directories,
    async scan(now) {
      const times = await changeTimes(directories)
      const changedAt = times.join()
      if (quiet?.changedAt === changedAt && quiet.dueAt > now) return { files: [], dueAt: quiet.dueAt }
      const files: MailFile[] = []
      const there = new Set<string>()
      let error: NodeJS.ErrnoException | undefined
      for (const directory of directories) {
        let names: string[] = []
        try {
          names = await readdir(directory)
        } catch (reason) {
          error = reason as NodeJS.ErrnoException
        }
        for (const name of names) {
          if (name.startsWith('.')) continue
          const { base } = parseMaildirName(name)
          there.add(base)
          if (done.has(base)) continue
          const known = waiting.get(base)
          if (known?.name === name && known.dueAt > now) continue
          const file = await look(directory, name, now)
          if (file) files.push(file)
        }
      }
      // A folder that could not be read has not lost its messages.
      if (error) return { files, dueAt: Number.POSITIVE_INFINITY, error }
      forgetMissing(there, now)
      isLookedAt = true
      let dueAt = Number.POSITIVE_INFINITY
      for (const each of waiting.values()) dueAt = Math.min(dueAt, each.dueAt)
      const isQuiet = files.length === 0 && times.every((time) => now - time > TICK_SECONDS)
      quiet = isQuiet ? { changedAt, dueAt } : undefined
      return { files, dueAt }
    },
    settle(files) {
      for (const file of files) {
        const { base } = parseMaildirName(path.basename(file.path))
        done.add(base)
        waiting.delete(base)
      }
    },
  }
}

/** When directories changed last, in seconds since 1970; a missing one has changed long ago. */
const changeTimes = (directories: readonly string[]): Promise<number[]> =>
  Promise.all(
    directories.map((directory) =>
      stat(directory).then(
        ({ mtimeMs }) => mtimeMs / 1000,
        () => 0,
      ),
    ),
  )
