// The ports of the pipeline, made from the settings: for the daemon, and for the command line, so that both say the same.

import os from 'node:os'
import { createBudget, createCache } from '@postern/dns'
import { createResolver } from '@postern/dns/node'
import type { Greylist } from '@postern/greylist'
import type { Ports } from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import { version } from './version.ts'

/** The DNS as the daemon asks it. */
export interface Dns extends Pick<Ports, 'resolver' | 'newBudget'> {
  /** Ends the questions under way with `temperror`. */
  close(): void
}

/** The resolver of the settings, with its cache; asks `servers` instead of theirs, where given. */
export function openDns({ dns }: Pick<Settings, 'dns'>, servers: readonly string[] = dns.servers): Dns {
  const resolver = createResolver({
    servers,
    attemptTimeoutMs: dns.timeout_ms,
    attempts: dns.attempts,
  })
  const now = () => performance.now()
  return {
    resolver: createCache(resolver, { now, maxEntries: dns.cache_entries }),
    newBudget: () => createBudget({ deadlineMs: now() + dns.message_deadline_ms, now }),
    close: () => resolver.close(),
  }
}

/** What the checks see of the world under these settings. */
export function createPorts(
  { policy }: Pick<Settings, 'policy'>,
  { dns, greylist }: { readonly dns: Dns; readonly greylist: Greylist },
): Ports {
  const name = policy.host_name ?? os.hostname()
  return {
    resolver: dns.resolver,
    newBudget: dns.newBudget,
    greylist,
    host: { name, names: [name, ...policy.own_names], networks: policy.own_networks, version },
  }
}
