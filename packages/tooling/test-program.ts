// For tests that need a process of their own (to be killed, or to share a store): bundles a TypeScript source to a file
// that plain node can run, so that such tests need no build either.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Bundles `entry` (a file URL) and returns the program's path. What the entry's own package names as a dependency stays an import of
 * it, native modules above all; what only packages of the workspace need goes in.
 */
export async function bundleProgram(entry: URL): Promise<string> {
  const source = fileURLToPath(entry)
  const own = packageFolder(source)
  const named = dependenciesOf(own)
  const folder = path.join(own, 'node_modules', '.postern-test')
  mkdirSync(folder, { recursive: true })
  const place = mkdtempSync(path.join(folder, 'program-'))
  chmodSync(place, 0o755) // A test may run it as another user.
  const outfile = path.join(place, `${path.basename(source, '.ts')}.mjs`)
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@postern/source'],
    logLevel: 'warning',
    plugins: [
      {
        name: 'own-dependencies-outside',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
            if (kind === 'entry-point' || name.startsWith('@postern/')) return null
            return isBuiltin(name) || named.has(packageName(name)) ? { path: name, external: true } : null
          })
        },
      },
    ],
  })
  return outfile
}

/** `@scope/name` of `@scope/name/part`. */
const packageName = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

function dependenciesOf(folder: string): Set<string> {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', object | undefined>
  return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})])
}

function packageFolder(file: string): string {
  const [, folder] = /^(.*\/(?:packages|apps)\/[^/]+)\//.exec(file) ?? []
  if (folder === undefined) throw new Error(`${file} is in no package of the workspace`)
  return folder
}
