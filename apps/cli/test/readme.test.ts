import { readFileSync } from 'node:fs'
import { openLmdbStore } from '@postern/store-lmdb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commands } from '../src/commands/index.ts'
import { Desk } from './harness.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** What the README says that each command line prints. */
const transcript = (/```console\n([^`]*)```/.exec(readme)?.[1] ?? '')
  .split(/^\$ /m)
  .slice(1)
  .map((part) => {
    const [line = '', ...printed] = part.trimEnd().split('\n')
    return { line, printed }
  })

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

it.each(transcript)('$line prints what the README says', async ({ line, printed }) => {
  const opened = openLmdbStore({ directory: `${desk.directory}/state` })
  if (!opened.ok) throw opened.error.cause
  await opened.store.update(['k'], () => ({ value: 0, next: [{ first: 0, last: 0, count: 0 }] }))
  await opened.store.close()
  const isAboutMistakes = line.includes('config check')
  desk.settings(
    isAboutMistakes
      ? '[greylist]\ndelay_secondz = 300\nmode = observe\n'
      : '[store]\ndirectory = "state"\n[dns]\nservers = ["127.0.0.1:1"]\n',
  )
  const { out, err } = await desk.run(...line.split(' ').slice(1))
  const lines = (out + err).trimEnd().split('\n')
  expect(lines).toHaveLength(printed.length)
  // An ellipsis stands for the rest of a line.
  expect(
    lines.map((text, i) => (printed[i]!.endsWith('…') ? `${text.slice(0, printed[i]!.length - 1)}…` : text)),
  ).toEqual(printed)
})

it('names every command', () => {
  for (const { words } of commands) {
    const [group = '', name = ''] = words.split(' ')
    expect(readme).toMatch(new RegExp(`\`postern ${group}[^|]*${name}`))
  }
})
