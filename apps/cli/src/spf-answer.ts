// What an SPF check found, for people and for programs.

import {
  formatSpfReason,
  type SpfLimits,
  type SpfLookup,
  type SpfResult,
  type SpfResultWord,
} from '@postern/spf'
import { underline } from './record-marks.ts'
import { decisionOf, type PathRecord, type PathTerm, pathOf } from './spf-path.ts'
import type { IdentityInput } from './spf-request.ts'
import { printableBytes } from './text-table.ts'
import { hangText, TERMINAL_COLUMNS } from './text-wrap.ts'

export interface SpfAnswer extends IdentityInput {
  /** Those that the settings give the domain. */
  readonly limits: SpfLimits
  readonly result: SpfResult
}

export function formatSpfAnswer(answer: SpfAnswer): string {
  const { result, limits } = answer
  const { terms, void: voids } = result.lookups
  const lines = [
    `${subjectOf(answer)}: ${result.result}\n`,
    hangText('  ', `${formatSpfReason(result)}.`),
    `  ${terms} of ${limits.terms} lookups, ${voids} of ${limits.voidTerms} void\n`,
  ]
  if (result.result === 'fail' && result.explanation !== undefined)
    lines.push(hangText('  ', `The domain explains: "${printableBytes(result.explanation)}"`))
  const path = pathOf(result)
  if (path !== undefined) lines.push(...formatRecord(path, { result, depth: 1 }))
  return lines.join('')
}

function subjectOf({ identity, input, result }: SpfAnswer): string {
  const client = result.ip?.text ?? 'a client'
  const helo = input.helo === '' ? '' : ` (HELO ${printableBytes(input.helo)})`
  if (identity === 'helo') return `HELO ${printableBytes(input.helo)} from ${client}`
  return `MAIL FROM <${printableBytes(input.sender)}> from ${client}${helo}`
}

interface Spot {
  readonly result: SpfResult
  readonly depth: number
}

const indentOf = (depth: number): string => '  '.repeat(depth)

function formatRecord(record: PathRecord, { result, depth }: Spot): string[] {
  const indent = indentOf(depth)
  const beginning = `${indent}${printableBytes(record.domain)}: `
  const fault = faultIn(record, result)
  const lines =
    record.texts.length === 0
      ? [hangText(beginning, describeNoRecord(record.lookup), indentOf(depth + 2))]
      : record.texts.map((text) => hangText(beginning, printableBytes(text), indentOf(depth + 2)))
  if (fault !== undefined) lines.splice(0, 1, formatFault(record, { fault, beginning, depth }))
  for (const term of record.terms) lines.push(...formatTerm(term, { result, depth: depth + 1 }))
  if (record.isExhausted) lines.push(`${indentOf(depth + 1)}nothing matched: ${record.result}\n`)
  return lines
}

/** Where a record cannot be read. */
function faultIn({ texts }: PathRecord, result: SpfResult): number | undefined {
  if (result.result !== 'permerror' || result.reason.code !== 'syntax') return undefined
  return result.reason.text === texts[0] ? result.reason.at : undefined
}

/** The record that cannot be read, with a sign where the reading stopped. */
function formatFault(
  { texts: [text = ''] }: PathRecord,
  { fault, beginning, depth }: { readonly fault: number; readonly beginning: string; readonly depth: number },
): string {
  const indent = indentOf(depth + 2)
  const marks = [{ at: fault, length: 1, sign: '^' }]
  const lines = underline(text, marks, { columns: TERMINAL_COLUMNS - indent.length })
  return `${beginning.trimEnd()}\n${lines.map((line) => `${indent}${line}\n`).join('')}`
}

function describeNoRecord(lookup: SpfLookup | undefined): string {
  if (lookup === undefined) return 'not looked up'
  return lookup.answer.kind === 'records' ? 'no SPF record' : describeAnswer(lookup)
}

function formatTerm(term: PathTerm, { result, depth }: Spot): string[] {
  const indent = indentOf(depth)
  const target = term.target === undefined ? '' : ` (${printableBytes(term.target)})`
  const what = `${printableBytes(term.text)}${target}: ${describeOutcome(term)}`
  const lines = [hangText(indent, what, indentOf(depth + 2))]
  for (const lookup of term.lookups) {
    const question = `${indent}  ${lookup.type} ${printableBytes(lookup.name)}: `
    lines.push(hangText(question, describeAnswer(lookup), indentOf(depth + 3)))
  }
  if (term.record !== undefined) lines.push(...formatRecord(term.record, { result, depth: depth + 1 }))
  return lines
}

function describeOutcome({ outcome, result, isVoid }: PathTerm): string {
  switch (outcome) {
    case 'match':
      return `match, ${result}`
    case 'no-match':
      return isVoid ? 'no match, a void lookup' : 'no match'
    case 'followed':
      return 'followed'
    case 'error':
      return `${result}`
  }
}

function describeAnswer({ type, answer }: SpfLookup): string {
  switch (answer.kind) {
    case 'records':
      return answer.records.map((record) => printableBytes(describeRecord(record))).join(', ')
    case 'nodata':
      return `no ${type} record`
    case 'nxdomain':
      return 'no such name'
    case 'temperror':
      return `no answer (${answer.reason})`
  }
}

function describeRecord(record: unknown): string {
  if (typeof record === 'string') return record
  if (Array.isArray(record)) return JSON.stringify(record.join(''))
  const { preference, exchange } = record as { preference: number; exchange: string }
  return `${preference} ${exchange === '' ? '.' : exchange}`
}

const identityNames = { helo: 'helo', mailfrom: 'mailfrom' } as const

/** The shape is documented in README.md. */
export function jsonOfSpfAnswer({ identity, input, limits, result }: SpfAnswer) {
  const path = pathOf(result)
  return {
    identity: identityNames[identity],
    ip: result.ip?.text ?? null,
    sender: result.sender,
    helo: input.helo,
    domain: result.domain,
    result: result.result,
    reason: formatSpfReason(result),
    error: 'reason' in result ? result.reason : null,
    decision: decisionJson(result),
    explanation: result.result === 'fail' ? (result.explanation ?? null) : null,
    lookups: { ...result.lookups, limit: limits.terms, voidLimit: limits.voidTerms },
    path: path === undefined ? null : recordJson(path),
  }
}

function decisionJson(result: SpfResult) {
  const decision = decisionOf(result)
  return decision === undefined ? null : { domain: decision.domain, term: decision.term ?? null }
}

interface RecordJson {
  readonly domain: string
  readonly lookup: SpfLookup | null
  readonly texts: readonly string[]
  readonly result: SpfResultWord
  readonly terms: readonly object[]
}

function recordJson({ domain, lookup, texts, result, terms }: PathRecord): RecordJson {
  return { domain, lookup: lookup ?? null, texts, result, terms: terms.map(termJson) }
}

function termJson({ text, outcome, result, isVoid, target, lookups, record }: PathTerm) {
  return {
    term: text,
    outcome,
    result: result ?? null,
    void: isVoid,
    target: target ?? null,
    lookups,
    record: record === undefined ? null : recordJson(record),
  }
}
