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
