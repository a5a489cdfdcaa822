import { readFileSync } from 'node:fs'
import * as addr from '@postern/addr'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import * as greylist from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the example in README.md does what it says', async () => {
  expect.assertions(4)
  await runReadmeExample(readme, { ...addr, ...greylist }, (value, expected) =>
    expect(value).toEqual(expected),
  )
})

it('README.md has a row for every kind of record', () => {
  for (const kind of greylist.entryKinds) expect(readme).toMatch(new RegExp(`^\\| \`${kind}\` `, 'm'))
})
