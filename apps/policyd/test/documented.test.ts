// What docs/operating/postfix.md says about our own settings; its lines for Postfix are tried end to end.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { formatReference, loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'

const pageOf = (name: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../../docs/operating', name), 'utf8')
const blocksOf = (page: string) => [...page.matchAll(/^```toml (.+)\n((?:.*\n)*?)```$/gm)]

/** Names in code spans that look like settings of ours: `[dns] timeout_ms`, `no_mail = true`. */
const settingsNamed = (page: string) =>
  [...page.matchAll(/`(?:\[[a-z]+\] )?([a-z]+(?:_[a-z0-9]+)+)(?: = [^`]*)?`/g)]
    .map(([, name]) => name!)
    .filter((name) => !/^(smtpd?|permit|reject_un|check|policy|postern|command|default)_/.test(name))

describe('the page about SPF', () => {
  const page = pageOf('spf.md')
  const blocks = blocksOf(page)
  it.each(blocks.map(([, title, text]) => [title!, text!]))('%s: no mistakes', (_, text) => {
    expect(loadSettings(text)).toMatchObject({ ok: true })
  })
  it('tells every setting of [spf], and none that is not there', () => {
    const reference = formatReference()
    const [table = ''] = /^## `\[spf\]`\n(?:.*\n)*?(?=^## |$(?![\s\S]))/m.exec(reference) ?? []
    const keys = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key!)
    expect(keys.length).toBeGreaterThan(25)
    for (const key of keys) expect(page).toMatch(new RegExp(`\\b${key}\\b`))
    // A key of the log.
    const others = new Set(['spf_check', 'defer_if_permit', 'reject_unauth_destination'])
    for (const name of settingsNamed(page))
      if (!others.has(name)) expect(reference).toContain(`| \`${name}\` |`)
  })
  it('has the numbers of the replies that there are', () => {
    for (const code of ['550 5.7.23', '550 5.5.2', '451 4.4.3']) expect(page).toContain(`\`${code}\``)
  })
})

describe('the page for administrators', () => {
  const page = pageOf('postfix.md')
  const blocks = blocksOf(page)

  it('has blocks of settings', () => {
    expect(blocks.map(([, title]) => title)).toEqual([
      '/etc/postern/postern.toml',
      '/etc/postern/postern.toml by UNIX socket',
      '/etc/postern/postern.toml coming from postgrey',
    ])
  })

  it.each(blocks.map(([, title, text]) => [title!, text!]))('%s: no mistakes', (_, text) => {
    expect(loadSettings(text)).toMatchObject({ ok: true })
  })

  it('names no setting that is not there', () => {
    const reference = formatReference()
    const named = settingsNamed(page)
    // Keys of the log, and Postfix's own words.
    const others = new Set(['client_name', 'queue_id', 'helo_check', 'spf_check', 'greylist_check'])
    for (const [name] of page.matchAll(/\breject_\w+/g)) others.add(name)
    expect(named.length).toBeGreaterThan(15)
    for (const name of named) if (!others.has(name)) expect(reference).toContain(`| \`${name}\` |`)
  })
})
