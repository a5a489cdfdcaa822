// helo.zone as a Resolver, with the trouble that scripts/compare-helo/troubled-dns.mjs makes on the wire.
import { readFileSync } from 'node:fs'
import type { Resolver, TempReason } from '@postern/dns'
import { createZone } from '@postern/dns/testing'

const TROUBLE: Readonly<Record<string, TempReason | 'nxdomain'>> = {
  servfail: 'servfail',
  notimp: 'servfail',
  formerr: 'servfail',
  yxdomain: 'servfail',
  notauth: 'servfail',
  refused: 'refused',
  nxdomain: 'nxdomain',
}

function troubleOf(name: string, type: string): TempReason | 'nxdomain' | undefined {
  for (const label of name.split('.')) {
    const [word = '', only] = label.split('-')
    if (only === undefined || only.toUpperCase() === type) {
      const trouble = TROUBLE[word]
      if (trouble !== undefined) return trouble
    }
  }
  return undefined
}

/** A resolver over helo.zone that answers at once. */
export function openTroubledZone(): Resolver {
  const zone = createZone(readFileSync(new URL('./helo.zone', import.meta.url), 'utf8'))
  return {
    resolve(name, type, options) {
      const trouble = troubleOf(name, type)
      if (trouble === 'nxdomain') return { kind: 'nxdomain', ttl: 0 }
      return trouble === undefined
        ? zone.resolve(name, type, options)
        : { kind: 'temperror', reason: trouble }
    },
  }
}
