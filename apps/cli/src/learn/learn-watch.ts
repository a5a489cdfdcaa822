// Learning from folders as people move mail in them.

import type { BayesFilter } from '@postern/bayes'
import { complain, type ExitStatus, exit } from '../command.ts'
import type { CliIo } from '../io.ts'
import { printable } from '../text-table.ts'
import { stopOnSignal } from './learn-once.ts'
import { createProgress } from './learn-progress.ts'
import type { LearnRequest } from './learn-request.ts'
import { type LearnTask, runLearning } from './learn-run.ts'
import { byTime } from './mail-list.ts'
import { type ClassedItem, mixClasses, octetsOf } from './mail-stream.ts'
import { isMarkedSpam } from './watch-rules.ts'
import { createWaker } from './watch-waker.ts'
import { createWatchedFolders, type Found, type WatchedFoldersOptions } from './watched-folders.ts'

export interface WatchOptions extends WatchedFoldersOptions {
  readonly isQuiet: boolean
  /** Also spam that a filter has marked as such. */
  readonly withMarked: boolean
}

/** Watches until SIGTERM or SIGINT. What cannot be read or learned now is tried again. */
export async function learnWatching(
  request: LearnRequest,
  filter: BayesFilter,
  options: WatchOptions,
  io: CliIo,
): Promise<ExitStatus> {
  const stop = stopOnSignal(io)
  const tell = (line: string) => complain(io, line)
  const waker = createWaker({
    stop,
    onLimit: (error) =>
      tell(
        `the system watches no more folders (${error.message}): the others are looked at every ${options.rescanSeconds} s`,
      ),
  })
  const watched = createWatchedFolders(request, options, io)
  const lesson: Lesson = { request, filter, options, io, stop }
  let isFirst = true
  try {
    while (!stop.aborted) {
      const now = io.now()
      if (now >= watched.nextRescan()) await watched.refresh(now)
      const scan = await watched.scan(now)
      const isLearned = await learnFiles(scan.found, lesson)
      if (isLearned) for (const { folder, files } of scan.found) folder.settle(files)
      if (isFirst && !stop.aborted) await io.stdout.write(watched.describe())
      isFirst = false
      waker.observe(watched.directories())
      const next = isLearned ? Math.min(watched.nextRescan(), scan.dueAt) : watched.nextRescan()
      watched.change(await waker.sleep(Math.max(0, next - io.now()) * 1000))
    }
  } finally {
    waker.close()
  }
  return exit.ok
}

interface Lesson {
  readonly request: LearnRequest
  readonly filter: BayesFilter
  readonly options: WatchOptions
  readonly io: CliIo
  readonly stop: AbortSignal
}

/** Learns them all; false when the store has failed or it was stopped, and they have to be tried again. */
async function learnFiles(found: readonly Found[], lesson: Lesson): Promise<boolean> {
  if (found.length === 0) return true
  const { request, filter, options, io, stop } = lesson
  const classes = (['spam', 'ham'] as const).map((as) => ({
    class: as as LearnTask,
    files: byTime(found.filter(({ folder }) => folder.class === as).flatMap(({ files }) => files)),
  }))
  const progress = createProgress({
    stderr: io.stderr,
    totalOctets: classes.reduce((sum, { files }) => sum + octetsOf(files), 0),
    isQuiet: options.isQuiet,
  })
  const items = mixClasses(classes, nothing())
  const tally = await runLearning({
    items: options.withMarked ? items : withoutMarked(items),
    filter,
    rule: request.rule,
    userOf: request.userOf,
    stop,
    onUnreadable: (place, reason) => progress.say(`${printable(place)} ${reason}`),
    onProgress: progress.show,
    onOutcome(task, outcome, place) {
      if (options.isQuiet || (outcome !== 'learned' && outcome !== 'relearned')) return
      progress.end()
      void io.stdout.write(`${outcome} as ${task}: ${printable(place)}\n`)
    },
  })
  progress.end()
  if (typeof tally.ended === 'object')
    complain(io, `the filter's store failed, it is tried again: ${tally.ended.error.message}`)
  return tally.ended === undefined
}

/** Without spam that has been put where it is for its mark. */
async function* withoutMarked(
  items: AsyncGenerator<ClassedItem<LearnTask>>,
): AsyncGenerator<ClassedItem<LearnTask>> {
  for await (const item of items) {
    const isMarked = item.kind === 'message' && item.class === 'spam' && isMarkedSpam(item.message)
    yield isMarked ? { ...item, kind: 'passed-over' } : item
  }
}

/** Folders are watched, not standard input. */
async function* nothing(): AsyncIterable<Uint8Array> {}
