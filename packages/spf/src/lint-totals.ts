// The limits of RFC 7208 §4.6.4 against what a record may cost at the worst.
import type { SpfLimits } from './limits.ts'
import { problemAt } from './lint-problem.ts'
import type { LintedRecord, LintedTerm, SpfProblem } from './lint-report.ts'

/** How near to the limit a record may come before its owner is warned: those it includes may change any day. Ours. */
const MARGIN = 2

/** `record`: the first of a report, whose counts are those of everything below it. */
export function checkTotals(record: LintedRecord, limits: SpfLimits): SpfProblem[] {
  const { domain } = record
  const problems: SpfProblem[] = []
  const limit = limits.terms
  const count = record.lookups
  if (count > limit) {
    const term = termBeyond(record, limit, (candidate) => candidate.lookups)
    const facts = { code: 'too-many-terms', count, limit } as const
    if (term) problems.push(problemAt(domain, term, { severity: 'error', facts }))
  } else if (count >= limit - MARGIN) {
    const term = termBeyond(record, count - 1, (candidate) => candidate.lookups)
    const facts = { code: 'many-terms', count, limit } as const
    if (term) problems.push(problemAt(domain, term, { severity: 'warning', facts }))
  }
  for (const version of [4, 6] as const) {
    const voidsOf = (counted: Pick<LintedTerm, 'void'>) =>
      version === 4 ? counted.void.ip4 : counted.void.ip6
    const voids = voidsOf(record)
    if (voids <= limits.voidTerms) continue
    const term = termBeyond(record, limits.voidTerms, voidsOf)
    const facts = { code: 'void-terms', count: voids, limit: limits.voidTerms, version } as const
    // Many have no IPv6 at all: then only forged mail over IPv6 meets this, and the rest is no concern.
    const severity = version === 4 ? 'error' : 'warning'
    if (term) problems.push(problemAt(domain, term, { severity, facts }))
  }
  return problems
}

/** The term at which the sum goes beyond the limit. */
function termBeyond(
  { terms }: LintedRecord,
  limit: number,
  amountOf: (term: LintedTerm) => number,
): LintedTerm | undefined {
  let sum = 0
  return terms.find((term) => {
    sum += amountOf(term)
    return sum > limit
  })
}
