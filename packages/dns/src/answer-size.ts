// How much memory a cached answer takes, roughly: what a 64-bit V8 was measured to use (bench/cache.mjs), not what it promises.
import type { Answer, RecordType, RecordTypes } from './resolver.ts'

type AnyAnswer = Answer<RecordTypes[RecordType]>
type Data = RecordTypes[RecordType]

/** An entry: its object, its answer, its place in the map. */
const ENTRY_BYTES = 300
/** A string or an array: its header and the reference to it. */
const HEADER_BYTES = 32

/** The approximate bytes that keeping `answer` under `name` takes. */
export function sizeOfAnswer(name: string, answer: AnyAnswer): number {
  let bytes = ENTRY_BYTES + name.length
  if (answer.kind !== 'records') return bytes
  for (const data of answer.records) bytes += sizeOfData(data)
  return bytes
}

function sizeOfData(data: Data): number {
  if (typeof data === 'string') return HEADER_BYTES + data.length
  if (isStrings(data)) return data.reduce((sum, text) => sum + HEADER_BYTES + text.length, 2 * HEADER_BYTES)
  if ('exchange' in data) return 3 * HEADER_BYTES + data.exchange.length
  return 5 * HEADER_BYTES + data.mname.length + data.rname.length
}

const isStrings = (data: Data): data is readonly string[] => Array.isArray(data)
