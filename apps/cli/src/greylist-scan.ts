import type { GreylistStore } from '@postern/greylist'
import { type GreylistRecord, lastMoment, recordOf } from './greylist-record.ts'
import type { RecordFilter } from './record-filter.ts'

/** The records that a filter names, in the order of their keys. */
export async function* scan(store: GreylistStore, filter: RecordFilter): AsyncGenerator<GreylistRecord> {
  for (const prefix of filter.prefixes)
    for await (const [key, entry] of store.entries(prefix)) {
      const record = recordOf(key, entry)
      if (record && filter.matches(record)) yield record
    }
}

/** The newest records, newest first, and how many there are in all; in memory for no more than twice `limit`. */
export async function newest(
  records: AsyncIterable<GreylistRecord>,
  limit: number,
): Promise<{ records: readonly GreylistRecord[]; total: number }> {
  let kept: GreylistRecord[] = []
  let total = 0
  let oldestKept = Number.NEGATIVE_INFINITY
  const keepNewest = () => {
    kept.sort((a, b) => lastMoment(b) - lastMoment(a) || (a.key < b.key ? -1 : 1))
    kept = kept.slice(0, limit)
    if (kept.length === limit) oldestKept = limit === 0 ? Number.POSITIVE_INFINITY : lastMoment(kept.at(-1)!)
  }
  for await (const record of records) {
    total++
    if (lastMoment(record) < oldestKept) continue
    kept.push(record)
    if (kept.length >= 2 * limit + 1000) keepNewest()
  }
  keepNewest()
  return { records: kept, total }
}
