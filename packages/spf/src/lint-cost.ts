// What terms cost a receiver at the worst, and the sum of it.
import type { VoidCounts } from './lint-report.ts'

/** What a term costs at the worst. */
export interface Cost {
  readonly lookups: number
  readonly void: VoidCounts
}

export const FREE: Cost = { lookups: 0, void: { ip4: 0, ip6: 0 } }
export const ONE: Cost = { lookups: 1, void: { ip4: 0, ip6: 0 } }

export const plus = (a: Cost, b: Cost): Cost => ({
  lookups: a.lookups + b.lookups,
  void: { ip4: a.void.ip4 + b.void.ip4, ip6: a.void.ip6 + b.void.ip6 },
})
