import type { BayesStats } from '@postern/bayes'
import { userOption, withFilter } from '../bayes-filter.ts'
import { describeImport } from '../bayes-import.ts'
import { configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
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
      ...userOption,
      ...jsonOption,
      ...configOption,
    },
    details: `
How many messages the filter has learned, what its store weighs, and whether it knows enough to score. Exit status: 0 it scores, 1 it
does not yet, or there is no store, 2 a mistake on the command line or in the settings.`,
    examples: ['bayes stats', 'bayes stats --user ann@example.org --json'],
    run({ options: { config, user, json } }, io) {
      return withFilter(open, { config, mayCreate: false }, io, async ({ filter }) => {
        const state = await stateOf(filter, user)
        const { stats, needed } = state
        const status = needed === undefined ? exit.ok : exit.failed
        if (json) await printJson(io, { status, user: user ?? null, ...stats, needed: needed ?? null })
        else await io.stdout.write(formatTable(rowsOf(stats)) + formatState(state))
        return status
      })
    },
  })

export const bayesStats = createBayesStats(openFilter)

const rowsOf = ({ spam, ham, seen, users, octets, imported }: BayesStats): string[][] => [
  ['spam learned', formatCount(spam)],
  ['ham learned', formatCount(ham)],
  ['messages known again', formatCount(seen)],
  ['users with a model of their own', formatCount(users)],
  ['size of the store', formatOctets(octets)],
  ...(imported === undefined ? [] : [['imported', describeImport(imported)]]),
]
