// Runs the example of README.md: each line `expression // → value` must hold.
import { readFileSync } from 'node:fs'
import * as addr from '@postern/addr'
import { expect, it } from 'vitest'
import * as helo from '../src/index.ts'

it('the example in README.md does what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? []
  const lines = example.split('\n').filter((line) => !line.startsWith('import '))
  const body = lines.map((line) => line.replace(/^(.+?) \/\/ → (.+)$/, 'check(($1), ($2));')).join('\n')
  let checks = 0
  const check = (value: unknown, expected: unknown) => {
    checks++
    expect(value).toEqual(expected)
  }
  const names = { ...addr, ...helo }
  const source = `return (async () => { const { ${Object.keys(names).join(', ')} } = names\n${body} })()`
  await new Function('names', 'check', source)(names, check)
  expect(checks).toBe(6)
})
