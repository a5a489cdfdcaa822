// What docs/operating/postfix.md says about our own settings; its lines for Postfix are tried end to end.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { formatReference, loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/operating/postfix.md'), 'utf8')

describe('the page for administrators', () => {
  const blocks = [...page.matchAll(/^```toml (.+)\n((?:.*\n)*?)```$/gm)]

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
    const named = [...page.matchAll(/`(?:\[[a-z]+\] )?([a-z]+(?:_[a-z0-9]+)+)(?: = [^`]*)?`/g)]
      .map(([, name]) => name!)
      .filter((name) => !/^(smtpd?|permit|reject|check|policy|postern|command|default)_/.test(name))
    // Keys of the log, and Postfix's own words.
    const others = new Set(['client_name', 'queue_id', 'helo_check', 'greylist_check'])
    expect(named.length).toBeGreaterThan(15)
    for (const name of named) if (!others.has(name)) expect(reference).toContain(`| \`${name}\` |`)
  })
})
