import { userOption, whose, withFilter } from '../bayes-filter.ts'
import { configOption, defineCommand, exit } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'

/** Lines that are written at once. */
const BATCH = 1000

/** `postern bayes dump` with the filter from anywhere: tests bring their own. */
export const createBayesDump = (open: OpenFilter) =>
  defineCommand({
    arguments: [],
    options: { ...userOption, ...configOption },
    details: `
Prints all that was learned as text, for "bayes restore" and "bayes merge": a backup, or a model for another machine. The format is described
in packages/bayes/README.md. Mail goes on being scored and learned meanwhile. Exit status: 0 done, 1 there is no store or it failed,
2 a mistake on the command line or in the settings.`,
    examples: ['bayes dump | gzip > bayes.dump.gz', 'bayes dump --user ann@example.org > ann.dump'],
    run({ options: { config, user } }, io) {
      return withFilter(open, { config, mayCreate: false }, io, async ({ admin }) => {
        let lines: string[] = []
        for (const line of admin.dump(whose(user))) {
          lines.push(line)
          if (lines.length < BATCH) continue
          await io.stdout.write(`${lines.join('\n')}\n`)
          if (io.stdout.isClosed) return exit.failed
          lines = []
        }
        if (lines.length > 0) await io.stdout.write(`${lines.join('\n')}\n`)
        return exit.ok
      })
    },
  })

export const bayesDump = createBayesDump(openFilter)
