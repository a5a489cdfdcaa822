// What follows from the findings of checks that have run, for the checks after them. No check knows another.
import { decidingStep, type Macro, type Mechanism, type SpfResult } from '@postern/spf'
import type { SpfFinding } from './checks/spf-finding.ts'

/** What later checks may go by. */
export interface Derived {
  /**
   * The sender's domain, where SPF has confirmed that this client is one of those that send its mail. A pass that anybody
   * would get confirms nothing.
   */
  readonly authenticatedDomain?: string | undefined
}

export const nothingDerived: Derived = {}

/** What is derived when this check has found this. */
export function deriveFrom(check: string, finding: unknown, known: Derived): Derived {
  if (check !== 'spf') return known
  const spf = finding as SpfFinding
  const result = spf.kind === 'evaluated' ? spf.mailFrom : undefined
  return result?.result === 'pass' && isConfirming(result)
    ? { ...known, authenticatedDomain: result.domain }
    : known
}

function isConfirming(result: Extract<SpfResult, { chain: unknown }>): boolean {
  const { term } = decidingStep(result)
  return term?.kind === 'directive' && !isForAnybody(term.mechanism, result.ip?.version)
}

/** Networks wider than these are no mail servers of one sender: a whole /8 of IPv4, all that a registry gives out in IPv6. */
const WIDEST_IP4 = 8
const WIDEST_IP6 = 16

/** Whether a mechanism matches whoever comes: `+all`, a network as wide as `0.0.0.0/1`, `exists` without the client in its name. */
function isForAnybody(mechanism: Mechanism, version: 4 | 6 | undefined): boolean {
  switch (mechanism.name) {
    case 'all':
      return true
    case 'ip4':
    case 'ip6':
      return mechanism.network.prefixLength < (version === 4 ? WIDEST_IP4 : WIDEST_IP6)
    case 'a':
    case 'mx':
      return version === 4 ? mechanism.prefix.ip4 < WIDEST_IP4 : mechanism.prefix.ip6 < WIDEST_IP6
    case 'exists':
      return !mechanism.domain.parts.some(namesClient)
    default:
      return false
  }
}

/** A macro that is another one for each client: its address, or its name. */
const namesClient = (part: string | Macro): boolean =>
  typeof part !== 'string' && (part.letter === 'i' || part.letter === 'p')
