import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('README.md', () => {
  const readme = read('README.md')

  it("shows Postfix's lines exactly as the end-to-end tests take them from docs/operating", () => {
    const blocks = readme.match(/^```ini .*?^```$/gms) ?? []
    expect(blocks.length).toBeGreaterThanOrEqual(3)
    const page = read('docs/operating/postfix.md') + read('docs/operating/milter.md')
    for (const block of blocks) expect(page).toContain(block)
  })
})

describe('pages', () => {
  const pages = [
    'README.md',
    'docs/architecture.md',
    'docs/contributing.md',
    'docs/operating/dkim-keys.md',
    'docs/operating/from-opendkim.md',
    'docs/operating/milter.md',
    'docs/operating/postfix.md',
    'docs/operating/spamd.md',
    'docs/performance.md',
  ]

  it.each(pages)('%s links to nothing that is not there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!)
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)))
    expect(missing).toEqual([])
  })

  it.each(['README.md', 'docs/contributing.md'])('%s names only commands that there are', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...read(page).matchAll(/npm run ([a-z:0-9]+)/g)].map(([, name]) => name!)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})
