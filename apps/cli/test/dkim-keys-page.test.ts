// What docs/operating/dkim-keys.md tells administrators to write and to type.

import { readFileSync } from 'node:fs'
import { loadSettings } from '@postern/settings'
import { expect, it } from 'vitest'
import { commands } from '../src/commands/index.ts'

const page = readFileSync(new URL('../../../docs/operating/dkim-keys.md', import.meta.url), 'utf8')
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}.*\n((?:.*\n)*?)\`\`\`$`, 'gm'))].map(([, text]) => text!)

it('has settings that load as they stand', () => {
  expect(blocks('toml')).toHaveLength(2)
  for (const text of blocks('toml')) expect(loadSettings(text)).toMatchObject({ ok: true })
})

it('names no command and no option that there is not', async () => {
  const lines = [...blocks('sh'), ...blocks('text')]
    .join('')
    .split(/\n|\|/)
    .flatMap((line) => /postern (dkim .*)/.exec(line)?.[1] ?? [])
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) {
    const entry = commands.find(({ words }) => line.startsWith(words))
    expect(entry, line).toBeDefined()
    const { options } = await entry!.load()
    const short = Object.values(options).map((option) => option.short)
    for (const [, name] of line.matchAll(/ --([a-z0-9-]+)/g))
      expect(Object.keys(options), line).toContain(name)
    for (const [, letter] of line.matchAll(/ -([a-zA-Z])\b/g)) expect(short, line).toContain(letter)
  }
  const dkim = commands.filter(({ words }) => words.startsWith('dkim '))
  const known = await Promise.all(dkim.map(async ({ load }) => Object.keys((await load()).options)))
  const named = [...page.matchAll(/`--([a-z0-9-]+)/g)].map(([, name]) => name!)
  for (const name of named) expect(known.flat()).toContain(name)
})
