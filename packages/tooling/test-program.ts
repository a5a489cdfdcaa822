// For tests that need a process of their own (to be killed, or to share a store): bundles a TypeScript source to a file
// that plain node can run, so that such tests need no build either.

import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles `entry` (a file URL) and returns the program's path; outside packages stay imports of the entry's own package. */
export async function bundleProgram(entry: URL): Promise<string> {
  const source = fileURLToPath(entry)
  const folder = path.join(packageFolder(source), 'node_modules', '.postern-test')
  mkdirSync(folder, { recursive: true })
  const own = mkdtempSync(path.join(folder, 'program-'))
  chmodSync(own, 0o755) // A test may run it as another user.
  const outfile = path.join(own, `${path.basename(source, '.ts')}.mjs`)
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
        name: 'workspace-sources-only',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@postern/') ? null : { path: name, external: true },
          )
        },
      },
    ],
  })
  return outfile
}

function packageFolder(file: string): string {
  const [, folder] = /^(.*\/(?:packages|apps)\/[^/]+)\//.exec(file) ?? []
  if (folder === undefined) throw new Error(`${file} is in no package of the workspace`)
  return folder
}
