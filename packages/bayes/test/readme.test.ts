import { readFileSync } from 'node:fs'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as bayes from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(7)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  await runReadmeExample(readme, bayes, (value, expected) => expect(value).toEqual(expected))
})
