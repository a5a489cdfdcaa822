// The way to an SPF result as a tree: each record, its terms up to the one that decided, and what was asked for each.

import {
  decidingStep,
  isSpfRecord,
  type RecordTrace,
  type SpfLookup,
  type SpfResult,
  type SpfResultWord,
  type Term,
  type TermTrace,
} from '@postern/spf'

export interface PathTerm {
  readonly text: string
  /** `followed`: a redirect. `error`: evaluation ended here. */
  readonly outcome: 'match' | 'no-match' | 'followed' | 'error'
  /** What a match means: the result of this record. */
  readonly result: SpfResultWord | undefined
  readonly isVoid: boolean
  /** The name asked for, when it is not written so in the term. */
  readonly target: string | undefined
  readonly lookups: readonly SpfLookup[]
  /** Where an include or redirect led to. */
  readonly record: PathRecord | undefined
}

export interface PathRecord {
  readonly domain: string
  /** For the record; undefined when it was given. */
  readonly lookup: SpfLookup | undefined
  /** Records as published: one, unless there is none or there are several. */
  readonly texts: readonly string[]
  readonly result: SpfResultWord
  /** Up to the one that decided. */
  readonly terms: readonly PathTerm[]
  /** All were tried, and none matched. */
  readonly isExhausted: boolean
}

export function pathOf(result: SpfResult): PathRecord | undefined {
  return result.trace && pathRecord(result.trace, result)
}

function pathRecord(trace: RecordTrace, result: SpfResult): PathRecord {
  const { domain, lookup, record, decisive } = trace
  const terms: PathTerm[] = []
  const inOrder: readonly Term[] =
    record === undefined ? [] : [...record.directives, ...listed(record.redirect)]
  for (const term of inOrder) {
    const asked = trace.terms.find((candidate) => candidate.term === term)
    terms.push(pathTerm(term, { asked, trace, result }))
    if (term === decisive) break
  }
  return {
    domain,
    lookup,
    texts: record === undefined ? textsOf(lookup) : [record.text],
    result: trace.result,
    terms,
    isExhausted: record !== undefined && decisive === undefined,
  }
}

const listed = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

function textsOf(lookup: SpfLookup | undefined): readonly string[] {
  if (lookup?.type !== 'TXT' || lookup.answer.kind !== 'records') return []
  return lookup.answer.records.map((strings) => strings.join('')).filter(isSpfRecord)
}

interface Situation {
  readonly asked: TermTrace | undefined
  readonly trace: RecordTrace
  readonly result: SpfResult
}

function pathTerm(term: Term, { asked, trace, result }: Situation): PathTerm {
  const target = asked?.target
  return {
    text: term.text,
    outcome: outcomeOf(term, trace, asked),
    result: term === trace.decisive ? trace.result : undefined,
    isVoid: asked?.isVoid === true && !asked.matched,
    target: target === undefined || term.text.toLowerCase().includes(target) ? undefined : target,
    lookups: asked?.lookups ?? [],
    record: asked?.record && pathRecord(asked.record, result),
  }
}

function outcomeOf(
  term: Term,
  { decisive, result }: RecordTrace,
  asked: TermTrace | undefined,
): PathTerm['outcome'] {
  if (term !== decisive) return 'no-match'
  // What went wrong behind a redirect is shown there.
  if (term.kind === 'redirect' && asked?.record !== undefined) return 'followed'
  return result === 'permerror' || result === 'temperror' ? 'error' : 'match'
}

/** The record and the term that decided; undefined when nothing did. */
export function decisionOf(
  result: SpfResult,
): { readonly domain: string; readonly term: string | undefined } | undefined {
  switch (result.result) {
    case 'none':
      return undefined
    case 'temperror':
      return { domain: result.path.at(-1) ?? result.domain, term: undefined }
    case 'permerror':
      return { domain: result.path.at(-1) ?? result.domain, term: result.term?.text }
    default: {
      const { domain, term } = decidingStep(result)
      return { domain, term: term?.text }
    }
  }
}
