// Imports a TypeScript module of this folder: bundled with all sources of the workspace that it needs, other packages as installed.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export async function loadSource(entry) {
  const source = fileURLToPath(entry)
  const folder = path.join(path.dirname(import.meta.dirname), 'node_modules', '.postern-bench')
  mkdirSync(folder, { recursive: true })
  const outfile = path.join(folder, `${path.basename(source, '.ts')}-${process.pid}.mjs`)
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@postern/source'],
    logLevel: 'warning',
    plugins: [{ name: 'installed-packages', setup: leaveInstalled }],
  })
  const module = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  return module
}

/** A package that is not ours stays an import, of the file where its importer finds it. */
function leaveInstalled({ onResolve, resolve }) {
  onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, importer, resolveDir, pluginData }) => {
    if (pluginData === 'resolved' || kind === 'entry-point' || name.startsWith('@postern/')) return null
    const found = await resolve(name, { kind, importer, resolveDir, pluginData: 'resolved' })
    return found.errors.length > 0 ? found : { path: found.path, external: true }
  })
}
