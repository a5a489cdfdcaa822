import { kindPrefix, normalizeSender } from '@postern/greylist'
import { complain, configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { atOf, jsonOf, recordKinds } from '../greylist-record.ts'
import { newest, scan } from '../greylist-scan.ts'
import { withGreylist } from '../greylist-store.ts'
import { formatRecordTable } from '../greylist-table.ts'
import { addressMatcher, clientMatcher, parseFilter, type RecordFilter } from '../record-filter.ts'

const limit = 1000

export const greylistShow = defineCommand({
  arguments: ['NAME'],
  options: { ...jsonOption, ...configOption },
  details: `
Shows every record in which NAME plays a part: a client's address, network or host name, an e-mail address as sender or
recipient, or with "@" in front a whole domain.`,
  examples: ['greylist show 192.0.2.7', 'greylist show mx1.example.org', 'greylist show bob@example.net'],
  async run({ options, args: [name = ''] }, io) {
    return withGreylist(
      { config: options.config, isReadOnly: true },
      io,
      async ({ store, settings, now }) => {
        const parsed = parseFilter({ client: name }, settings)
        if (!parsed.ok) return complain(io, parsed.message)
        const isClient = name.includes('@') ? () => false : clientMatcher(name, settings)
        const isSender = name.includes('@') ? addressMatcher(name, normalizeSender) : () => false
        const isRecipient = name.includes('@') ? addressMatcher(name, (text) => text) : () => false
        const filter: RecordFilter = {
          prefixes: recordKinds.map(kindPrefix),
          matches: ({ client, sender, recipient }) =>
            (client !== undefined && isClient(client)) ||
            (sender !== undefined && isSender(sender)) ||
            (recipient !== undefined && isRecipient(recipient)),
        }
        const { records, total } = await newest(scan(store, filter), limit)
        const at = atOf(settings, now)
        if (options.json)
          await printJson(
            io,
            records.map((record) => jsonOf(record, at)),
          )
        else if (total === 0) await io.stdout.write(`The greylist knows nothing about ${name}.\n`)
        else {
          await io.stdout.write(formatRecordTable(records, at))
          if (total > records.length) await io.stdout.write(`${records.length} of ${total}\n`)
        }
        return total > 0 ? exit.ok : exit.failed
      },
    )
  },
})
