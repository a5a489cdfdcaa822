import { readFileSync } from 'node:fs'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as client from '../src/client.ts'
import * as server from '../src/server.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(3)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  await runReadmeExample(readme, { ...server, ...client }, (value, expected) =>
    expect(value).toEqual(expected),
  )
})
