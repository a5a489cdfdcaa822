import { readFileSync } from 'node:fs'
import { createZone } from '@postern/dns/testing'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as spf from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  expect.assertions(7)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  await runReadmeExample(readme, { ...spf, createZone }, (value, expected) => expect(value).toEqual(expected))
})
