import { userOption, whose, withFilter } from '../bayes-filter.ts'
import { loadDump } from '../bayes-load.ts'
import { complain, configOption, defineCommand, exit } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { formatCount } from '../learn/learn-progress.ts'

/** `postern bayes restore` with the filter from anywhere: tests bring their own. */
export const createBayesRestore = (open: OpenFilter) =>
  defineCommand({
    arguments: ['FILE'],
    options: {
      replace: { type: 'boolean', summary: 'also where something was learned before, which is lost then' },
      ...userOption,
      ...configOption,
    },
    details: `
Takes what "bayes dump" has printed, from FILE or from standard input (-), in place of what was learned. A dump that is damaged changes
nothing. Exit status: 0 taken, 1 it was not, 2 a mistake on the command line or in the settings.`,
    examples: ['bayes restore bayes.dump', 'bayes restore --replace - < bayes.dump'],
    run({ options: { config, user, replace }, args: [file = ''] }, io) {
      return withFilter(open, { config, mayCreate: true }, io, async (opened) => {
        const { spam, ham } = await opened.filter.stats(whose(user))
        if (spam + ham > 0 && !replace) {
          const learned = `${formatCount(spam)} spam and ${formatCount(ham)} ham have been learned here`
          return complain(io, `${learned}: --replace gives them up, "bayes merge" keeps them`, exit.failed)
        }
        return loadDump(opened, { file, mode: 'replace', user }, io)
      })
    },
  })

export const bayesRestore = createBayesRestore(openFilter)
