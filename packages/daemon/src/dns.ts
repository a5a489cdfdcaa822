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

/** Opens the DNS of the settings. */
export type DnsOpener = (settings: Pick<Settings, 'dns'>) => Dns

/** One DNS, with one cache, for all daemons of a process that have the same settings. */
export interface SharedDns {
  readonly open: DnsOpener
  /** What is opened from now on has an empty cache: somebody has asked for a reload. */
  renew(): void
}

export function createSharedDns(): SharedDns {
  let opened = new Map<string, { readonly dns: Dns; users: number }>()
  return {
    open({ dns: settings }) {
      const key = JSON.stringify(settings)
      const shared = opened.get(key) ?? { dns: openDns({ dns: settings }), users: 0 }
      opened.set(key, shared)
      shared.users++
      const from = opened
      return {
        ...shared.dns,
        close() {
          if (--shared.users > 0) return
          from.delete(key)
          shared.dns.close()
        },
      }
    },
    renew() {
      opened = new Map()
    },
  }
}
