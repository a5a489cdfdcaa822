import type { GreylistStore } from '@postern/greylist'
import { complain, type ExitStatus } from './command.ts'
import { type At, atOf, type GreylistRecord, lastMoment, recordOf } from './greylist-record.ts'
import { withGreylist } from './greylist-store.ts'
import type { CliIo } from './io.ts'
import { type FilterValues, parseFilter, type RecordFilter } from './record-filter.ts'

export interface FoundRecords {
  readonly records: AsyncIterable<GreylistRecord>
  readonly at: At
  readonly directory: string
}

/** Hands over the records that the options of a filter name; nothing is written. */
export async function withRecords(
  options: FilterValues & { readonly config?: string | undefined },
  io: CliIo,
  use: (found: FoundRecords) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  return withGreylist(
    { config: options.config, isReadOnly: true },
    io,
    async ({ store, settings, now, directory }) => {
      const parsed = parseFilter(options, settings)
      if (!parsed.ok) return complain(io, parsed.message)
      return use({ records: scan(store, parsed.filter), at: atOf(settings, now), directory })
    },
  )
}

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
