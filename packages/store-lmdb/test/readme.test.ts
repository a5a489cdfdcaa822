import { mkdtempSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createGreylist } from '@postern/greylist'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import { openLmdbStore } from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(3)
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-lmdb-'))
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const here = readme.replace("'/var/lib/postern'", JSON.stringify(directory))
  const names = { createGreylist, openLmdbStore }
  await runReadmeExample(here, names, (value, expected) => expect(value).toEqual(expected))
})
