// A desk with a filter of its own and mail to learn.

import { mkdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import type { BayesAdmin, ImportedRow, LoadedDump } from '@postern/bayes'
import { createLearn } from '../../src/commands/learn.ts'
import type { OpenFilter } from '../../src/learn/filter.ts'
import { Desk, type Ran } from '../harness.ts'
import { createWordFilter, type WordFilter } from './word-filter.ts'

export const FROM = 'From ann@example.org Wed Jun  1 12:34:56 2022'

/** A message by its subject. */
export const mail = (subject: string): string => `Subject: ${subject}\n\nbody of ${subject}\n`

/** An mbox of messages with such subjects. */
export const mbox = (...subjects: string[]): string =>
  subjects.map((subject) => `${FROM}\n${mail(subject)}\n`).join('')

export class MailDesk extends Desk {
  readonly filter: WordFilter = createWordFilter()

  /** What has been taken over from other filters. */
  readonly taken: ImportedRow[] = []
  /** Dumps that have been taken, by how. */
  readonly loaded: { mode: string; user: string | undefined; lines: string[] }[] = []
  /** What a dump prints. */
  dump: readonly string[] = ['first', 'second']
  /** How it was expired. */
  readonly expired: unknown[] = []

  readonly open: OpenFilter = async () => ({ ok: true, filter: this.filter, admin: this.#admin })

  readonly #admin: BayesAdmin = {
    dump: () => this.dump,
    restore: (lines, whose) => this.#load('replace', lines, whose),
    merge: (lines, whose) => this.#load('add', lines, whose),
    importCounts: async (rows) => {
      const replaced = this.taken.length > 0
      for await (const row of rows) this.taken.push(row)
      const words = this.taken.filter(({ kind }) => kind === 'token').length
      return { ham: 0, spam: 0, words, replaced }
    },
    forgetImport: async () => this.taken.splice(0).length > 0,
    expire: async (options) => {
      this.expired.push(options)
      return { full: 0.123, halved: options?.force === true, forgotten: 1234, importDropped: false }
    },
  }

  async #load(
    mode: string,
    lines: Iterable<string> | AsyncIterable<string>,
    { user }: { readonly user?: string } = {},
  ): Promise<LoadedDump> {
    const loaded = { mode, user, lines: [] as string[] }
    for await (const line of lines) {
      if (line === 'damaged') return { ok: false, error: { code: 'line', line: loaded.lines.length + 1 } }
      loaded.lines.push(line)
    }
    this.loaded.push(loaded)
    return { ok: true, ham: 1, spam: loaded.lines.length, both: 1 }
  }

  learn(...argv: string[]): Promise<Ran> {
    return this.runCommand('learn', createLearn(this.open), ...argv)
  }

  /** A Maildir with messages by the names of their files below it, whose subjects they are up to a comma. */
  maildir(name: string, ...files: string[]): string {
    for (const part of ['cur', 'new', 'tmp'])
      mkdirSync(path.join(this.directory, name, part), { recursive: true })
    for (const file of files) this.write(`${name}/${file}`, mail(path.basename(file).split(':')[0]!))
    return path.join(this.directory, name)
  }

  /** A message in a file of this age, in seconds. */
  aged(name: string, ageSeconds: number): void {
    const file = this.write(name, mail(path.basename(name)))
    utimesSync(file, this.now - ageSeconds, this.now - ageSeconds)
  }
}
