import { mkdtempSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { greylistStoreContract } from '@postern/greylist/testing'
import { describe, expect, it } from 'vitest'
import { openLmdbStore } from '../src/index.ts'

const newDirectory = () => mkdtempSync(path.join(os.tmpdir(), 'postern-lmdb-'))

function open(directory = newDirectory()) {
  const opened = openLmdbStore({ directory })
  if (!opened.ok) throw opened.error.cause
  return opened.store
}

greylistStoreContract({ describe, it, expect }, () => open())

it('may lie in a directory with a dot in its name', async () => {
  const directory = path.join(newDirectory(), 'state.d')
  await open(directory).close()
  expect(readdirSync(directory)).toContain('data.mdb')
})

it('ends a sweep when it is closed, and keeps what the sweep had not come to', async () => {
  const directory = newDirectory()
  const store = open(directory)
  for (let i = 0; i < 3000; i++)
    await store.update([`t\n${i}`], () => ({ value: 0, next: [{ first: i, last: i, count: 0 }] }))
  const sweep = store.expire(() => true)
  await store.close()
  const removed = await sweep
  expect(removed).toBeGreaterThan(0)
  expect(removed).toBeLessThan(3000)
  const again = open(directory)
  expect(await again.count()).toBe(3000 - removed)
  await again.close()
})
