// Runs a session in tests: bytes in, events out, every reply given.

import {
  createMilterSession,
  type FilterSession,
  type MilterEvent,
  type SessionOptions,
} from '../src/index.ts'
import type { Reply } from '../src/reply.ts'
import { allSteps } from '../src/steps.ts'
import { textOf } from './wire.ts'

/** Takes every step and decides it. */
export const decideAll: SessionOptions = {
  steps: Object.fromEntries(allSteps.map((step) => [step, 'decide' as const])),
}

export interface Run {
  readonly session: FilterSession
  readonly events: MilterEvent[]
  /** All that was answered. */
  text: string
}

export const startRun = (options: SessionOptions = decideAll): Run => ({
  session: createMilterSession(options),
  events: [],
  text: '',
})

/** Feeds one piece and takes all events, each answered with what `choose` gives. */
export function feed(run: Run, bytes: Uint8Array, choose: (event: MilterEvent) => Reply = () => 'continue') {
  run.session.receive(bytes)
  for (let event = run.session.next(); event !== undefined; event = run.session.next()) {
    add(run.events, event)
    if (run.session.awaitsReply) run.text += textOf(run.session.reply(choose(event)))
  }
}

export function runAll(
  pieces: readonly Uint8Array[],
  options?: SessionOptions,
  choose?: (event: MilterEvent) => Reply,
): Run {
  const run = startRun(options)
  for (const piece of pieces) feed(run, piece, choose)
  const error = run.session.end()
  if (error !== undefined) run.events.push(error)
  return run
}

/** Pieces of one body chunk are put together: where they are cut depends on the reads. */
function add(events: MilterEvent[], event: MilterEvent): void {
  const last = events.at(-1)
  if (event.kind === 'body' && last?.kind === 'body' && !last.isLast) {
    const bytes = new Uint8Array(last.bytes.length + event.bytes.length)
    bytes.set(last.bytes)
    bytes.set(event.bytes, last.bytes.length)
    events[events.length - 1] = { ...event, bytes }
  } else if (event.kind === 'body') events.push({ ...event, bytes: Uint8Array.from(event.bytes) })
  else events.push(event)
}
