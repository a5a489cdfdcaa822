import { readFileSync } from 'node:fs'
import { createBayesFilter } from '@postern/bayes'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import { openLmdbBayesStore } from '../src/index.ts'
import { newDirectory } from './directory.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(3)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const here = readme.replace("'/var/lib/postern/bayes'", JSON.stringify(newDirectory()))
  await runReadmeExample(here, { createBayesFilter, openLmdbBayesStore }, (value, expected) =>
    expect(value).toEqual(expected),
  )
})
