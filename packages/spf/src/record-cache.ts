// The record in a TXT answer, parsed once: for the same answer out of a cache, and for the same text in any answer.
import { PARSED_CHARACTERS } from './limits.ts'
import { parseRecord } from './parse-record.ts'
import type { SpfRecord, SpfSyntaxCode } from './record.ts'
import { selectRecord } from './select-record.ts'

/** What a TXT answer holds for SPF. */
export type PublishedRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'record'; readonly record: SpfRecord }
  | { readonly kind: 'multiple'; readonly count: number }
  | { readonly kind: 'syntax'; readonly syntax: SpfSyntaxCode; readonly at: number; readonly text: string }

type TxtRecords = readonly (readonly string[])[]

const byAnswer = new WeakMap<TxtRecords, PublishedRecord>()
/** Two generations: the older one is dropped when the younger is full, which keeps what is in use without a list of ages. */
let young = new Map<string, PublishedRecord>()
let old = new Map<string, PublishedRecord>()
let youngCharacters = 0

export function publishedRecord(records: TxtRecords): PublishedRecord {
  let published = byAnswer.get(records)
  if (published === undefined) {
    published = read(records)
    byAnswer.set(records, published)
  }
  return published
}

const NONE: PublishedRecord = { kind: 'none' }

function read(records: TxtRecords): PublishedRecord {
  const selected = selectRecord(records)
  if (selected.kind === 'none') return NONE
  if (selected.kind === 'multiple') return { kind: 'multiple', count: selected.texts.length }
  const { text } = selected
  const known = young.get(text) ?? old.get(text)
  const published = known ?? parse(text)
  if (!young.has(text)) keep(text, published)
  return published
}

function parse(text: string): PublishedRecord {
  const parsed = parseRecord(text)
  return parsed.ok
    ? { kind: 'record', record: parsed.value }
    : { kind: 'syntax', syntax: parsed.error.code, at: parsed.error.at, text }
}

function keep(text: string, published: PublishedRecord): void {
  youngCharacters += text.length
  if (youngCharacters > PARSED_CHARACTERS / 2) {
    old = young
    young = new Map()
    youngCharacters = text.length
  }
  young.set(text, published)
}
