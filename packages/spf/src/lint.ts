// Lints what a domain publishes, or a text before it is published: for those who write SPF records.
import { parseHostname } from '@postern/addr'
import type { Budget, MaybeAsync, Resolver } from '@postern/dns'
import { defaultLimits, type SpfLimits } from './limits.ts'
import { emptyReport, problemOf, sortProblems } from './lint-problem.ts'
import { RecordReader } from './lint-reader.ts'
import type { SpfLintReport } from './lint-report.ts'
import { inRounds } from './lint-rounds.ts'
import { checkSizes, type PublishedTexts, sizesOf } from './lint-size.ts'
import { readText } from './lint-text.ts'
import { checkTotals } from './lint-totals.ts'
import { type WalkMeans, type WalkStart, walkRecord } from './lint-walk.ts'
import { selectRecord } from './select-record.ts'

export interface SpfLintPorts {
  /** Without one, only what the text alone shows is reported. */
  readonly resolver?: Resolver | undefined
  /** Whose record the text is to be. Without it, terms that ask for the domain itself are not looked up. */
  readonly domain?: string | undefined
  readonly limits?: Partial<SpfLimits> | undefined
  readonly budget?: Budget | undefined
}

/**
 * Reports on a record that need not be published yet: its text, or the strings of its TXT record. At once when every answer is.
 * Never throws, whatever the text is.
 */
export function lintRecord(record: string | readonly string[]): SpfLintReport
export function lintRecord(record: string | readonly string[], ports: SpfLintPorts): MaybeAsync<SpfLintReport>
export function lintRecord(
  record: string | readonly string[],
  ports: SpfLintPorts = {},
): MaybeAsync<SpfLintReport> {
  const published: PublishedTexts =
    typeof record === 'string'
      ? { text: record, strings: undefined, all: undefined }
      : { text: record.join(''), strings: record, all: undefined }
  const domain = ports.domain === undefined ? undefined : asDomain(ports.domain)
  const lasting = { limits: limitsOf(ports), reader: new RecordReader() }
  return inRounds(ports, (book) => reportOn(domain, published, { book, ...lasting }))
}

/** Reports on what a domain publishes: its record, and everything that record leads to. */
export function lintDomain(
  domain: string,
  ports: SpfLintPorts & { readonly resolver: Resolver },
): MaybeAsync<SpfLintReport> {
  const name = asDomain(domain)
  if (name === undefined) return emptyReport(domain, [{ code: 'bad-domain' }])
  const lasting = { limits: limitsOf(ports), reader: new RecordReader() }
  return inRounds(ports, (book) => {
    const answer = book.find(name, 'TXT')
    if (answer === undefined || answer === 'unasked') return emptyReport(name, [])
    if (answer.kind === 'temperror')
      return emptyReport(name, [{ code: 'not-looked-up', name, type: 'TXT', reason: answer.reason }])
    if (answer.kind === 'nxdomain') return emptyReport(name, [{ code: 'no-such-domain' }])
    const texts = answer.kind === 'records' ? answer.records : []
    return reportOnTexts(name, texts, { book, ...lasting })
  })
}

const limitsOf = ({ limits }: SpfLintPorts): SpfLimits => ({ ...defaultLimits, ...limits })

/** A domain as it is asked for; undefined when it cannot be one. */
function asDomain(text: string): string | undefined {
  const parsed = parseHostname(text, { underscore: true, trailingDot: true })
  return parsed.ok ? parsed.value : undefined
}

/** RFC 7208 §4.5 */
function reportOnTexts(
  domain: string,
  texts: readonly (readonly string[])[],
  means: WalkMeans,
): SpfLintReport {
  const selected = selectRecord(texts)
  if (selected.kind === 'multiple')
    return emptyReport(domain, [{ code: 'multiple-records', texts: selected.texts }])
  const strings = texts.find(
    (candidate) => candidate.join('') === (selected.kind === 'text' ? selected.text : ''),
  )
  if (selected.kind === 'text') return reportOn(domain, { text: selected.text, strings, all: texts }, means)
  const near = texts.find((candidate) => isNearRecord(candidate.join('')))
  if (near === undefined) return emptyReport(domain, [{ code: 'no-record', near: undefined }])
  const text = near.join('')
  const report = reportOn(domain, { text, strings: near, all: texts }, means)
  return { ...report, problems: [problemOf(domain, { code: 'no-record', near: text }), ...report.problems] }
}

/** What its owner may have meant as a record: only the version is wrong. */
function isNearRecord(text: string): boolean {
  const [fault] = readText(text).faults
  return fault?.facts.code === 'syntax' && fault.facts.syntax === 'not-spf' && fault.facts.fix !== undefined
}

function reportOn(domain: string | undefined, published: PublishedTexts, means: WalkMeans): SpfLintReport {
  const { text, strings } = published
  const start: WalkStart = { domain, text, joints: jointsOf(strings ?? []) }
  const walk = walkRecord(start, means)
  const [root] = walk.records
  const problems = [
    ...walk.problems,
    ...(root === undefined ? [] : checkTotals(root, means.limits)),
    ...checkSizes(domain, published),
  ]
  return {
    domain,
    text,
    problems: sortProblems(
      problems,
      walk.records.map((record) => record.domain),
    ),
    fixed: walk.start.fixed,
    records: walk.records,
    sizes: sizesOf(domain, published),
    questions: 0,
    isComplete: true,
  }
}

/** Where strings meet: indexes in the joined text. */
function jointsOf(strings: readonly string[]): number[] {
  const joints: number[] = []
  let at = 0
  for (const string of strings.slice(0, -1)) {
    at += string.length
    joints.push(at)
  }
  return joints
}
