// One run of a rotation: as far as reality allows, state by state. What the world is asked and told comes as a port.

import { enter, graceEnd, type Rotation } from './dkim-rotation.ts'

/** How one name of the DNS looks, over all servers of its zone. */
export interface NameSeen {
  readonly name: string
  /** All servers that were heard serve what is wanted, and those not heard need not be. */
  readonly isSeen: boolean
  /** How many serve it, of how many that were asked. */
  readonly serving: number
  readonly asked: number
  /** What is in the way, as sentences: server by server. */
  readonly troubles: readonly string[]
  /** The longest TTL of its records. */
  readonly ttl: number
}

export type Done = { readonly ok: true } | { readonly ok: false; readonly message: string }

export interface RotationWorld {
  readonly now: number
  /** The new key's record, at each domain. */
  lookForNew(rotation: Rotation): Promise<readonly NameSeen[]>
  /** The old key's record while it is needed. */
  lookForOld(rotation: Rotation): Promise<readonly NameSeen[]>
  /** Whether the old key's record is empty, or gone. */
  lookForRevoked(rotation: Rotation): Promise<readonly NameSeen[]>
  /** Whether the settings name the new key. */
  isSwitched(rotation: Rotation): boolean
  switchTo(rotation: Rotation): Done & { readonly isByHand?: boolean }
  /** Has the milter read its settings; undefined: nobody has said how. */
  reload(): Promise<Done | undefined>
  /** Remembers it; throws when that cannot be. */
  save(rotation: Rotation): void
}

export type RotationEvent =
  | { readonly code: 'generated'; readonly bits: number }
  | { readonly code: 'not-served'; readonly names: readonly NameSeen[] }
  | { readonly code: 'served'; readonly names: readonly NameSeen[] }
  | { readonly code: 'switched' }
  | { readonly code: 'switched-by-hand' }
  | { readonly code: 'switch-failed'; readonly message: string }
  | { readonly code: 'switch-needed'; readonly message: string }
  | { readonly code: 'reloaded' }
  | { readonly code: 'reload-failed'; readonly message: string }
  | { readonly code: 'reload-needed' }
  | { readonly code: 'retiring'; readonly until: number }
  | { readonly code: 'new-key-missing' | 'old-key-missing'; readonly names: readonly NameSeen[] }
  | { readonly code: 'grace-over' }
  | { readonly code: 'not-revoked'; readonly names: readonly NameSeen[] }
  | { readonly code: 'done' }
  | { readonly code: 'idle'; readonly reason: IdleReason }
  | { readonly code: 'refused'; readonly message: string }
  | { readonly code: 'aborted' }

/** Why nothing was begun. */
export type IdleReason =
  | { readonly code: 'finished'; readonly at: number }
  | { readonly code: 'young'; readonly days: number; readonly every: number }
  | { readonly code: 'not-asked' }

/** What a rotation waits for. */
export type Waiting = 'dns' | 'person' | 'time' | 'nothing'

export interface Advance {
  readonly rotation: Rotation
  readonly events: readonly RotationEvent[]
  readonly waiting: Waiting
  readonly hasFailed: boolean
}

/** Advances a rotation until something is not as it has to be. */
export async function advance(start: Rotation, world: RotationWorld): Promise<Advance> {
  const events: RotationEvent[] = []
  let rotation = start
  for (;;) {
    const step = await steps[rotation.state](rotation, world)
    events.push(...step.events)
    if (step.next === undefined)
      return { rotation, events, waiting: step.waiting ?? 'nothing', hasFailed: step.hasFailed ?? false }
    rotation = step.next
    world.save(rotation)
  }
}

interface Step {
  readonly events: readonly RotationEvent[]
  /** Undefined: no further for now. */
  readonly next?: Rotation
  readonly waiting?: Waiting
  readonly hasFailed?: boolean
}

type TakeStep = (rotation: Rotation, world: RotationWorld) => Promise<Step>

const steps: Record<Rotation['state'], TakeStep> = {
  generated: awaitPublication,
  published: switchKeys,
  active: awaitReload,
  retiring: awaitGrace,
  revoked: awaitRevocation,
  done: async () => ({ events: [] }),
}

const areSeen = (names: readonly NameSeen[]): boolean => names.every(({ isSeen }) => isSeen)

async function awaitPublication(rotation: Rotation, world: RotationWorld): Promise<Step> {
  const names = await world.lookForNew(rotation)
  if (!areSeen(names)) return { events: [{ code: 'not-served', names }], waiting: 'dns' }
  return { events: [{ code: 'served', names }], next: enter(rotation, 'published', world.now) }
}

async function switchKeys(rotation: Rotation, world: RotationWorld): Promise<Step> {
  const old = await world.lookForOld(rotation)
  const isOldServed = !areSeen(await world.lookForRevoked(rotation))
  const oldTtl = Math.max(rotation.oldTtl, ...old.map(({ ttl }) => ttl))
  const next = enter({ ...rotation, isOldServed, oldTtl }, 'active', world.now)
  if (world.isSwitched(rotation)) return { events: [{ code: 'switched-by-hand' }], next }
  // It may have been published long ago, and have gone since.
  const names = await world.lookForNew(rotation)
  if (!areSeen(names)) return { events: [{ code: 'not-served', names }], waiting: 'dns' }
  const switched = world.switchTo(rotation)
  if (switched.ok) return { events: [{ code: 'switched' }], next }
  const { message } = switched
  if (switched.isByHand) return { events: [{ code: 'switch-needed', message }], waiting: 'person' }
  return { events: [{ code: 'switch-failed', message }], waiting: 'person', hasFailed: true }
}

async function awaitReload(rotation: Rotation, world: RotationWorld): Promise<Step> {
  const reloaded = await world.reload()
  if (reloaded === undefined) return { events: [{ code: 'reload-needed' }], waiting: 'person' }
  if (!reloaded.ok)
    return {
      events: [{ code: 'reload-failed', message: reloaded.message }],
      waiting: 'person',
      hasFailed: true,
    }
  return { events: [{ code: 'reloaded' }], next: enter(rotation, 'retiring', world.now) }
}

async function awaitGrace(rotation: Rotation, world: RotationWorld): Promise<Step> {
  const current = await world.lookForNew(rotation)
  const missing: RotationEvent[] = areSeen(current) ? [] : [{ code: 'new-key-missing', names: current }]
  const hasFailed = missing.length > 0
  const until = graceEnd(rotation)
  if (world.now >= until && !hasFailed)
    return { events: [{ code: 'grace-over' }], next: enter(rotation, 'revoked', world.now) }
  const old = await world.lookForOld(rotation)
  const gone: RotationEvent[] = areSeen(old) ? [] : [{ code: 'old-key-missing', names: old }]
  const events = [...missing, ...gone, { code: 'retiring', until } as const]
  return { events, waiting: hasFailed ? 'dns' : 'time', hasFailed: hasFailed || gone.length > 0 }
}

async function awaitRevocation(rotation: Rotation, world: RotationWorld): Promise<Step> {
  const names = await world.lookForRevoked(rotation)
  if (!areSeen(names)) return { events: [{ code: 'not-revoked', names }], waiting: 'dns' }
  return { events: [{ code: 'done' }], next: enter(rotation, 'done', world.now) }
}
