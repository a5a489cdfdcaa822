import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startTestDaemon } from './in-process.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const readme = read('../README.md')

it('logs decisions as README.md shows them', async () => {
  const shown = (/```text\n([^`]*)```/.exec(readme)?.[1] ?? '').trimEnd().split('\n')
  const daemon = await startTestDaemon()
  await daemon.ask()
  await daemon.ask({ helo_name: 'server' })
  await daemon.line(/helo=server /)
  const decisions = daemon.lines.filter((line) => line.includes(' decision '))
  expect(decisions).toHaveLength(shown.length)
  const plain = (line: string) => line.replace(/^\S+Z/, 'TIME').replace(/ us=\d+$/, ' us=N')
  // An ellipsis stands for the rest of a line.
  for (const [i, line] of shown.entries())
    if (line.endsWith('…')) expect(plain(decisions[i]!).startsWith(plain(line).slice(0, -1))).toBe(true)
    else expect(plain(decisions[i]!)).toBe(plain(line))
})

it('README.md tells every option of the help', () => {
  const shared = [...read('../../../packages/daemon/src/command-line.ts').matchAll(/^ {4}' {2}(--[a-z]+)/gm)]
  const own = [...read('../src/main.ts').matchAll(/flag: \{ name: '([a-z]+)'/g)]
  const options = [...shared.map(([, option]) => option), ...own.map(([, flag]) => `--${flag}`)]
  expect(options).toEqual(['--config', '--log', '--version', '--stdio'])
  for (const option of options) expect(readme).toContain(`\`${option}`)
})

it('README.md tells every event of the log', () => {
  const own = ['policyd', 'service', 'store', 'sweep', 'decider'].map((name) => `../src/${name}.ts`)
  const shared = ['reload', 'failure-log'].map((name) => `../../../packages/daemon/src/${name}.ts`)
  const sources = [...own, ...shared].map(read)
  const events = sources
    .flatMap((source) => [...source.matchAll(/log\.write\('(?:info|warn|error)', '([a-z-]+)'/g)])
    .map(([, event]) => event!)
  expect(events.length).toBeGreaterThan(9)
  for (const event of new Set(events))
    expect(readme).toContain(event === 'decision' ? ' decision ' : `\`${event}\``)
})
