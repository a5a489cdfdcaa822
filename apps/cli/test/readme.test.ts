import { readFileSync } from 'node:fs'
import { createZone, startZoneServer } from '@postern/dns/testing'
import { openLmdbStore } from '@postern/store-lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../src/commands/index.ts'
import { Desk } from './harness.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** What the README says that each command line prints, in its n-th transcript. */
const transcriptOf = (n: number) =>
  ([...readme.matchAll(/```console\n([^`]*)```/g)][n - 1]?.[1] ?? '')
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.trimEnd().split('\n')
      return { line, printed }
    })

/** Words as the shell has them; only plain quotes. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word)

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

it.each(transcriptOf(1))('$line prints what the README says', async ({ line, printed }) => {
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
  const { out, err } = await desk.run(...wordsOf(line).slice(1))
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

describe('the transcript about SPF', () => {
  const zone = createZone(`
    example.org       TXT "v=spf1 mx include:_spf.example.net -all"
    example.org       MX  10 mx1.example.org
    mx1.example.org   A   192.0.2.1
    _spf.example.net  TXT "v=spf1 ip4:198.51.100.0/24 ?all"
    example.com       MX  10 mail.example.com
    example.com       A   192.0.2.80
    mail.example.com  A   192.0.2.25
  `)
  it.each(transcriptOf(2))('$line prints what the README says', async ({ line, printed }) => {
    const server = await startZoneServer(zone)
    try {
      const { out } = await desk.run(...wordsOf(line).slice(1), '--dns', server.address)
      // A last line of an ellipsis stands for all the rest.
      const isWhole = printed.at(-1)?.trim() !== '…'
      const shown = isWhole ? printed : printed.slice(0, -1)
      expect(
        out
          .trimEnd()
          .split('\n')
          .slice(0, isWhole ? undefined : shown.length),
      ).toEqual(shown)
    } finally {
      await server.close()
    }
  })
})
