// Hands the mail to the filter, some messages at a time, and counts what came of it.

import type { BayesFilter, Learned, MailClass, TrainingRule, Unlearned } from '@postern/bayes'
import { IN_FLIGHT_MESSAGES, IN_FLIGHT_OCTETS } from './limits.ts'
import type { ClassedItem } from './mail-stream.ts'

/** What is to be done with a message. */
export type LearnTask = MailClass | 'unlearn'

/** What came of a message or a file. `found`: a dry run asks the filter nothing. */
export type LearnOutcome = Learned | Unlearned | 'found' | 'unreadable' | 'passed-over'

export interface LearnTally {
  readonly outcomes: Readonly<Record<LearnTask, Partial<Record<LearnOutcome, number>>>>
  readonly messages: number
  /** Of the messages. */
  readonly octets: number
  /** Set when it did not come to its end. */
  readonly ended?: 'stopped' | { readonly error: Error }
}

export interface LearnRun {
  readonly items: AsyncGenerator<ClassedItem<LearnTask>>
  /** Undefined for a dry run. */
  readonly filter: BayesFilter | undefined
  readonly rule?: TrainingRule | undefined
  /** Whose mail a file has. */
  userOf(path: string): string | undefined
  /** Ends the run behind the messages in hand. */
  readonly stop: AbortSignal
  onUnreadable(place: string, reason: string): void
  onProgress(octetsDone: number, messages: number): void
  onOutcome?(task: LearnTask, outcome: LearnOutcome, place: string): void
}

/** Runs through the items; resolves when the filter has answered for every message it was given. */
export async function runLearning(run: LearnRun): Promise<LearnTally> {
  const outcomes = { spam: {}, ham: {}, unlearn: {} } as Record<
    LearnTask,
    Partial<Record<LearnOutcome, number>>
  >
  let messages = 0
  let octets = 0
  let error: Error | undefined
  const count = (task: LearnTask, outcome: LearnOutcome) => {
    outcomes[task][outcome] = (outcomes[task][outcome] ?? 0) + 1
  }
  const flight = createFlight()
  const nextItem = orStopped(run.items, run.stop)
  while (!run.stop.aborted && error === undefined) {
    const next = await nextItem()
    if (next === undefined || next.done) break
    const item = next.value
    const { class: task } = item
    if (item.kind === 'unreadable') {
      count(task, 'unreadable')
      run.onUnreadable(item.place, item.reason)
      continue
    }
    if (item.kind === 'passed-over') {
      count(task, 'passed-over')
      continue
    }
    const size = item.message.length
    messages++
    octets += size
    await flight.room(size)
    const answer = give(run, task, item.message, run.userOf(item.file.path))
    const done = answer.then(
      (outcome) => {
        count(task, outcome)
        run.onOutcome?.(task, outcome, item.place)
      },
      (reason: unknown) => {
        error ??= reason instanceof Error ? reason : new Error(String(reason))
      },
    )
    flight.add(done, size)
    run.onProgress(item.octetsDone, messages)
  }
  // A pending read of a pipe that nobody writes to may never end: it is left to itself.
  void run.items.return(undefined).catch(() => {})
  await flight.landed()
  const tally = { outcomes, messages, octets }
  if (error !== undefined) return { ...tally, ended: { error } }
  return run.stop.aborted ? { ...tally, ended: 'stopped' } : tally
}

/** The next item, or undefined at once when it is to stop, though the item may never come. */
function orStopped<T>(items: AsyncGenerator<T>, stop: AbortSignal) {
  let giveUp: (() => void) | undefined
  stop.addEventListener('abort', () => giveUp?.(), { once: true })
  // Not Promise.race, which would keep every item as long as the other promise is open.
  return () =>
    new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
      giveUp = () => resolve(undefined)
      items.next().then(resolve, reject)
    })
}

async function give(
  { filter, rule }: LearnRun,
  task: LearnTask,
  message: Uint8Array,
  user: string | undefined,
): Promise<LearnOutcome> {
  if (filter === undefined) return 'found'
  const whose = user === undefined ? {} : { user }
  if (task === 'unlearn') return filter.unlearn(message, whose)
  return filter.learn(message, task, rule === undefined ? whose : { ...whose, rule })
}

/** Messages that the filter has not answered for: so many, and so large together. */
function createFlight() {
  let count = 0
  let octets = 0
  let wake: (() => void) | undefined
  const wait = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  return {
    async room(size: number): Promise<void> {
      while (count > 0 && (count >= IN_FLIGHT_MESSAGES || octets + size > IN_FLIGHT_OCTETS)) await wait()
    },
    add(done: Promise<unknown>, size: number): void {
      count++
      octets += size
      void done.then(() => {
        count--
        octets -= size
        wake?.()
      })
    },
    async landed(): Promise<void> {
      while (count > 0) await wait()
    },
  }
}
