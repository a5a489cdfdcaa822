import { readFileSync } from 'node:fs'
import { runReadmeExample } from '@postern/tooling/readme-example'
import { expect, it } from 'vitest'
import { z } from 'zod'
import * as pipeline from '../src/index.ts'
import { portsOf, subjectOf } from './subject.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the example in README.md does what it says', async () => {
  expect.assertions(2)
  const names = { ...pipeline, z, ports: portsOf(), subject: subjectOf() }
  await runReadmeExample(readme, names, (value, expected) => expect(value).toEqual(expected))
})

it('README.md has a row for every check', () => {
  for (const { name } of pipeline.checks) expect(readme).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'))
})
