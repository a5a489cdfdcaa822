import { type Ip, parseIp } from '@postern/addr'
import { createBudget } from '@postern/dns'
import { createZone, type Zone } from '@postern/dns/testing'
import { createGreylist, createMemoryStore, type Greylist } from '@postern/greylist'
import type { Ports, Subject } from '../src/index.ts'

export const t0 = 1_700_000_000

export function ip(text: string): Ip {
  const parsed = parseIp(text)
  if (!parsed.ok) throw new TypeError(text)
  return parsed.value
}

/** An ordinary message, with these facts instead. */
export function subjectOf(over: Partial<Subject> = {}): Subject {
  return {
    now: t0,
    client: { addressText: '192.0.2.7', address: ip('192.0.2.7') },
    helo: 'mail.example.org',
    sender: 'alice@example.org',
    recipient: 'bob@example.net',
    instance: 'a.1',
    isAuthenticated: false,
    ...over,
  }
}

/** A DNS of one mail server, and a greylist in memory. */
export function portsOf(
  over: Partial<{ resolver: Zone; greylist: Greylist; host: Partial<Ports['host']> }> = {},
): Ports {
  return {
    resolver: over.resolver ?? createZone('mail.example.org A 192.0.2.7'),
    newBudget: () => createBudget({ deadlineMs: 1000, now: () => 0 }),
    greylist: over.greylist ?? createGreylist({ store: createMemoryStore() }),
    host: { name: 'mx.example.net', names: ['mx.example.net'], networks: [], version: '1.2.3', ...over.host },
  }
}
