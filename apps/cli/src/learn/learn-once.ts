// Learning what is there now.

import path from 'node:path'
import type { BayesFilter } from '@postern/bayes'
import { complain, type ExitStatus, exit, printJson } from '../command.ts'
import type { CliIo } from '../io.ts'
import { printable } from '../text-table.ts'
import { createProgress } from './learn-progress.ts'
import type { LearnRequest } from './learn-request.ts'
import { type LearnTally, type LearnTask, runLearning } from './learn-run.ts'
import { type FilterState, formatReport, jsonOfReport } from './learn-summary.ts'
import { byTime, listMail, type MailList } from './mail-list.ts'
import { type MailOfClass, mixClasses, octetsOf } from './mail-stream.ts'

/** Files that are complained of one by one; more are counted. */
const COMPLAINTS = 20

export interface LearnOnceOptions {
  readonly withSubfolders: boolean
  readonly isQuiet: boolean
  readonly isJson: boolean
}

/** Learns the mail of the request; without a filter it is counted only. */
export async function learnOnce(
  request: LearnRequest,
  filter: BayesFilter | undefined,
  options: LearnOnceOptions,
  io: CliIo,
): Promise<ExitStatus> {
  const stop = stopOnSignal(io)
  const listed = await listClasses(request, options, io)
  const progress = createProgress({
    stderr: io.stderr,
    totalOctets: listed.classes.reduce((sum, { files }) => sum + octetsOf(files), 0),
    isQuiet: options.isQuiet || options.isJson,
  })
  let unreadable = 0
  const complainOf = (place: string, reason: string) => {
    unreadable++
    if (unreadable <= COMPLAINTS) progress.say(`${printable(place)} ${reason}`)
  }
  for (const { place, reason } of listed.unreadable) complainOf(place, reason)
  const began = performance.now()
  const tally = await runLearning({
    items: mixClasses(listed.classes, whenRead(io)),
    filter,
    rule: request.rule,
    userOf: request.userOf,
    stop,
    onUnreadable: complainOf,
    onProgress: progress.show,
  })
  const seconds = (performance.now() - began) / 1000
  progress.end()
  if (unreadable > COMPLAINTS) complain(io, `${unreadable - COMPLAINTS} more could not be read`)
  const report = {
    tally: withUnlisted(tally, listed.unreadable),
    seconds,
    leftOut: listed.leftOut,
    filter: filter && !hasFailed(tally) ? await stateOf(filter, request.user) : undefined,
  }
  if (options.isJson) await printJson(io, jsonOfReport(report))
  else await io.stdout.write(formatReport(report))
  return statusOf(tally, unreadable, io)
}

const hasFailed = ({ ended }: LearnTally): boolean => typeof ended === 'object'

function statusOf({ ended }: LearnTally, unreadable: number, io: CliIo): ExitStatus {
  if (typeof ended === 'object')
    return complain(io, `the filter's store failed: ${ended.error.message}`, exit.failed)
  if (ended === 'stopped')
    return complain(
      io,
      'stopped; run it again to go on: what is known already is passed quickly',
      exit.stopped,
    )
  return unreadable > 0 ? exit.failed : exit.ok
}

interface ListedClass extends MailOfClass<LearnTask> {}

interface Listed {
  readonly classes: readonly ListedClass[]
  readonly unreadable: readonly { task: LearnTask; place: string; reason: string }[]
  readonly leftOut: MailList['leftOut']
}

async function listClasses(
  request: LearnRequest,
  { withSubfolders }: LearnOnceOptions,
  { cwd, now }: CliIo,
): Promise<Listed> {
  const tasks = (['unlearn', 'spam', 'ham'] as const).filter((task) => request[task].length > 0)
  const lists = await Promise.all(
    tasks.map((task) => {
      const others = tasks.filter((other) => other !== task).flatMap((other) => request[other])
      const except = new Set(others.map((each) => path.resolve(cwd, each)))
      return listMail(request[task], { cwd, now: now(), withSubfolders, except })
    }),
  )
  return {
    classes: tasks.map((task, i) => ({ class: task, files: byTime(lists[i]!.files) })),
    unreadable: tasks.flatMap((task, i) => lists[i]!.unreadable.map((each) => ({ task, ...each }))),
    leftOut: {
      draft: lists.reduce((sum, { leftOut }) => sum + leftOut.draft, 0),
      trashed: lists.reduce((sum, { leftOut }) => sum + leftOut.trashed, 0),
    },
  }
}

/** With what could not even be listed counted as unreadable. */
function withUnlisted(tally: LearnTally, unlisted: Listed['unreadable']): LearnTally {
  const outcomes = { ...tally.outcomes }
  for (const { task } of unlisted)
    outcomes[task] = { ...outcomes[task], unreadable: (outcomes[task].unreadable ?? 0) + 1 }
  return { ...tally, outcomes }
}

/** How much the filter knows, and whether it scores: it says so of any message. */
export async function stateOf(filter: BayesFilter, user: string | undefined): Promise<FilterState> {
  const whose = user === undefined ? {} : { user }
  const [stats, { untrained }] = await Promise.all([
    filter.stats(whose),
    filter.score(new Uint8Array(), whose),
  ])
  return { stats, needed: untrained?.needed }
}

/** Standard input, not touched before somebody reads it. */
export async function* whenRead(io: CliIo): AsyncIterable<Uint8Array> {
  yield* io.stdin
}

/** Aborts at SIGINT and SIGTERM. A read of standard input that waits is given up. */
export function stopOnSignal(io: CliIo): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    controller.abort()
    const { stdin } = io as { stdin: AsyncIterable<Uint8Array> & { destroy?(): void } }
    stdin.destroy?.()
  }
  io.onSignal('SIGINT', stop)
  io.onSignal('SIGTERM', stop)
  return controller.signal
}
