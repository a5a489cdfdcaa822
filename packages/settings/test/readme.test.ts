import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formatProblems, loadSettings } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it("the README's example prints what it says", () => {
  const text = /loadSettings\(`([^`]*)`\)/.exec(readme)?.[1] ?? ''
  const said = [...readme.matchAll(/^\/\/ (postern\.toml:.*)$/gm)].map(([, line]) => line!.replace(/…$/, ''))
  const loaded = loadSettings(text)
  const lines = loaded.ok ? [] : formatProblems(loaded.problems, 'postern.toml')
  expect(lines.map((line, i) => line.slice(0, said[i]!.length))).toEqual(said)
})
