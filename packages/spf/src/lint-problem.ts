// Problems put together and in order.
import type { LintedTerm, SpfLintReport, SpfProblem, SpfProblemFacts, SpfSeverity } from './lint-report.ts'

/** A problem of a whole record, or of the domain. */
export function problemOf(
  domain: string | undefined,
  facts: SpfProblemFacts,
  severity: SpfSeverity = 'error',
): SpfProblem {
  return { severity, standing: 'own', domain, at: undefined, length: 0, text: '', ...facts }
}

/** A problem of one term of a record that has been linted. */
export function problemAt(
  domain: string | undefined,
  { at, text }: LintedTerm,
  { severity, facts }: { readonly severity: SpfSeverity; readonly facts: SpfProblemFacts },
): SpfProblem {
  return { severity, standing: 'own', domain, at, length: text.length, text, ...facts }
}

/** The report on a domain without a record. */
export function emptyReport(domain: string, problems: readonly SpfProblemFacts[]): SpfLintReport {
  return {
    domain,
    text: undefined,
    problems: problems.map((facts) => problemOf(domain, facts)),
    fixed: undefined,
    records: [],
    sizes: undefined,
    questions: 0,
    isComplete: true,
  }
}

const rank: Record<SpfSeverity, number> = { error: 0, warning: 1, advice: 2 }

/** By severity, then by record in the order given, then by place. */
export function sortProblems(
  problems: readonly SpfProblem[],
  domains: readonly (string | undefined)[],
): SpfProblem[] {
  const order = new Map(domains.map((domain, i) => [domain, i]))
  return problems.toSorted(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      (order.get(a.domain) ?? 0) - (order.get(b.domain) ?? 0) ||
      (a.at ?? -1) - (b.at ?? -1),
  )
}
