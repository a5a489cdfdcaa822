// One pass over the keys that are to be rotated: what is under way goes on, what is due begins.

import { statSync } from 'node:fs'
import { DAY, isOpen, type Rotation } from './dkim-rotation.ts'
import { type Advance, advance, type IdleReason, type RotationEvent } from './dkim-rotation-advance.ts'
import type { RotationAnswer } from './dkim-rotation-answer.ts'
import { loadRotations, lockRotations, saveRotation } from './dkim-rotation-file.ts'
import type { RotationUnit } from './dkim-rotation-unit.ts'
import { startRotation, type WorkOptions, worldOf } from './dkim-rotation-work.ts'

/** What the command line says about beginning and ending. */
export interface RotationWish {
  /** The keys were named. */
  readonly isNamed: boolean
  /** Begin another though one has been finished. */
  readonly isStart: boolean
  /** Begin one when the key is so old. */
  readonly everyDays: number | undefined
  readonly isAbort: boolean
}

export type Passed =
  | { readonly ok: true; readonly answers: readonly RotationAnswer[] }
  | { readonly ok: false; readonly message: string }

/** Lets nobody else at the states, and advances each unit. */
export async function passOver(
  units: readonly RotationUnit[],
  wish: RotationWish,
  options: WorkOptions,
): Promise<Passed> {
  const releases: (() => void)[] = []
  try {
    for (const file of options.isDry ? [] : new Set(units.map(({ stateFile }) => stateFile))) {
      const locked = lockRotations(file)
      if (!locked.ok) return locked
      releases.push(locked.release)
    }
    const answers: RotationAnswer[] = []
    for (const unit of units) {
      const loaded = loadRotations(unit.stateFile)
      if (!loaded.ok) return loaded
      const rotation = loaded.rotations.find(({ id }) => id === unit.id)
      answers.push(answerOf(unit, await runUnit(unit, rotation, { wish, options }), options))
    }
    const told = answers.filter(({ events }) => !events.some(isUnasked))
    return { ok: true, answers: told.length > 0 ? told : answers }
  } catch (error) {
    // What the system refuses; anything else is a bug of ours.
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return { ok: false, message }
  } finally {
    for (const release of releases) release()
  }
}

/** Of no interest where others are under way. */
const isUnasked = (event: RotationEvent): boolean =>
  event.code === 'idle' && event.reason.code === 'not-asked'

type Outcome = Omit<Advance, 'rotation'> & { readonly rotation: Rotation | undefined }

interface Means {
  readonly wish: RotationWish
  readonly options: WorkOptions
}

async function runUnit(
  unit: RotationUnit,
  last: Rotation | undefined,
  { wish, options }: Means,
): Promise<Outcome> {
  if (isOpen(last)) {
    if (wish.isAbort) return abort(unit, last, options)
    const message = conflictIn(unit, last)
    if (message !== undefined) return refuse(last, message)
    const { graceDays = last.graceDays } = options
    return advance({ ...last, graceDays }, worldOf(unit, options))
  }
  if (wish.isAbort) return refuse(last, 'No rotation is under way')
  const reason = whyIdle(unit, last, { wish, options })
  if (reason !== undefined) return still(last, [{ code: 'idle', reason }])
  const started = await startRotation(unit, options)
  if (!started.ok) return refuse(last, started.message)
  const event = { code: 'generated', bits: started.bits } as const
  if (options.isDry) return still(started.rotation, [event])
  const advanced = await advance(started.rotation, worldOf(unit, options))
  return { ...advanced, events: [event, ...advanced.events] }
}

const still = (rotation: Rotation | undefined, events: readonly RotationEvent[]): Outcome => ({
  rotation,
  events,
  waiting: 'nothing',
  hasFailed: false,
})

const refuse = (rotation: Rotation | undefined, message: string): Outcome => ({
  ...still(rotation, [{ code: 'refused', message }]),
  hasFailed: true,
})

/** Undefined: one is to begin. */
function whyIdle(
  unit: RotationUnit,
  last: Rotation | undefined,
  { wish, options }: Means,
): IdleReason | undefined {
  const { isNamed, isStart, everyDays } = wish
  if (isStart) return undefined
  if (everyDays !== undefined) {
    const made = last?.since.generated ?? Math.floor(statSync(unit.file).mtimeMs / 1000)
    const days = Math.floor((options.now - made) / DAY)
    return days >= everyDays ? undefined : { code: 'young', days, every: everyDays }
  }
  if (!isNamed) return { code: 'not-asked' }
  return last === undefined ? undefined : { code: 'finished', at: last.since.done ?? 0 }
}

/** The settings name a key that this rotation knows nothing of. */
function conflictIn(unit: RotationUnit, { state, old, new: next }: Rotation): string | undefined {
  const { selector, namedIn } = unit
  const isEarly = state === 'generated' || state === 'published'
  if (selector === next.selector || (isEarly && selector === old.selector)) return undefined
  return `${namedIn} names the selector ${selector}, where this rotation left ${isEarly ? old.selector : next.selector}: put that back, or remove the rotation from ${unit.stateFile}`
}

function abort(unit: RotationUnit, last: Rotation, { isDry }: WorkOptions): Outcome {
  if (last.state !== 'generated' && last.state !== 'published')
    return refuse(
      last,
      `The new key (${last.new.selector}) is in use already: finish this rotation, and begin another`,
    )
  if (!isDry) saveRotation(unit.stateFile, unit.id, undefined)
  return still(last, [{ code: 'aborted' }])
}

const answerOf = (
  unit: RotationUnit,
  outcome: Outcome,
  { isDry, reloadCommand }: WorkOptions,
): RotationAnswer => ({
  id: unit.id,
  domains: unit.domains,
  selector: unit.selector,
  namedIn: unit.namedIn,
  lines: outcome.rotation === undefined ? [] : unit.linesFor(outcome.rotation),
  isDry,
  reloadCommand,
  ...outcome,
})
