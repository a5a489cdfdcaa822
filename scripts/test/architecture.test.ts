import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

// The house's rules that no compiler checks: who may import whom, and what libraries may not touch.

const root = path.resolve(import.meta.dirname, '../..')
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')

/** The table of docs/architecture.md: package -> the workspace packages it may depend on. */
const allowed = new Map(
  [...page.matchAll(/^\| `([a-z-]+)` \|[^|]*\|([^|]*)\|/gm)].map(([, name, dependencies]) => [
    name,
    [...(dependencies ?? '').matchAll(/`([a-z-]+)`/g)].map(([, dependency]) => dependency).sort(),
  ]),
)

interface Manifest {
  name: string
  private?: boolean
  dependencies?: Record<string, string>
}

const folders = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(path.join(root, kind)).map((name) => path.join(root, kind, name)),
)
const manifests = folders
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => !manifest.private)

const short = (name: string) => name.replace('@postern/', '')

describe('dependencies between packages', () => {
  it.each(manifests.map(({ manifest }) => [short(manifest.name), manifest] as const))(
    '%s has those of docs/architecture.md',
    (name, manifest) => {
      const own = Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith('@postern/'))
      expect(own.map(short).sort()).toEqual(allowed.get(name))
    },
  )
  it('are told for no package that does not exist', () => {
    expect([...allowed.keys()].sort()).toEqual(manifests.map(({ manifest }) => short(manifest.name)).sort())
  })
})

describe('libraries', () => {
  const sources = manifests
    .filter(({ folder }) => folder.includes(`${path.sep}packages${path.sep}`))
    // What our daemons share is no library: it has their clock, their log, their signals.
    .filter(({ manifest }) => manifest.name !== '@postern/daemon')
    .flatMap(({ folder }) => {
      const src = path.join(folder, 'src')
      return (readdirSync(src, { recursive: true }) as string[])
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(src, file))
    })
  const banned: [string, RegExp][] = [
    ['the clock of the wall', /\bDate\.now\(|\bnew Date\(\)/],
    ['chance', /\bMath\.random\(/],
    ['the environment', /\bprocess\.env\b/],
    ['the console', /\bconsole\./],
    ["another package's insides", /from '@postern\/[a-z-]+\/(src|dist)\//],
  ]
  it.each(banned)('do not touch %s', (_, pattern) => {
    const offenders = sources.filter((file) => pattern.test(readFileSync(file, 'utf8')))
    expect(offenders.map((file) => path.relative(root, file))).toEqual([])
  })
  it('have no long files', () => {
    const long = sources.filter((file) => readFileSync(file, 'utf8').split('\n').length > 400)
    expect(long).toEqual([])
  })
})
