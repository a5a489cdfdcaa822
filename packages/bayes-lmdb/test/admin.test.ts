// What `postern bayes` does beside a running daemon, on a store of several processes' kind.

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createBayesAdmin, createBayesFilter, type ImportedRow } from '@postern/bayes'
import { afterEach, expect, it } from 'vitest'
import { openLmdbBayesStore } from '../src/index.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const settings = { slotBits: 14, minLearned: 5, seenLimit: 100 }

async function open(directory = mkdtempSync(path.join(os.tmpdir(), 'postern-bayes-admin-'))) {
  directories.push(directory)
  const store = await openLmdbBayesStore({ directory })
  const filter = await createBayesFilter({ store, settings })
  return { directory, store, filter, admin: createBayesAdmin({ store, settings }) }
}

const letter = (kind: 'ham' | 'spam', number: number) =>
  Buffer.from(
    `From: ${kind}@example.org\nSubject: ${kind} ${number}\n\n${kind === 'ham' ? 'minutes of the garden' : 'casino pills winner'} ${kind}${number}\n`,
  )

async function learned(from: number, to: number) {
  const place = await open()
  for (const kind of ['ham', 'spam'] as const)
    await Promise.all(
      Array.from({ length: to - from }, (_, index) => place.filter.learn(letter(kind, from + index), kind)),
    )
  return place
}

it('a dump is restored, merged and expired while another opens the store', async () => {
  const one = await learned(0, 10)
  const other = await learned(10, 20)
  const daemon = await open()
  const command = await open(daemon.directory)
  expect((await daemon.filter.score(letter('spam', 50))).untrained).toBeDefined()

  expect(await command.admin.restore(one.admin.dump())).toEqual({ ok: true, ham: 10, spam: 10, both: 0 })
  expect([...daemon.admin.dump()]).toEqual([...one.admin.dump()])
  expect((await daemon.filter.score(letter('spam', 50))).probability).toBeGreaterThan(0.9)

  expect(await command.admin.merge(other.admin.dump())).toEqual({ ok: true, ham: 10, spam: 10, both: 0 })
  expect(await daemon.filter.stats()).toMatchObject({ ham: 20, spam: 20, seen: 40 })
  expect(await daemon.filter.learn(letter('ham', 15), 'ham')).toBe('known')
  expect(await daemon.filter.learn(letter('ham', 30), 'ham')).toBe('learned')

  expect(await command.admin.expire({ force: true, keep: 10 })).toMatchObject({ halved: true, forgotten: 31 })
  expect(await daemon.filter.stats()).toMatchObject({ ham: 10, spam: 10, seen: 10 })
  expect((await daemon.filter.score(letter('spam', 50))).probability).toBeGreaterThan(0.9)
  for (const { filter } of [one, other, daemon, command]) await filter.close()
})

it('an import is heard by others at once, and forgotten at once', async () => {
  const daemon = await open()
  const command = await open(daemon.directory)
  const rows: ImportedRow[] = [
    { kind: 'messages', ham: 100, spam: 100 },
    { kind: 'token', token: 'casino', ham: 0, spam: 90, lastMet: 0 },
    { kind: 'token', token: 'minutes', ham: 90, spam: 0, lastMet: 0 },
  ]
  const score = async () => (await daemon.filter.score(Buffer.from('Subject: casino\n\ncasino\n'))).untrained
  expect(await score()).toBeDefined()
  await command.admin.importCounts(rows, { from: 'bogofilter' })
  expect(await score()).toBeUndefined()
  await command.admin.forgetImport()
  expect(await score()).toBeDefined()
  for (const { filter } of [daemon, command]) await filter.close()
})

it('learning goes on while a dump is restored', async () => {
  const one = await learned(0, 10)
  const daemon = await open()
  const command = await open(daemon.directory)
  const lessons = Array.from({ length: 20 }, (_, index) =>
    daemon.filter.learn(letter('ham', 100 + index), 'ham'),
  )
  const restored = command.admin.merge(one.admin.dump())
  expect(await Promise.all(lessons)).toEqual(lessons.map(() => 'learned'))
  expect(await restored).toMatchObject({ ok: true })
  const { seen, ham } = await command.filter.stats()
  // In either order nothing is lost: merging adds.
  expect({ seen, ham }).toEqual({ seen: 40, ham: 30 })
  for (const { filter } of [one, daemon, command]) await filter.close()
})
