import { type Budget, createBudget, createCache, type Resolver } from '@postern/dns'
import { createResolver } from '@postern/dns/node'
import type { Settings } from '@postern/settings'

/** The DNS as our daemons ask it. */
export interface Dns {
  readonly resolver: Resolver
  /** The time that all questions about one message may take together. */
  newBudget(): Budget
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
