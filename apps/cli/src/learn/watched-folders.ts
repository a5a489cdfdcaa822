// All folders that are watched, and which of them have to be looked at.

import type { CliIo } from '../io.ts'
import { printable } from '../text-table.ts'
import { formatCount } from './learn-progress.ts'
import type { LearnRequest } from './learn-request.ts'
import type { MailFile } from './mail-item.ts'
import { createSpamFiles } from './spam-files.ts'
import { listWatched } from './watch-list.ts'
import { createWatchedFolder, type WatchedFolder } from './watched-folder.ts'

export interface WatchedFoldersOptions {
  readonly withSubfolders: boolean
  /** How long ham has to lie where it is. */
  readonly afterSeconds: number
  /** Everything is looked at again so often, whatever the system tells of changes. */
  readonly rescanSeconds: number
}

/** What there is to learn in a folder. */
export interface Found {
  readonly folder: WatchedFolder
  readonly files: readonly MailFile[]
}

export interface WatchedFolders {
  /** When everything has to be looked at, in seconds since 1970. */
  nextRescan(): number
  /** Looks for folders that have come or gone; all are to be scanned then. */
  refresh(now: number): Promise<void>
  /** Looks into the folders that have changed, or in which something is due. */
  scan(now: number): Promise<{ readonly found: readonly Found[]; readonly dueAt: number }>
  /** Directories in which something has changed. */
  change(directories: ReadonlySet<string>): void
  /** Those that can be read. */
  directories(): string[]
  describe(): string
}

/** Mail that has left a folder of spam is known again for so long. */
const REMEMBER_SECONDS = 3600

export function createWatchedFolders(
  request: LearnRequest,
  options: WatchedFoldersOptions,
  { cwd, stderr }: CliIo,
): WatchedFolders {
  const spamFiles = createSpamFiles()
  const complaints = createComplaints((line) => void stderr.write(`postern: ${printable(line)}\n`))
  let folders = new Map<string, WatchedFolder>()
  /** By folder; one that is not here has to be looked at. */
  const dueAt = new Map<WatchedFolder, number>()
  const broken = new Set<WatchedFolder>()
  let nextRescan = 0
  let changed: ReadonlySet<string> = new Set()

  const scanFolder = async (folder: WatchedFolder, now: number): Promise<readonly MailFile[]> => {
    const scan = await folder.scan(now)
    dueAt.set(folder, scan.dueAt)
    if (scan.error) broken.add(folder)
    else broken.delete(folder)
    const [directory = ''] = folder.directories
    complaints.note(directory, scan.error && `${directory} cannot be read: ${scan.error.message}`)
    return scan.files
  }

  return {
    nextRescan: () => nextRescan,
    async refresh(now) {
      const list = await listWatched(request, { cwd, withSubfolders: options.withSubfolders })
      const { afterSeconds } = options
      folders = new Map(
        list.folders.map((each) => {
          const key = [each.class, ...each.directories].join('\n')
          return [key, folders.get(key) ?? createWatchedFolder({ ...each, afterSeconds, spamFiles })]
        }),
      )
      for (const named of [...request.spam, ...request.ham]) {
        const isMissing = list.missing.includes(named)
        complaints.note(named, isMissing && `${named} is no Maildir, or does not exist: it is waited for`)
      }
      spamFiles.forget(now - REMEMBER_SECONDS)
      dueAt.clear()
      nextRescan = now + options.rescanSeconds
    },
    async scan(now) {
      const found: Found[] = []
      for (const folder of folders.values()) {
        const isChanged = folder.directories.some((directory) => changed.has(directory))
        if (!isChanged && (dueAt.get(folder) ?? 0) > now) continue
        const files = await scanFolder(folder, now)
        if (files.length > 0) found.push({ folder, files })
      }
      changed = new Set()
      let next = Number.POSITIVE_INFINITY
      for (const due of dueAt.values()) next = Math.min(next, due)
      return { found, dueAt: next }
    },
    change(directories) {
      changed = directories
    },
    directories: () =>
      [...folders.values()].filter((folder) => !broken.has(folder)).flatMap((folder) => folder.directories),
    describe() {
      const count = (as: string) =>
        formatCount([...folders.values()].filter((folder) => folder.class === as).length)
      return `watching ${count('spam')} folders of spam and ${count('ham')} of ham\n`
    },
  }
}

/** Says each complaint once, as long as it holds. */
function createComplaints(say: (line: string) => void) {
  const told = new Map<string, string>()
  return {
    note(about: string, line: string | false | undefined): void {
      if (!line) told.delete(about)
      else if (told.get(about) !== line) {
        told.set(about, line)
        say(line)
      }
    },
  }
}
