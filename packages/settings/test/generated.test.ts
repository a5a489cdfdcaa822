import { readFileSync } from 'node:fs'
import { checks } from '@postern/pipeline'
import { describe, expect, it } from 'vitest'
import { defaultSettings, formatReference, formatSample, loadSettings } from '../src/index.ts'

const inRoot = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

const daemons = ['policy', 'dns', 'store', 'log', 'milter', 'dkim', 'signing', 'spamd', 'bayes', 'spam']
const tables = [...daemons, ...checks.map(({ name }) => name)]

describe('the sample', () => {
  it('is the one in the repository; if not, run `npm run gen`', () => {
    expect(inRoot('postern.sample.toml')).toBe(formatSample())
  })
  it('loads as it stands', () => {
    expect(loadSettings(formatSample())).toEqual({ ok: true, settings: defaultSettings() })
  })
  it('holds exactly the defaults once each of them is uncommented', () => {
    const text = formatSample().replaceAll(/^#(?=\S)/gm, '')
    expect(text).not.toBe(formatSample())
    expect(loadSettings(text)).toEqual({ ok: true, settings: defaultSettings() })
    const set = [...text.matchAll(/^(\w+) = /gm)].map(([, key]) => key)
    const keys = Object.values(defaultSettings()).flatMap((table) => Object.keys(table))
    expect(set).toEqual(keys)
  })
  it('loads with its examples too', () => {
    const text = formatSample().replaceAll(/^# {3}(?=\w+ = )/gm, '')
    const loaded = loadSettings(text)
    expect(loaded).toMatchObject({
      ok: true,
      settings: { policy: { host_name: 'mx.example.org' }, store: { directory: '/var/lib/postern' } },
    })
  })
  it('has a section for every table, in order', () => {
    expect([...formatSample().matchAll(/^\[(\w+)\]$/gm)].map(([, name]) => name)).toEqual(tables)
  })
  it('keeps its comments to 100 columns', () => {
    const comments = formatSample()
      .split('\n')
      .filter((line) => line.startsWith('# '))
    expect(comments.filter((line) => line.length > 100)).toEqual([])
  })
})

describe('the reference', () => {
  it('is the one in the repository; if not, run `npm run gen`', () => {
    expect(inRoot('docs/operating/settings.md')).toBe(formatReference())
  })
  it('has a section for every table and a row for every key', () => {
    const reference = formatReference()
    expect([...reference.matchAll(/^## `\[(\w+)\]`$/gm)].map(([, name]) => name)).toEqual(tables)
    const keys = [...formatSample().matchAll(/^#(?:\s{3})?(\w+) = /gm)].map(([, key]) => key)
    const outer = reference.replaceAll(/^### [^#]+/gm, '')
    expect([...outer.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)).toEqual(keys)
  })
  it('says something about every key', () => {
    expect(formatReference()).not.toMatch(/\| *\|$/m)
  })
})
