// A desk with a filter of its own and mail to learn.

import { mkdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { ImportedRow } from '@postern/bayes'
import { createLearn } from '../../src/commands/learn.ts'
import type { OpenFilter, StoreKeeper } from '../../src/learn/filter.ts'
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
  /** Moments before which messages were to be forgotten. */
  readonly expired: number[] = []

  readonly open: OpenFilter = async () => ({ ok: true, filter: this.filter, keeper: this.#keeper })

  readonly #keeper: StoreKeeper = {
    take: async (rows) => {
      for await (const row of rows) this.taken.push(row)
      return { tokens: this.taken.filter(({ kind }) => kind === 'token').length }
    },
    dump: () => Readable.from(this.dump),
    load: async (lines, { mode, user }) => {
      const loaded = { mode, user, lines: [] as string[] }
      for await (const line of lines) {
        if (line === 'damaged') return { ok: false, line: loaded.lines.length + 1, message: 'it is damaged' }
        loaded.lines.push(line)
      }
      this.loaded.push(loaded)
      return { ok: true, messages: loaded.lines.length }
    },
    expire: async ({ before }) => {
      this.expired.push(before)
      return { forgotten: 1234 }
    },
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
