// What can be said of a record from its text alone: one function and one row in `rules` for each.
import { formatCidr, parseCidr } from '@postern/addr'
import { formatMechanism } from './format-record.ts'
import { NetworkSet, purposeOf, widthSeverity } from './lint-networks.ts'
import { modifierMeantAs } from './lint-repair.ts'
import type { SpfProblemFacts, SpfSeverity, SpfStanding } from './lint-report.ts'
import type { ReadTerm } from './lint-text.ts'
import type { DomainSpec } from './macro.ts'
import type { Directive, Term } from './record.ts'

export interface RuleHit {
  readonly severity: SpfSeverity
  /** Undefined: the record as a whole. */
  readonly at: number | undefined
  readonly length: number
  readonly facts: SpfProblemFacts
}

/** A record's terms, as far as they can be read, and how far they are evaluated. */
export interface RecordTerms {
  readonly terms: readonly ReadTerm[]
  /** RFC 7208 §5.1: what stands behind the first "all" is not reached. */
  readonly all: Directive | undefined
}

export function recordTerms(terms: readonly ReadTerm[]): RecordTerms {
  const all = terms.find(({ term }) => term?.kind === 'directive' && term.mechanism.name === 'all')
  return { terms, all: all?.term as Directive | undefined }
}

/** Whether a term is ever evaluated. RFC 7208 §6.1: beside an "all", wherever it stands, redirect is ignored. */
export function isReached(term: Term, { all }: RecordTerms): boolean {
  if (all === undefined) return true
  return term.kind === 'redirect' ? false : term.kind !== 'directive' || term.at <= all.at
}

/** Whether there is a client that the record could pass; what cannot be read might. */
export function canPass(record: RecordTerms): boolean {
  return record.terms.some(({ term }) => {
    if (term === undefined) return true
    if (!isReached(term, record)) return false
    return term.kind === 'redirect' || (term.kind === 'directive' && term.qualifier === '+')
  })
}

type Rule = (record: RecordTerms) => readonly RuleHit[]

/** `for`: in whose records to look. Of the others' only what harms those who include them. */
const rules: readonly { readonly rule: Rule; readonly for: readonly SpfStanding[] }[] = [
  { rule: findAll, for: ['own'] },
  { rule: findUnreached, for: ['own', 'part'] },
  { rule: findPassForEveryone, for: ['own', 'part', 'foreign'] },
  { rule: findWideNetworks, for: ['own', 'part', 'foreign'] },
  { rule: findPtr, for: ['own', 'part'] },
  { rule: findPtrMacros, for: ['own', 'part'] },
  { rule: findRepeated, for: ['own', 'part'] },
  { rule: findCovered, for: ['own', 'part'] },
  { rule: findHostBits, for: ['own', 'part'] },
  { rule: findSpecialAddresses, for: ['own', 'part'] },
  { rule: findUnknownModifiers, for: ['own', 'part'] },
]

export function applyRules(record: RecordTerms, standing: SpfStanding): RuleHit[] {
  return rules.flatMap((row) => (row.for.includes(standing) ? row.rule(record) : []))
}

const hitAt = (
  term: { at: number; text: string },
  severity: SpfSeverity,
  facts: SpfProblemFacts,
): RuleHit => ({
  severity,
  at: term.at,
  length: term.text.length,
  facts,
})

function directivesOf({ terms }: RecordTerms): Directive[] {
  return terms.flatMap(({ term }) => (term?.kind === 'directive' ? [term] : []))
}

const reachedDirectives = (record: RecordTerms): Directive[] =>
  directivesOf(record).filter((directive) => isReached(directive, record))

function findAll({ all, terms }: RecordTerms): RuleHit[] {
  if (all?.qualifier === '?') return [hitAt(all, 'warning', { code: 'neutral-all' })]
  if (all !== undefined || terms.some(({ term }) => term?.kind === 'redirect')) return []
  // What cannot be read may have been the "all".
  if (terms.some(({ term }) => term === undefined)) return []
  return [{ severity: 'warning', at: undefined, length: 0, facts: { code: 'no-all' } }]
}

function findUnreached(record: RecordTerms): RuleHit[] {
  const hits: RuleHit[] = []
  const unreached = directivesOf(record).filter((directive) => !isReached(directive, record))
  const [first] = unreached
  const last = unreached.at(-1)
  if (first !== undefined && last !== undefined) {
    const length = last.at + last.text.length - first.at
    hits.push({
      severity: 'warning',
      at: first.at,
      length,
      facts: { code: 'after-all', count: unreached.length },
    })
  }
  for (const { term } of record.terms)
    if (term?.kind === 'redirect' && record.all !== undefined)
      hits.push(hitAt(term, 'warning', { code: 'redirect-ignored' }))
  return hits
}

function findPassForEveryone({ all }: RecordTerms): RuleHit[] {
  return all?.qualifier === '+' ? [hitAt(all, 'error', { code: 'passes-everyone' })] : []
}

function findWideNetworks(record: RecordTerms): RuleHit[] {
  const hits: RuleHit[] = []
  for (const directive of reachedDirectives(record)) {
    if (directive.qualifier !== '+') continue
    for (const { version, prefixLength } of lengthsOf(directive)) {
      const severity = widthSeverity(version, prefixLength)
      if (severity !== undefined)
        hits.push(hitAt(directive, severity, { code: 'wide-network', version, prefixLength }))
    }
  }
  return hits
}

function lengthsOf({ mechanism }: Directive): { version: 4 | 6; prefixLength: number }[] {
  switch (mechanism.name) {
    case 'ip4':
    case 'ip6':
      return [{ version: mechanism.network.network.version, prefixLength: mechanism.network.prefixLength }]
    case 'a':
    case 'mx':
      return [
        { version: 4, prefixLength: mechanism.prefix.ip4 },
        { version: 6, prefixLength: mechanism.prefix.ip6 },
      ]
    default:
      return []
  }
}

function findPtr(record: RecordTerms): RuleHit[] {
  return directivesOf(record).flatMap((directive) =>
    directive.mechanism.name === 'ptr' ? [hitAt(directive, 'warning', { code: 'ptr' })] : [],
  )
}

function findPtrMacros({ terms }: RecordTerms): RuleHit[] {
  return terms.flatMap(({ term }) =>
    term !== undefined && usesPtrMacro(term) ? [hitAt(term, 'advice', { code: 'ptr-macro' })] : [],
  )
}

/** The domain-spec of a term that has one. */
export function domainSpecOf(term: Term): DomainSpec | undefined {
  if (term.kind === 'unknown-modifier') return undefined
  if (term.kind !== 'directive') return term.domain
  return 'domain' in term.mechanism ? term.mechanism.domain : undefined
}

export function usesPtrMacro(term: Term): boolean {
  return domainSpecOf(term)?.parts.some((part) => typeof part !== 'string' && part.letter === 'p') ?? false
}

/** The same mechanism twice; the second can match nothing that the first did not. */
function findRepeated(record: RecordTerms): RuleHit[] {
  const seen = new Map<string, string>()
  const hits: RuleHit[] = []
  for (const directive of reachedDirectives(record)) {
    const key = formatMechanism(directive.mechanism).toLowerCase()
    const of = seen.get(key)
    if (of === undefined) seen.set(key, directive.text)
    else hits.push(hitAt(directive, 'advice', { code: 'duplicate-term', of }))
  }
  return hits
}

function findCovered(record: RecordTerms): RuleHit[] {
  const hits: RuleHit[] = []
  // Only among equals: "-ip4:…" before a wider "ip4:…" is an exception, and meant.
  for (const qualifier of '+-~?') {
    const set = new NetworkSet()
    const directives = reachedDirectives(record).filter((directive) => directive.qualifier === qualifier)
    const networks = directives.flatMap((directive) =>
      'network' in directive.mechanism ? [{ directive, network: directive.mechanism.network }] : [],
    )
    for (const { network } of networks) set.add(network)
    for (const { directive, network } of networks) {
      const holder = set.holderOf(network)
      if (holder === undefined) continue
      const by = `ip${holder.network.version}:${formatCidr(holder)}`
      hits.push(hitAt(directive, 'advice', { code: 'covered-network', by }))
    }
  }
  return hits
}

function findHostBits(record: RecordTerms): RuleHit[] {
  const hits: RuleHit[] = []
  for (const directive of directivesOf(record)) {
    if (!('network' in directive.mechanism)) continue
    const colon = directive.text.indexOf(':')
    if (parseCidr(directive.text.slice(colon + 1), { hostBits: 'error' }).ok) continue
    const text = directive.text.slice(0, colon + 1) + formatCidr(directive.mechanism.network)
    const fix = { at: directive.at, length: directive.text.length, text, isSure: false }
    hits.push(hitAt(directive, 'advice', { code: 'host-bits', fix }))
  }
  return hits
}

function findSpecialAddresses(record: RecordTerms): RuleHit[] {
  const hits: RuleHit[] = []
  for (const directive of directivesOf(record)) {
    const purpose = 'network' in directive.mechanism ? purposeOf(directive.mechanism.network) : undefined
    if (purpose !== undefined) hits.push(hitAt(directive, 'warning', { code: 'special-address', purpose }))
  }
  return hits
}

/** RFC 6652 §3: where to report failures to. */
const reporting = new Set(['ra', 'rp', 'rr'])

function findUnknownModifiers({ terms }: RecordTerms): RuleHit[] {
  return terms.flatMap(({ term }) => {
    if (term?.kind !== 'unknown-modifier' || reporting.has(term.name.toLowerCase())) return []
    // Those are faults of the text, reported as such.
    if (modifierMeantAs(term) !== undefined) return []
    return [hitAt(term, 'advice', { code: 'unknown-modifier', name: term.name })]
  })
}
