// The DNS of the tests: one small server on loopback that knows these names, what a test adds, and nothing else.

import type { TempReason } from '@postern/dns'
import {
  createZone,
  type ServerQuery,
  startZoneServer,
  type Zone,
  type ZoneServer,
} from '@postern/dns/testing'

const text = `
mail.example.net          A    192.0.2.10       ; a mail server that greets with its own name
mx-only.example.net       MX   10 mail.example.net
gw1.pool.example.org      A    198.51.100.7     ; two servers of one pool, in different networks
gw2.pool.example.org      A    203.0.113.7
slow.example.net          A    192.0.2.11
sender.example.net        TXT  "v=spf1 ip4:192.0.2.10 -all"
`

/** Names that the server has trouble with. */
const failures = { 'broken.example.net': 'servfail' } as const

export interface Dns extends ZoneServer {
  /** The line of the settings that points the daemon here. */
  readonly settings: string
  /** From now on these names are there as well, in place of what was added before. */
  publish(more: string): void
  /** From now on a name has this trouble; `timeout` is no answer at all. */
  fail(name: string, reason: TempReason): void
  /** Holds back answers about slow.example.net until `release` is called; resolves when one was asked for. */
  hold(): { asked: Promise<void>; release: () => void }
}

/** Starts the server on a port of the kernel's choice; `more` is further zone text. */
export async function startDns(more = ''): Promise<Dns> {
  let holding: { onAsked: () => void; isHeld: boolean } | undefined
  let zone = createZone(text + more, { failures })
  // Looks again for each question, as what is served may change.
  const served: Zone = {
    queries: zone.queries,
    authentic: zone.authentic,
    find: (name, type) => zone.find(name, type),
    fail: (key, reason) => zone.fail(key, reason),
    resolve: (name, type, query) => zone.resolve(name, type, query),
  }
  const server = await startZoneServer(served, {
    conduct(query: ServerQuery) {
      if (query.name !== 'slow.example.net' || !holding?.isHeld) return undefined
      holding.onAsked()
      return { drop: true }
    },
  })
  return {
    ...server,
    fail: (name, reason) => served.fail(name, reason),
    publish(added) {
      zone = createZone(text + added, { failures })
    },
    settings: `[dns]\nservers = ["${server.address}"]\ntimeout_ms = 500\n`,
    hold() {
      let onAsked = () => {}
      const asked = new Promise<void>((resolve) => {
        onAsked = resolve
      })
      const own = { onAsked, isHeld: true }
      holding = own
      return {
        asked,
        release: () => {
          own.isHeld = false
        },
      }
    },
  }
}
