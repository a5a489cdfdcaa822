import { statSync } from 'node:fs'
import path from 'node:path'
import { configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { type RecordKind, type RecordState, recordKinds, stateOf } from '../greylist-record.ts'
import { withRecords } from '../greylist-scan.ts'
import { formatTable } from '../text-table.ts'

const meanings: Record<`${RecordKind}/${string}`, string> = {
  'triplet/waiting': 'waiting for their delay to be over',
  'triplet/ready': 'would pass at the next attempt',
  'triplet/too-late': 'did not come back in time; go at the next expiry',
  'triplet/passed': 'have passed',
  'client/counting': 'on the way to being delayed no more',
  'client/open': 'delayed no more',
  'pause/open': 'recipients open for everybody now',
  'pause/over': 'pauses that are over',
  'known/known': 'senders we wrote to',
  'allow/open': 'clients allowed',
  'allow/over': 'allowances that are over',
}

export const greylistStats = defineCommand({
  arguments: [],
  options: { ...jsonOption, ...configOption },
  details: `
Counts the records by kind and state, and says how large the store is. Reads the whole store.`,
  async run({ options }, io) {
    return withRecords({ config: options.config }, io, async ({ records, at, directory }) => {
      const counts = new Map<string, number>(Object.keys(meanings).map((name) => [name, 0]))
      for await (const record of records) {
        const name = `${record.kind}/${stateOf(record, at)}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      const bytes = statSync(path.join(directory, 'data.mdb')).size
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
      if (options.json) await printJson(io, { directory, bytes, records: total, counts: nested(counts) })
      else {
        const rows = [...counts].map(([name, count]) => [
          String(count).padStart(String(total).length),
          name.split('/')[0]!,
          meanings[name as keyof typeof meanings] ?? name.split('/')[1]!,
        ])
        await io.stdout.write(formatTable(rows.filter(([count]) => Number(count) > 0)))
        await io.stdout.write(`${total} records, ${formatBytes(bytes)} in ${directory}\n`)
      }
      return exit.ok
    })
  },
})

function nested(counts: ReadonlyMap<string, number>): Record<string, Record<string, number>> {
  return Object.fromEntries(
    recordKinds.map((kind) => [
      kind,
      Object.fromEntries(
        [...counts]
          .filter(([name]) => name.startsWith(`${kind}/`))
          .map(([name, count]) => [name.slice(kind.length + 1) as RecordState, count]),
      ),
    ]),
  )
}

const formatBytes = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
