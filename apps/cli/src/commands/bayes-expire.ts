import { withKeeper } from '../bayes-filter.ts'
import { complain, configOption, defineCommand, exit } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { formatCount } from '../learn/learn-progress.ts'
import { parseNumberOption } from '../option-number.ts'

const DAYS = 180

/** `postern bayes expire` with the filter from anywhere: tests bring their own. */
export const createBayesExpire = (open: OpenFilter) =>
  defineCommand({
    arguments: [],
    options: {
      days: {
        type: 'string',
        value: 'N',
        summary: `age from which messages are forgotten; ${DAYS} unless told`,
      },
      ...configOption,
    },
    details: `
Forgets which messages were learned so long ago, to make room. What was learned from them stays; they cannot be relearned or unlearned
any more, and would count again when they are learned again. Exit status: 0 done, 1 there is no store or it failed, 2 a mistake on the
command line or in the settings.`,
    examples: ['bayes expire', 'bayes expire --days 30'],
    async run({ options }, io) {
      const days = parseNumberOption('days', options.days, { max: 36_500 })
      if (!days.ok) return complain(io, days.message)
      const before = io.now() - 86_400 * (days.value ?? DAYS)
      return withKeeper(open, { config: options.config, mayCreate: false }, io, async ({ keeper }) => {
        const { forgotten } = await keeper.expire({ before })
        await io.stdout.write(`${formatCount(forgotten)} messages forgotten.\n`)
        return exit.ok
      })
    },
  })

export const bayesExpire = createBayesExpire(openFilter)
