import { readFileSync } from 'node:fs'
import * as addr from '@postern/addr'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as signing from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(6)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  await runReadmeExample(readme, { ...addr, ...signing }, (value, expected) =>
    expect(value).toEqual(expected),
  )
})
