import { readFileSync } from 'node:fs'
import net from 'node:net'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as listener from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(3)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  await runReadmeExample(readme, { ...listener, net }, (value, expected) => expect(value).toEqual(expected))
})
