import { userOption, withFilter } from '../bayes-filter.ts'
import { loadDump } from '../bayes-load.ts'
import { configOption, defineCommand } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'

/** `postern bayes merge` with the filter from anywhere: tests bring their own. */
export const createBayesMerge = (open: OpenFilter) =>
  defineCommand({
    arguments: ['FILE'],
    options: { ...userOption, ...configOption },
    details: `
Adds what "bayes dump" has printed on another machine, from FILE or from standard input (-), to what was learned here. Merge a dump once:
what both have learned counts twice. A dump that is damaged changes nothing. Exit status: 0 taken, 1 it was not, 2 a mistake on the
command line or in the settings.`,
    examples: ['bayes merge other-host.dump'],
    run({ options: { config, user }, args: [file = ''] }, io) {
      return withFilter(open, { config, mayCreate: true }, io, (opened) =>
        loadDump(opened, { file, mode: 'add', user }, io),
      )
    },
  })

export const bayesMerge = createBayesMerge(openFilter)
