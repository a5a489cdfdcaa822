// The record in a TXT answer, parsed once: for the same answer out of a cache, and for the same text in any answer.
import { PARSED_BYTES, RECORD_PIECES } from './limits.ts'
import { parseRecord } from './parse-record.ts'
import type { SpfRecord, SpfSyntaxCode, Term } from './record.ts'
import { selectRecord } from './select-record.ts'

/** What a TXT answer holds for SPF. */
export type PublishedRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'record'; readonly record: SpfRecord }
  | { readonly kind: 'multiple'; readonly count: number }
  | { readonly kind: 'syntax'; readonly syntax: SpfSyntaxCode; readonly at: number; readonly text: string }

export type TxtRecords = readonly (readonly string[])[]

/** What answers with the same text share. Emptied when the text is dropped, as the answer may live on in some cache. */
interface Kept {
  published: PublishedRecord | undefined
  readonly bytes: number
}

const byAnswer = new WeakMap<TxtRecords, Kept>()
/** Two generations: the older one is dropped when the younger is full, which keeps what is in use without a list of ages. */
let young = new Map<string, Kept>()
let old = new Map<string, Kept>()
let youngBytes = 0

/** `pinned`: what the evaluation at hand has read already; it is not to depend on what others make be dropped. */
export function publishedRecord(
  records: TxtRecords,
  pinned?: Map<TxtRecords, PublishedRecord>,
): PublishedRecord {
  if (pinned === undefined) return read(records)
  const known = pinned.get(records)
  if (known !== undefined) return known
  const published = read(records)
  pinned.set(records, published)
  return published
}

const NONE: PublishedRecord = { kind: 'none' }

function read(records: TxtRecords): PublishedRecord {
  const kept = byAnswer.get(records)
  if (kept?.published !== undefined) return kept.published
  const selected = selectRecord(records)
  if (selected.kind === 'text') return readText(records, selected.text)
  const published: PublishedRecord =
    selected.kind === 'none' ? NONE : { kind: 'multiple', count: selected.texts.length }
  byAnswer.set(records, { published, bytes: 0 })
  return published
}

function readText(records: TxtRecords, text: string): PublishedRecord {
  let kept = young.get(text)
  if (kept === undefined) {
    kept = old.get(text) ?? parse(text)
    keep(text, kept)
  }
  byAnswer.set(records, kept)
  return kept.published!
}

function keep(text: string, kept: Kept): void {
  youngBytes += kept.bytes
  if (youngBytes > PARSED_BYTES / 2) {
    for (const [dropped, entry] of old) if (!young.has(dropped) && entry !== kept) entry.published = undefined
    old = young
    young = new Map()
    youngBytes = kept.bytes
  }
  young.set(text, kept)
}

function parse(text: string): Kept {
  const parsed = parseRecord(text)
  if (!parsed.ok) return faulty(text, parsed.error.code, parsed.error.at)
  const record = parsed.value
  let pieces = 0
  for (const term of record.terms) {
    pieces += 1 + macroPieces(term)
    if (pieces > RECORD_PIECES) return faulty(text, 'too-long', term.at)
  }
  return { published: { kind: 'record', record }, bytes: text.length + pieces * BYTES_OF_A_PIECE }
}

const faulty = (text: string, syntax: SpfSyntaxCode, at: number): Kept => ({
  published: { kind: 'syntax', syntax, at, text },
  bytes: text.length + BYTES_OF_A_PIECE,
})

/** Measured: a term of an address or a domain, with its text. */
const BYTES_OF_A_PIECE = 300

/** Parts of macro strings beyond the first. */
function macroPieces(term: Term): number {
  if (term.kind === 'unknown-modifier') return term.value.parts.length - 1
  if (term.kind !== 'directive') return term.domain.parts.length - 1
  const { mechanism } = term
  return 'domain' in mechanism && mechanism.domain !== undefined ? mechanism.domain.parts.length - 1 : 0
}
