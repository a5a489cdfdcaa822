// What docs/operating/milter.md says about our own settings; its lines for Postfix are tried end to end.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { formatReference, loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(path.resolve(import.meta.dirname, '../../..', name), 'utf8')

describe.each(['milter', 'spam'])('the page %s.md', (name) => {
  const page = read(`docs/operating/${name}.md`)
  const blocks = [...page.matchAll(/^ *```toml (.+)\n((?:.*\n)*?) *```$/gm)]

  it('has blocks of settings, which load as they stand', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2)
    for (const [, , text] of blocks) expect(loadSettings(text!)).toMatchObject({ ok: true })
  })
  it('names no setting that there is not', () => {
    const ofOthers =
      /^(non_smtpd|internal_mail|milter_|disable_mime|smtpd_|queue_id|client_name|not_signed|dkim_why|key_problem|forged_|spam_action|scored_octets|not_scored)/
    const named = [...page.matchAll(/`(?:\[[a-z]+\] )?([a-z0-9]+(?:_[a-z0-9]+)+)(?: = [^`]*)?`/g)]
      .map(([, setting]) => setting!)
      .filter((setting) => !ofOthers.test(setting))
    expect(named.length).toBeGreaterThan(15)
    const reference = formatReference()
    for (const setting of new Set(named)) expect(reference).toContain(`| \`${setting}\` |`)
  })
})

describe('the fields of the log', () => {
  it('that scoring adds are all told', () => {
    const page = read('docs/operating/spam.md')
    const [, body = ''] =
      /function spamFacts([\s\S]*?)\n}/.exec(read('apps/milterd/src/message-line.ts')) ?? []
    const keys = [...body.matchAll(/\['([a-z_]+)', /g)].map(([, key]) => key!)
    expect(keys).toEqual(expect.arrayContaining(['spam', 'spam_action', 'untrained', 'scored_octets']))
    for (const key of keys) expect(page).toContain(`\`${key}\``)
  })
})

describe('the README', () => {
  const readme = read('apps/milterd/README.md')
  const source = (name: string) => read(`apps/milterd/src/${name}.ts`)

  it('tells every option of the help', () => {
    const help = read('packages/daemon/src/command-line.ts')
    const options = [...help.matchAll(/^ {4}' {2}(--[a-z]+)/gm)].map(([, option]) => option)
    expect(options).toEqual(['--config', '--log', '--version'])
    for (const option of options) expect(readme).toContain(`\`${option}`)
  })
  it('tells every event of the log', () => {
    const sources = [
      ...['milterd', 'service'].map(source),
      read('packages/daemon/src/reload.ts'),
      read('packages/daemon/src/failure-log.ts'),
    ]
    const events = sources
      .flatMap((text) => [...text.matchAll(/log\.write\(\s*'(?:info|warn|error)',\s*'([a-z-]+)'/g)])
      .map(([, event]) => event!)
    expect(new Set(events).size).toBeGreaterThan(6)
    for (const event of new Set(events))
      expect(readme).toContain(event === 'message' ? ' message ' : `\`${event}\``)
  })
})
