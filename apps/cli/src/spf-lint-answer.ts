// What the linter found, for people and for programs.

import {
  defaultLimits,
  formatLintProblem,
  type LintedRecord,
  type LintedTerm,
  type SpfLintReport,
  type SpfProblem,
  type SpfSeverity,
} from '@postern/spf'
import { type Mark, underline } from './record-marks.ts'
import { printableBytes } from './text-table.ts'
import { hangText, TERMINAL_COLUMNS } from './text-wrap.ts'

export function formatLintReport(report: SpfLintReport): string {
  const { text, fixed, problems } = report
  const about = problems.filter((problem) => problem.domain !== report.domain)
  const parts = [
    report.records[0] === undefined
      ? `${headOf(report)}\n${formatProblems(problems)}`
      : formatRecord(report.records[0], { problems, head: headOf(report) }),
    ...report.records
      .slice(1)
      .filter(({ domain }) => about.some((problem) => problem.domain === domain))
      .map((record) => formatRecord(record, { problems, head: headOfRecord(record) })),
  ]
  if (fixed !== undefined) parts.push(formatFixed(fixed))
  if (text !== undefined) parts.push(formatLookups(report))
  parts.push(`${formatSummary(report)}\n`)
  return parts.join('\n')
}

function headOf({ domain, sizes }: SpfLintReport): string {
  const name = domain === undefined ? 'The record' : printableBytes(domain)
  if (sizes === undefined) return `${name}:`
  const strings = (sizes.strings?.length ?? 1) > 1 ? ` in ${sizes.strings?.length} strings` : ''
  const answer = sizes.answer === undefined ? '' : `; all TXT records in one answer ${sizes.answer}`
  return `${name}: ${sizes.record} octets${strings}${answer}`
}

const headOfRecord = ({ domain, via }: LintedRecord): string => `${printableBytes(domain ?? '')}, by ${via}:`

interface Context {
  readonly problems: readonly SpfProblem[]
  readonly head: string
}

const signs: Record<SpfSeverity, string> = { error: '^', warning: '~', advice: '.' }

function formatRecord({ domain, text }: LintedRecord, { problems, head }: Context): string {
  const own = problems.filter((problem) => problem.domain === domain)
  // Errors last, as they are to be seen where several meet.
  const marks: Mark[] = own
    .toReversed()
    .flatMap(({ at, length, severity }) => (at === undefined ? [] : [{ at, length, sign: signs[severity] }]))
  const lines = underline(text, marks, { columns: TERMINAL_COLUMNS - 2 })
  return `${head}\n${lines.map((line) => `  ${line}\n`).join('')}${formatProblems(own)}`
}

/** Positions count from 1, as editors do. */
function formatProblems(problems: readonly SpfProblem[]): string {
  return problems
    .map((problem) => {
      const place = problem.at === undefined ? '' : `${problem.at + 1}: `
      return hangText(`  ${problem.severity.padEnd(7)} `, place + formatLintProblem(problem))
    })
    .join('')
}

function formatFixed(fixed: string): string {
  const lines = underline(fixed, [], { columns: TERMINAL_COLUMNS - 2 })
  return `What can be mended without asking gives:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function formatLookups({ records }: SpfLintReport): string {
  const [root] = records
  if (root === undefined) return ''
  const { ip4, ip6 } = root.void
  const head = `Lookups, at most: ${root.lookups} of ${defaultLimits.terms}; void: ${ip4} of ${defaultLimits.voidTerms} for IPv4 clients, ${ip6} for IPv6 clients`
  const tree = new LookupTree(records)
  return `${head}\n${tree.format(root)}`
}

/** Terms shown; a record made to annoy has thousands. */
const TREE_LINES = 200

/** Who spends the lookups. */
class LookupTree {
  readonly #records: ReadonlyMap<string | undefined, LintedRecord>
  readonly #shown = new Set<string>()
  #lines: string[] = []

  constructor(records: readonly LintedRecord[]) {
    this.#records = new Map(records.map((record) => [record.domain, record]))
  }

  format(root: LintedRecord): string {
    this.#lines = []
    this.#addTerms(root, 1)
    const more = this.#lines.length - TREE_LINES
    const lines = this.#lines.slice(0, TREE_LINES)
    return `${lines.map((line) => `${line}\n`).join('')}${more > 0 ? `  and ${more} more\n` : ''}`
  }

  #addTerms({ terms }: LintedRecord, depth: number): void {
    for (const term of terms) {
      if (term.lookups === 0) continue
      const indent = '  '.repeat(depth)
      const isSeen = term.isFollowed && this.#shown.has(term.target ?? '')
      this.#lines.push(
        `${indent}${String(term.lookups).padStart(2)}  ${describeTerm(term)}${isSeen ? ' (as above)' : ''}`,
      )
      if (!term.isFollowed || isSeen || term.target === undefined) continue
      this.#shown.add(term.target)
      this.#addTerms(this.#records.get(term.target)!, depth + 1)
    }
  }
}

function describeTerm({ text, target, void: voids, isFollowed }: LintedTerm): string {
  const clipped = text.length > 60 ? `${text.slice(0, 57)}...` : text
  const name =
    target === undefined || text.toLowerCase().includes(target) || !isFollowed ? '' : ` (${target})`
  return printableBytes(clipped + name) + (isFollowed ? '' : describeVoid(voids))
}

function describeVoid({ ip4, ip6 }: LintedTerm['void']): string {
  if (ip4 > 0 && ip6 > 0) return ', void'
  if (ip4 > 0) return ', void for IPv4 clients'
  return ip6 > 0 ? ', void for IPv6 clients' : ''
}

function formatSummary({ problems, isComplete }: SpfLintReport): string {
  const counts = (['error', 'warning', 'advice'] as const).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length
    if (count === 0) return []
    return [`${count} ${severity}${count > 1 && severity !== 'advice' ? 's' : ''}`]
  })
  const found = counts.length === 0 ? 'No problems' : counts.join(', ')
  return isComplete ? `${found}.` : `${found}; not everything could be looked up.`
}

/** The shape is documented in README.md. */
export function jsonOfLintReport(report: SpfLintReport) {
  const { domain, text, problems, fixed, records, sizes, questions, isComplete } = report
  const [root] = records
  return {
    domain: domain ?? null,
    record: text ?? null,
    fixed: fixed ?? null,
    problems: problems.map((problem) => nullified({ ...problem, message: formatLintProblem(problem) })),
    lookups: root === undefined ? null : { terms: root.lookups, void: root.void, limits: defaultLimits },
    records: records.map((record) => nullified({ ...record, terms: record.terms.map(nullified) })),
    sizes: sizes === undefined ? null : nullified(sizes),
    questions,
    complete: isComplete,
  }
}

/** Null in place of undefined, so that every property is always there. */
function nullified(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, part === undefined ? null : part]),
  )
}
