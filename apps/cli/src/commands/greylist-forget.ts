import { complain, configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { scan } from '../greylist-scan.ts'
import { withGreylist } from '../greylist-store.ts'
import { filterOptions, parseFilter } from '../record-filter.ts'

/** Keys removed in one go. */
const batchSize = 1000

export const greylistForget = defineCommand({
  arguments: [],
  options: {
    ...filterOptions,
    key: { type: 'string', value: 'KEY', summary: 'one record by its key, as --json prints it' },
    all: { type: 'boolean', summary: 'every record there is; needs --yes' },
    yes: { type: 'boolean', summary: 'really' },
    'dry-run': { type: 'boolean', summary: 'only say how many records would go' },
    ...jsonOption,
    ...configOption,
  },
  details: `
Removes the records that all the given options name together, and says how many they were. What is forgotten waits again:
nothing is refused because of it.`,
  examples: [
    'greylist forget --client 192.0.2.7 --kind allow',
    'greylist forget --recipient @example.net --dry-run',
    'greylist forget --all --yes',
  ],
  async run({ options }, io) {
    const { config, key, all, yes, 'dry-run': isTrial } = options
    const isFiltered = [options.kind, options.client, options.sender, options.recipient].some(
      (value) => value !== undefined,
    )
    if (!isFiltered && key === undefined && !all)
      return complain(
        io,
        'say what to forget: --client, --sender, --recipient, --kind or --key; or --all --yes',
      )
    if (key !== undefined && (isFiltered || all))
      return complain(io, '--key goes with no other choice of records')
    if (all && isFiltered) return complain(io, '--all and a choice of records contradict each other')
    return withGreylist({ config }, io, async ({ store, settings }) => {
      const parsed = parseFilter(options, settings)
      if (!parsed.ok) return complain(io, parsed.message)
      let forgotten = 0
      const forget = async (keys: readonly string[]) => {
        forgotten += isTrial || (all && !yes) ? keys.length : await store.remove(keys)
      }
      if (key !== undefined) await forget([key.replaceAll('\\n', '\n')])
      else {
        let batch: string[] = []
        for await (const record of scan(store, parsed.filter)) {
          batch.push(record.key)
          if (batch.length < batchSize) continue
          await forget(batch)
          batch = []
        }
        await forget(batch)
      }
      if (all && !yes && !isTrial)
        return complain(io, `this would forget all ${count(forgotten)}: say --all --yes, or --dry-run`)
      if (options.json) await printJson(io, { forgotten, dryRun: isTrial ?? false })
      else await io.stdout.write(`${isTrial ? 'Would forget' : 'Forgot'} ${count(forgotten)}.\n`)
      return exit.ok
    })
  },
})

const count = (records: number): string => `${records} ${records === 1 ? 'record' : 'records'}`
