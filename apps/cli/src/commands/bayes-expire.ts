import type { Expired } from '@postern/bayes'
import { userOption, whose, withFilter } from '../bayes-filter.ts'
import { complain, configOption, defineCommand, exit } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { formatCount } from '../learn/learn-progress.ts'
import { parseNumberOption } from '../option-number.ts'

/** `postern bayes expire` with the filter from anywhere: tests bring their own. */
export const createBayesExpire = (open: OpenFilter) =>
  defineCommand({
    arguments: [],
    options: {
      keep: {
        type: 'string',
        value: 'N',
        summary: 'messages that stay known, the latest; unless told as [bayes] seen_limit says',
      },
      force: { type: 'boolean', summary: 'halve the counts however much room there is' },
      ...userOption,
      ...configOption,
    },
    details: `
Makes room, which happens by itself too. When the table of words is full (95 %), all counts are halved: what was met once is forgotten,
and what is new weighs more. The oldest messages are known no more: what was learned from them stays, but they cannot be relearned or
unlearned, and would count again. An import that has no say any more is dropped. Exit status: 0 done, 1 there is no store or it
failed, 2 a mistake on the command line or in the settings.`,
    examples: ['bayes expire', 'bayes expire --keep 100000', 'bayes expire --force'],
    async run({ options }, io) {
      const kept = parseNumberOption('keep', options.keep, { max: 1_000_000_000, isWhole: true })
      if (!kept.ok) return complain(io, kept.message)
      const { user, config, force = false } = options
      const how = { ...whose(user), force, ...(kept.value !== undefined && { keep: kept.value }) }
      return withFilter(open, { config, mayCreate: false }, io, async ({ admin }) => {
        await io.stdout.write(describeExpired(await admin.expire(how)))
        return exit.ok
      })
    },
  })

export const bayesExpire = createBayesExpire(openFilter)

function describeExpired({ full, halved, forgotten, importDropped }: Expired): string {
  return [
    `The table of words was ${Math.round(100 * full)} % full${halved ? ': all counts were halved' : ''}.\n`,
    `${formatCount(forgotten)} messages forgotten.\n`,
    importDropped ? 'The import had no say any more, and is gone.\n' : '',
  ].join('')
}
