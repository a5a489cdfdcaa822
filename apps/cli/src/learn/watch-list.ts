// The Maildirs that are to be watched, by the paths and patterns on the command line.

import path from 'node:path'
import type { MailClass } from '@postern/bayes'
import type { LearnRequest } from './learn-request.ts'
import { isMaildir, subfoldersOf } from './mail-list.ts'
import { isNoHamFolder } from './maildir.ts'
import { expandPattern } from './path-pattern.ts'

export interface WatchList {
  readonly folders: readonly { readonly class: MailClass; readonly directories: readonly string[] }[]
  /** Paths that there is nothing behind yet, or that are no Maildir. */
  readonly missing: readonly string[]
}

/** Looks for the folders that are there now; those of spam come first. */
export async function listWatched(
  { spam, ham }: Pick<LearnRequest, 'spam' | 'ham'>,
  { cwd, withSubfolders }: { cwd: string; withSubfolders: boolean },
): Promise<WatchList> {
  const folders: { class: MailClass; directories: string[] }[] = []
  const missing: string[] = []
  const taken = new Set<string>()
  const add = async (named: string, directory: string, as: MailClass) => {
    const isPart = /^(cur|new)$/.test(path.basename(directory)) && (await isMaildir(path.dirname(directory)))
    const parts = isPart ? [directory] : ['cur', 'new'].map((part) => path.join(directory, part))
    if (!isPart && !(await isMaildir(directory))) missing.push(named)
    else if (!taken.has(directory)) {
      taken.add(directory)
      folders.push({ class: as, directories: parts })
    }
  }
  for (const as of ['spam', 'ham'] as const) {
    for (const named of as === 'spam' ? spam : ham) {
      const found = await expandPattern(named, cwd)
      if (found.length === 0) missing.push(named)
      const isPattern = found.length !== 1 || found[0] !== path.resolve(cwd, named)
      for (const directory of found) {
        // A star that finds a folder of junk or trash has not named it as ham.
        if (as === 'ham' && isPattern && isNoHamFolder(path.basename(directory))) continue
        await add(named, directory, as)
        if (as === 'spam' || !withSubfolders) continue
        for (const folder of await subfoldersOf(directory)) await add(named, folder, as)
      }
    }
  }
  return { folders, missing: [...new Set(missing)] }
}
