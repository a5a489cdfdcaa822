// The DNS of the tests: one small server on loopback that knows these names, what a test adds, and nothing else.

import { createZone, type ServerQuery, startZoneServer, type ZoneServer } from '@postern/dns/testing'

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
  /** Holds back answers about slow.example.net until `release` is called; resolves when one was asked for. */
  hold(): { asked: Promise<void>; release: () => void }
}

/** Starts the server on a port of the kernel's choice; `more` is further zone text. */
export async function startDns(more = ''): Promise<Dns> {
  let holding: { onAsked: () => void; isHeld: boolean } | undefined
  const server = await startZoneServer(createZone(text + more, { failures }), {
    conduct(query: ServerQuery) {
      if (query.name !== 'slow.example.net' || !holding?.isHeld) return undefined
      holding.onAsked()
      return { drop: true }
    },
  })
  return {
    ...server,
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
