import { mkdtempSync } from 'node:fs'
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
