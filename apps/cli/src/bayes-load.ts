// A dump of ours, taken in place of what was learned or in addition to it.

import type { BayesAdmin, BayesFilter, DumpErrorCode } from '@postern/bayes'
import { whose } from './bayes-filter.ts'
import { openDump } from './bayes-lines.ts'
import { complain, type ExitStatus, exit } from './command.ts'
import type { CliIo } from './io.ts'
import { stateOf } from './learn/learn-once.ts'
import { formatCount } from './learn/learn-progress.ts'
import { formatState } from './learn/learn-summary.ts'
import { explainFileError } from './learn/mail-file.ts'
import { printable } from './text-table.ts'

export interface LoadRequest {
  readonly file: string
  readonly mode: 'replace' | 'add'
  readonly user: string | undefined
}

/** Takes the dump, and tells what the filter knows then. */
export async function loadDump(
  { filter, admin }: { readonly filter: BayesFilter; readonly admin: BayesAdmin },
  { file, mode, user }: LoadRequest,
  io: CliIo,
): Promise<ExitStatus> {
  let unreadable: NodeJS.ErrnoException | undefined
  const lines = async function* () {
    try {
      yield* openDump(file, io).lines()
    } catch (error) {
      unreadable = error as NodeJS.ErrnoException
      throw error
    }
  }
  try {
    const load = mode === 'add' ? admin.merge : admin.restore
    const loaded = await load(lines(), whose(user))
    if (!loaded.ok) {
      const { code, line } = loaded.error
      return complain(io, `${printable(file)}: line ${line}: ${sentences[code]}`, exit.failed)
    }
    const { spam, ham, both } = loaded
    await io.stdout.write(`The dump has learned ${formatCount(spam)} spam and ${formatCount(ham)} ham.\n`)
    if (mode === 'add' && both > 0)
      await io.stdout.write(`${formatCount(both)} of its messages were known here, and count twice now.\n`)
  } catch (error) {
    if (unreadable === undefined) throw error
    return complain(io, `${printable(file)} ${explainFileError(unreadable)}`, exit.failed)
  }
  await io.stdout.write(formatState(await stateOf(filter, user)))
  return exit.ok
}

const sentences: Readonly<Record<DumpErrorCode, string>> = {
  'not-a-dump': 'this is not what "postern bayes dump" prints',
  newer: 'a later version of Postern wrote this',
  older:
    'an earlier version of Postern wrote this, whose counts mean nothing to this one: learn the mail again',
  line: 'this is no line of a dump, or it was changed',
  'cut-off': 'the dump ends here, before its last line',
  'other-kind': "this is a user's model and --user is not given, or the other way round",
  'other-size': 'its tables have another size than those here ([bayes] slot_bits): they cannot be added',
}
