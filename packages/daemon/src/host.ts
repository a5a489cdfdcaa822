import os from 'node:os'
import type { Settings } from '@postern/settings'

/** This host under the settings: `name` stands in headers; `names` and `networks` (CIDR) are what only we may claim to be. */
export interface Host {
  readonly name: string
  readonly names: readonly string[]
  readonly networks: readonly string[]
  readonly version: string
}

/** `version`: of the daemon that asks. */
export function hostOf({ policy }: Pick<Settings, 'policy'>, version: string): Host {
  const name = policy.host_name ?? os.hostname()
  return { name, names: [name, ...policy.own_names], networks: policy.own_networks, version }
}
