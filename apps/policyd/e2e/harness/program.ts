// The built program, where any user may run it: spawn(8) and the daemon of these tests run as nobody, and a checkout may lie
// below a directory that is not everybody's to enter (/root). Then a copy serves, as an installation elsewhere would.

import { chmodSync, cpSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.resolve(fileURLToPath(import.meta.url), '../../../../..')

/** The root of the checkout, or of a readable copy of what the daemon needs of it. */
export const checkout =
  existsSync(path.join(here, 'apps/policyd/dist/main.js')) && !isEverybodys(here) ? copied() : here

/** The built program, as the package's `bin` runs it. */
export const program = path.join(checkout, 'apps/policyd/dist/main.js')

/** Whether others may enter the directory and all above it. */
function isEverybodys(directory: string): boolean {
  const parent = path.dirname(directory)
  return (statSync(directory).mode & 0o001) !== 0 && (parent === directory || isEverybodys(parent))
}

function copied(): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-checkout-'))
  chmodSync(root, 0o755)
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const from = path.join(here, 'apps/policyd')
  const to = path.join(root, 'apps/policyd')
  for (const name of ['dist', 'package.json'])
    cpSync(path.join(from, name), path.join(to, name), { recursive: true })
  // What is not in the bundle, each with its own dependencies, which pnpm keeps beside it.
  for (const name of ['lmdb', 'pino']) {
    const beside = path.dirname(realpathSync(path.join(from, 'node_modules', name)))
    cpSync(beside, path.join(to, 'node_modules'), { recursive: true, dereference: true, force: true })
  }
  return root
}
