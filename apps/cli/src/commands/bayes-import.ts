import { userOption, whose, withFilter } from '../bayes-filter.ts'
import { checkDump, describeDump, dumpFormats, explainImportError, rowsOf } from '../bayes-import.ts'
import { openDump } from '../bayes-lines.ts'
import { complain, configOption, defineCommand, exit } from '../command.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { stateOf } from '../learn/learn-once.ts'
import { formatCount } from '../learn/learn-progress.ts'
import { formatState } from '../learn/learn-summary.ts'
import { explainFileError } from '../learn/mail-file.ts'
import { printable } from '../text-table.ts'

const isFormat = (name: string): name is keyof typeof dumpFormats => Object.hasOwn(dumpFormats, name)

/** `postern bayes import` with the filter from anywhere: tests bring their own. */
export const createBayesImport = (open: OpenFilter) =>
  defineCommand({
    arguments: ['FORMAT', '[FILE]'],
    options: {
      ...userOption,
      'dry-run': { type: 'boolean', short: 'n', summary: 'read the dump, and take nothing' },
      ...configOption,
    },
    details: `
Takes over what another filter has learned. FORMAT is sa for what "sa-learn --backup" of SpamAssassin prints, or bogofilter for what "bogoutil
-d wordlist.db" prints; FILE is that, or - for standard input. What was learned here stays. The imported counts have their say until
enough has been learned here; the messages behind them are not known, so they cannot be unlearned. A further import takes the place of
the one before, and FORMAT none, without FILE, takes it away. A dump that is damaged anywhere is not taken at all. Exit status: 0 done, 1 it
could not be read or the store failed, 2 a mistake on the command line or in the settings.`,
    examples: [
      'bayes import sa spamassassin.backup',
      'bayes import bogofilter - < wordlist.txt',
      'bayes import none',
    ],
    async run({ options: { config, user, 'dry-run': isDry }, args: [name = '', file] }, io) {
      if (name === 'none' && file === undefined) {
        if (isDry) return exit.ok
        return withFilter(open, { config, mayCreate: false }, io, async ({ admin }) => {
          const isGone = await admin.forgetImport(whose(user))
          await io.stdout.write(isGone ? 'The import is gone.\n' : 'There was no import.\n')
          return exit.ok
        })
      }
      if (!isFormat(name))
        return complain(
          io,
          `FORMAT is one of ${Object.keys(dumpFormats).join(', ')}, none, not "${printable(name)}"`,
        )
      if (file === undefined)
        return complain(io, `FILE is missing: what "${dumpFormats[name].command}" has printed`)
      const format = dumpFormats[name]
      const source = openDump(file, io)
      try {
        const checked = await checkDump(source, format)
        if (!checked.ok)
          return complain(io, `${printable(file)}: ${explainImportError(checked.error, format)}`, exit.failed)
        await io.stdout.write(`${describeDump(checked.content, format)}\n`)
      } catch (error) {
        const reason = explainFileError(error as NodeJS.ErrnoException)
        return complain(io, `${printable(file)} ${reason}`, exit.failed)
      }
      if (isDry) return exit.ok
      return withFilter(open, { config, mayCreate: true }, io, async ({ filter, admin }) => {
        const taken = await admin.importCounts(rowsOf(source, format), {
          from: format.source,
          ...whose(user),
        })
        const instead = taken.replaced ? ' in place of those of an earlier import' : ''
        await io.stdout.write(`${formatCount(taken.words)} words are kept${instead}.\n`)
        await io.stdout.write(formatState(await stateOf(filter, user)))
        return exit.ok
      })
    },
  })

export const bayesImport = createBayesImport(openFilter)
