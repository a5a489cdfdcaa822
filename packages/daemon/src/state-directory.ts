import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where state is kept: as the settings say (a relative path counts from the settings file); else what systemd's
 * StateDirectory= gave; else `.postern` in a checkout; else /var/lib/postern.
 */
export function stateDirectory(configured: string | undefined, configPath: string | undefined): string {
  if (configured !== undefined) return path.resolve(configPath ? path.dirname(configPath) : '.', configured)
  const given = process.env.STATE_DIRECTORY?.split(':')[0]
  if (given) return given
  const checkout = checkoutRoot()
  return checkout ? path.join(checkout, '.postern') : '/var/lib/postern'
}

/** The root of the checkout this code was built in, if it was not installed from npm. */
function checkoutRoot(): string | undefined {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const root = path.resolve(here, '../../..')
  return existsSync(path.join(root, 'pnpm-workspace.yaml')) ? root : undefined
}
