// The files of mail behind the paths on the command line.

import type { Dirent, Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isBesideMail } from './beside-mail.ts'
import { explainFileError } from './mail-file.ts'
import type { LeftOut, MailFile } from './mail-item.ts'
import { isNoHamFolder, listMaildirFolder, parseMaildirName } from './maildir.ts'
import { expandPattern } from './path-pattern.ts'

export interface MailList {
  /** As they were named, and by name in a folder. */
  readonly files: readonly MailFile[]
  readonly unreadable: readonly { readonly place: string; readonly reason: string }[]
  /** Messages that are not to be learned, by why. */
  readonly leftOut: Readonly<Record<LeftOut, number>>
}

export interface ListOptions {
  readonly cwd: string
  /** Whole seconds since 1970. */
  readonly now: number
  /** Also the folders inside a Maildir (Maildir++). */
  readonly withSubfolders: boolean
  /** Paths from the root that other options name: their mail is not of this class. */
  readonly except: ReadonlySet<string>
}

interface Listing {
  readonly files: MailFile[]
  readonly unreadable: { place: string; reason: string }[]
  readonly leftOut: Record<LeftOut, number>
  readonly options: ListOptions
}

/** Lists the mail of files, Maildirs, folders with mail in files, patterns, and `-`. */
export async function listMail(paths: readonly string[], options: ListOptions): Promise<MailList> {
  const listing: Listing = { files: [], unreadable: [], leftOut: { draft: 0, trashed: 0 }, options }
  for (const named of paths) {
    if (named === '-') {
      listing.files.push(fileOf({ path: '-', shown: '-', isNamed: true, time: options.now }))
      continue
    }
    const found = await expandPattern(named, options.cwd)
    if (found.length === 0) listing.unreadable.push({ place: named, reason: 'matches nothing' })
    const isOne = found.length === 1
    for (const file of found) await addPath(file, isOne ? named : file, listing)
  }
  return listing
}

/** The oldest first. Maildirs tell the moment of delivery, other files when they were changed; where times are the same, the order stays. */
export const byTime = (files: readonly MailFile[]): MailFile[] => [...files].sort((a, b) => a.time - b.time)

async function addPath(file: string, shown: string, listing: Listing): Promise<void> {
  try {
    const found = await stat(file)
    if (!found.isDirectory()) listing.files.push(namedFile(file, shown, found))
    else if (await isMaildir(file)) await addMaildir(file, shown, listing)
    else if (/^(cur|new)$/.test(path.basename(file)) && (await isMaildir(path.dirname(file))))
      await addMaildirFolder(file, shown, listing)
    else await addFolder(file, shown, listing)
  } catch (error) {
    listing.unreadable.push({ place: shown, reason: explainFileError(error as NodeJS.ErrnoException) })
  }
}

const fileOf = (file: Pick<MailFile, 'path' | 'shown' | 'time'> & Partial<MailFile>): MailFile => ({
  form: 'any',
  isNamed: false,
  octets: 0,
  ...file,
})

const namedFile = (file: string, shown: string, found: Stats): MailFile =>
  fileOf({ path: file, shown, isNamed: true, octets: sizeOf(found), time: found.mtimeMs / 1000 })

/** What a pipe or a device tells of its size says nothing. */
const sizeOf = (found: Stats): number => (found.isFile() ? found.size : 0)

/** Whether the directory is a Maildir. `tmp` holds what is not delivered yet, and is not needed to tell. */
export async function isMaildir(directory: string): Promise<boolean> {
  const parts = await Promise.all(
    ['cur', 'new'].map((part) =>
      stat(path.join(directory, part)).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    ),
  )
  return parts.every(Boolean)
}

async function addMaildir(directory: string, shown: string, listing: Listing): Promise<void> {
  for (const part of ['cur', 'new'])
    await addMaildirFolder(path.join(directory, part), path.join(shown, part), listing)
  if (!listing.options.withSubfolders) return
  for (const folder of await subfoldersOf(directory)) {
    if (listing.options.except.has(folder)) continue
    for (const part of ['cur', 'new'])
      await addMaildirFolder(path.join(folder, part), path.join(shown, path.basename(folder), part), listing)
  }
}

/** The folders inside a Maildir (Maildir++), without those for junk, trash and drafts. */
export async function subfoldersOf(maildir: string): Promise<string[]> {
  const entries = await readdir(maildir, { withFileTypes: true })
  const folders = entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('.') && !isNoHamFolder(entry.name))
    .sort(byName)
    .map(({ name }) => path.join(maildir, name))
  const are = await Promise.all(folders.map(isMaildir))
  return folders.filter((_, i) => are[i])
}

async function addMaildirFolder(directory: string, shown: string, listing: Listing): Promise<void> {
  const names: string[] = []
  try {
    names.push(...(await listMaildirFolder(directory)))
  } catch (error) {
    listing.unreadable.push({ place: shown, reason: explainFileError(error as NodeJS.ErrnoException) })
  }
  const files = await inBatches(names.sort(), async (name) => {
    const { flags, delivered, octets } = parseMaildirName(name)
    if (flags.trashed || flags.draft) {
      listing.leftOut[flags.draft ? 'draft' : 'trashed']++
      return undefined
    }
    const file = path.join(directory, name)
    const told = { path: file, shown: path.join(shown, name), form: 'maildir' as const }
    if (delivered !== undefined && octets !== undefined) return fileOf({ ...told, octets, time: delivered })
    // Gone since it was listed: reading it looks for it by its base name.
    const found = await stat(file).catch(() => undefined)
    if (found?.isDirectory()) return undefined
    return fileOf({
      ...told,
      octets: octets ?? found?.size ?? 0,
      time: delivered ?? (found?.mtimeMs ?? 0) / 1000,
    })
  })
  for (const file of files) listing.files.push(file)
}

/** All files below a folder. Links to folders are not followed, since they may lead in circles. */
async function addFolder(directory: string, shown: string, listing: Listing): Promise<void> {
  let entries: Dirent[]
  try {
    entries = (await readdir(directory, { withFileTypes: true })).sort(byName)
  } catch (error) {
    listing.unreadable.push({ place: shown, reason: explainFileError(error as NodeJS.ErrnoException) })
    return
  }
  const mail = entries.filter(({ name }) => !isBesideMail(name))
  const plain = mail.filter((entry) => entry.isFile() || entry.isSymbolicLink())
  const files = await inBatches(plain, async ({ name }) => {
    const found = await stat(path.join(directory, name)).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const place = { path: path.join(directory, name), shown: path.join(shown, name) }
    return fileOf({ ...place, octets: found.size, time: found.mtimeMs / 1000 })
  })
  for (const file of files) listing.files.push(file)
  for (const { name } of mail.filter((entry) => entry.isDirectory())) {
    const folder = path.join(directory, name)
    if (listing.options.except.has(folder)) continue
    if (await isMaildir(folder)) await addMaildir(folder, path.join(shown, name), listing)
    else await addFolder(folder, path.join(shown, name), listing)
  }
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1)

const BATCH = 64

/** Asks the system about many files at once, not about all. What is undefined is left out. */
async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R | undefined>): Promise<R[]> {
  const answers: R[] = []
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = await Promise.all(items.slice(at, at + BATCH).map(ask))
    for (const answer of batch) if (answer !== undefined) answers.push(answer)
  }
  return answers
}
