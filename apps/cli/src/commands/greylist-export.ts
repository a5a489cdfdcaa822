import { complain, configOption, defineCommand, exit } from '../command.ts'
import { isoMoment } from '../duration.ts'
import { type GreylistRecord, jsonOf } from '../greylist-record.ts'
import { withRecords } from '../greylist-scan.ts'
import { filterOptions } from '../record-filter.ts'

/** Characters gathered for one write. */
const chunkSize = 65_536

export const greylistExport = defineCommand({
  arguments: [],
  options: {
    format: {
      type: 'string',
      value: 'jsonl|csv',
      summary: 'JSON, one record to a line, or CSV; jsonl unless told',
    },
    ...filterOptions,
    ...configOption,
  },
  details: `
Prints records as they are read from the store, in the order of their keys, however many there are. For the kinds "pause" and
"allow" the CSV column "last" is when they end, empty for never.`,
  examples: ['greylist export > greylist.jsonl', 'greylist export --kind triplet --format csv'],
  async run({ options }, io) {
    const { format = 'jsonl' } = options
    if (format !== 'jsonl' && format !== 'csv')
      return complain(io, `--format is jsonl or csv, not "${format}"`)
    return withRecords(options, io, async ({ records, at }) => {
      const lineOf =
        format === 'csv' ? csvLine : (record: GreylistRecord) => `${JSON.stringify(jsonOf(record, at))}\n`
      let chunk = format === 'csv' ? csvHead : ''
      for await (const record of records) {
        chunk += lineOf(record)
        if (chunk.length < chunkSize) continue
        await io.stdout.write(chunk)
        if (io.stdout.isClosed) return exit.ok
        chunk = ''
      }
      await io.stdout.write(chunk)
      return exit.ok
    })
  },
})

const csvHead = 'kind,client,sender,recipient,first,last,count\r\n'

/** RFC 4180 §2. */
function csvLine({ kind, client, sender, recipient, digest, entry }: GreylistRecord): string {
  const last = entry.last === 0 ? '' : isoMoment(entry.last)
  const cells = [
    kind,
    client ?? digest ?? '',
    sender ?? '',
    recipient ?? '',
    isoMoment(entry.first),
    last,
    entry.count,
  ]
  return `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
