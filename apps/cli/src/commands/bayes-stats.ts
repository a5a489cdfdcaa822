import { complain, configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { stateOf } from '../learn/learn-once.ts'
import { formatCount } from '../learn/learn-progress.ts'
import { formatOctets, formatState } from '../learn/learn-summary.ts'
import { formatTable } from '../text-table.ts'

/** `postern bayes stats` with the filter from anywhere: tests bring their own. */
export const createBayesStats = (open: OpenFilter) =>
  defineCommand({
    arguments: [],
    options: {
      user: { type: 'string', short: 'u', value: 'USER', summary: "of this user's own model" },
      ...jsonOption,
      ...configOption,
    },
    details: `
How many messages the filter has learned, what its store weighs, and whether it knows enough to score. Exit status: 0 it scores, 1 it
does not yet, or there is no store, 2 a mistake on the command line or in the settings.`,
    examples: ['bayes stats', 'bayes stats --user ann@example.org --json'],
    async run({ options: { config, user, json } }, io) {
      const opened = await open({ config, mayCreate: false }, io)
      if (!opened.ok) return complain(io, opened.message, opened.isUsage ? exit.usage : exit.failed)
      const { filter } = opened
      try {
        const state = await stateOf(filter, user)
        const { stats, needed } = state
        const status = needed === undefined ? exit.ok : exit.failed
        if (json) await printJson(io, { status, user: user ?? null, ...stats, needed: needed ?? null })
        else {
          const rows = [
            ['spam learned', formatCount(stats.spam)],
            ['ham learned', formatCount(stats.ham)],
            ['messages known again', formatCount(stats.seen)],
            ['users with a model of their own', formatCount(stats.users)],
            ['size of the store', formatOctets(stats.octets)],
          ]
          await io.stdout.write(formatTable(rows) + formatState(state))
        }
        return status
      } catch (error) {
        return complain(io, `the filter's store failed: ${(error as Error).message}`, exit.failed)
      } finally {
        await filter.close()
      }
    },
  })

export const bayesStats = createBayesStats(openFilter)
