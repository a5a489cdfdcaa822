import { complain, configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { jsonOf } from '../greylist-record.ts'
import { newest, withRecords } from '../greylist-scan.ts'
import { formatRecordTable } from '../greylist-table.ts'
import { parseNumberOption } from '../option-number.ts'
import { filterOptions } from '../record-filter.ts'

const defaultLimit = 50

export const greylistList = defineCommand({
  arguments: [],
  options: {
    ...filterOptions,
    limit: { type: 'string', value: 'N', summary: `how many at most; ${defaultLimit} unless told` },
    ...jsonOption,
    ...configOption,
  },
  details: `
Lists records of the greylist, newest first. A triplet is a client, a sender and a recipient seen together; a client record
counts passes towards being delayed no more; pause and allow are what people have set; known are senders we wrote to.`,
  examples: ['greylist list --kind triplet --sender @example.org', 'greylist list --client 192.0.2.7 --json'],
  async run({ options }, io) {
    const limit = parseNumberOption('limit', options.limit, { max: 1_000_000, isWhole: true })
    if (!limit.ok) return complain(io, limit.message)
    return withRecords(options, io, async ({ records, at }) => {
      const { records: shown, total } = await newest(records, limit.value ?? defaultLimit)
      if (options.json)
        await printJson(
          io,
          shown.map((record) => jsonOf(record, at)),
        )
      else if (total === 0) await io.stdout.write('No such records.\n')
      else {
        await io.stdout.write(formatRecordTable(shown, at))
        if (total > shown.length) await io.stdout.write(`${shown.length} of ${total}; --limit N shows more\n`)
      }
      return exit.ok
    })
  },
})
