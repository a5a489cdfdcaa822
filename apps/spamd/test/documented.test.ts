// What docs/operating/spamd.md and the README say about us; the lines for Postfix are tried end to end.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { formatReference, loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(path.resolve(import.meta.dirname, '../../..', name), 'utf8')
const page = read('docs/operating/spamd.md')
const source = (name: string) => read(`apps/spamd/src/${name}.ts`)

describe('the page about the daemon for spamc', () => {
  it('has blocks of settings, which load as they stand', () => {
    const blocks = [...page.matchAll(/^```toml (.+)\n((?:.*\n)*?)```$/gm)]
    expect(blocks.length).toBeGreaterThan(0)
    for (const [, , text] of blocks) expect(loadSettings(text!)).toMatchObject({ ok: true })
  })
  it('names no setting that there is not', () => {
    const named = [...page.matchAll(/`(?:\[[a-z]+\] )?([a-z]+(?:_[a-z]+)+)(?: = [^`]*)?`/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'content_filter')
    expect(new Set(named)).toEqual(new Set(['allow_tell', 'bogosity_header', 'spam_threshold', 'per_user']))
    for (const name of named) expect(formatReference()).toContain(`| \`${name}\` |`)
  })
  it('shows lines of the log with the keys that we write', () => {
    const shown = [...page.matchAll(/^\S+ request (.*)$/gm)].flatMap(([, pairs]) =>
      [...pairs!.matchAll(/(\w+)=/g)].map(([, key]) => key!),
    )
    expect(shown.length).toBeGreaterThan(10)
    for (const key of shown) expect(source('request-line')).toContain(`'${key}'`)
  })
})

describe('the README', () => {
  const readme = read('apps/spamd/README.md')

  it('tells every option of the help', () => {
    const help = read('packages/daemon/src/command-line.ts')
    const options = [...help.matchAll(/^ {4}' {2}(--[a-z]+)/gm)].map(([, option]) => option)
    expect(options).toEqual(['--config', '--log', '--version'])
    for (const option of options) expect(readme).toContain(`\`${option}`)
  })
  it('tells every event of the log', () => {
    const sources = [
      source('spamd'),
      read('packages/daemon/src/reload.ts'),
      read('packages/daemon/src/failure-log.ts'),
      read('packages/daemon/src/patient-filter.ts'),
    ]
    const events = sources
      .flatMap((text) => [...text.matchAll(/log\.write\(\s*'(?:info|warn|error)',\s*'([a-z-]+)'/g)])
      .map(([, event]) => event!)
    expect(new Set(events).size).toBeGreaterThan(5)
    for (const event of new Set(events))
      expect(readme).toContain(event === 'request' ? ' request ' : `\`${event}\``)
  })
})
