import { mkdtempSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Journal, readRecords } from '../src/journal.ts'

const entry = { first: 1, last: 2, count: 3 }

function open() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-journal-'))
  const journal = new Journal(directory)
  return {
    journal,
    note(key: string) {
      journal.add(key, entry)
      journal.write()
    },
    /** What another process would take over if this one were killed now. */
    kept: () =>
      readdirSync(directory)
        .flatMap((name) => [...readRecords(path.join(directory, name))])
        .map(([key]) => key)
        .sort(),
  }
}

describe('a journal', () => {
  it('keeps what is noted until it is committed', () => {
    const { journal, note, kept } = open()
    note('a')
    const committed = journal.turn()
    note('b')
    expect(kept()).toEqual(['a', 'b'])
    committed()
    expect(kept()).toEqual(['b'])
  })

  it('keeps everything when commits fail and the files take turns again', () => {
    const { journal, note, kept } = open()
    note('a')
    journal.turn()
    note('b')
    journal.turn()
    note('c')
    journal.turn()
    note('d')
    expect(kept()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not read what an earlier, longer round has left behind', () => {
    const { journal, note, kept } = open()
    for (const key of ['a', 'b', 'c']) note(key)
    journal.turn()()
    journal.turn()()
    note('d')
    expect(kept()).toEqual(['d'])
  })

  it('keeps a removal', () => {
    const { journal, note, kept } = open()
    note('a')
    journal.add('gone', undefined)
    journal.write()
    expect(kept()).toEqual(['a', 'gone'])
  })
})
