// The ports of the pipeline, made from the settings: for the daemon, and for the command line, so that both say the same.

import { type Dns, hostOf } from '@postern/daemon'
import type { Greylist } from '@postern/greylist'
import type { Ports } from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import { version } from './version.ts'

/** What the checks see of the world under these settings. */
export function createPorts(
  settings: Pick<Settings, 'policy'>,
  { dns, greylist }: { readonly dns: Dns; readonly greylist: Greylist },
): Ports {
  return {
    resolver: dns.resolver,
    newBudget: dns.newBudget,
    greylist,
    host: hostOf(settings, version),
  }
}
