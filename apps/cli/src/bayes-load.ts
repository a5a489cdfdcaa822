// A dump of ours, taken in place of what was learned or in addition to it.

import type { BayesFilter } from '@postern/bayes'
import { whose } from './bayes-filter.ts'
import { openDump } from './bayes-lines.ts'
import { complain, type ExitStatus, exit } from './command.ts'
import type { CliIo } from './io.ts'
import type { StoreKeeper } from './learn/filter.ts'
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
  { filter, keeper }: { readonly filter: BayesFilter; readonly keeper: StoreKeeper },
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
    const loaded = await keeper.load(lines(), { mode, ...whose(user) })
    if (!loaded.ok)
      return complain(io, `${printable(file)}: line ${loaded.line}: ${loaded.message}`, exit.failed)
    await io.stdout.write(`${formatCount(loaded.messages)} messages taken.\n`)
  } catch (error) {
    if (unreadable === undefined) throw error
    return complain(io, `${printable(file)} ${explainFileError(unreadable)}`, exit.failed)
  }
  await io.stdout.write(formatState(await stateOf(filter, user)))
  return exit.ok
}
