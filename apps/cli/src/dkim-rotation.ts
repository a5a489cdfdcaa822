// A rotation of a key: what is known about it between two runs, and the rules that need nothing of the world.

import type { KeyAlgorithm } from '@postern/dkim'

/**
 * - `generated`: the new key is there, its record is to be published.
 * - `published`: all servers of the zone have served it.
 * - `active`: the settings name the new key; the milter may not have read them yet.
 * - `retiring`: the milter signs with the new key, and mail with signatures of the old one is still on its way.
 * - `revoked`: the old record is to be emptied.
 * - `done`: all servers of the zone have done so.
 */
export const rotationStates = ['generated', 'published', 'active', 'retiring', 'revoked', 'done'] as const

export type RotationState = (typeof rotationStates)[number]

export interface Rotation {
  /** Of the key in the settings: the name of its row in the key table, `key_file` or `ed25519_key_file`. */
  readonly id: string
  /** Those that the key signs for. */
  readonly domains: readonly string[]
  readonly algorithm: KeyAlgorithm
  readonly state: RotationState
  readonly old: RotatedKey
  readonly new: RotatedKey & {
    /** The text to publish. */
    readonly record: string
  }
  /** When each state began, in seconds since 1970. */
  readonly since: Partial<Record<RotationState, number>>
  /** The longest TTL of the old record that was seen. */
  readonly oldTtl: number
  /** Whether a server had the old record when its key signed no more: nobody can miss one that was never there. */
  readonly isOldServed: boolean
  /** How long the old key stays at least, from when it signs no more. */
  readonly graceDays: number
}

export interface RotatedKey {
  readonly selector: string
  /** From the root. */
  readonly file: string
}

export const isOpen = (rotation: Rotation | undefined): rotation is Rotation =>
  rotation !== undefined && rotation.state !== 'done'

/** The rotation in its next state. */
export const enter = (rotation: Rotation, state: RotationState, now: number): Rotation => ({
  ...rotation,
  state,
  since: { ...rotation.since, [state]: now },
})

/** Postfix's maximal_queue_lifetime: signed mail may be that long on its way before anybody verifies it. */
export const QUEUE_DAYS = 5

export const DAY = 86_400

/** When nobody can need the old key any more. */
export function graceEnd({ since, isOldServed, oldTtl, graceDays }: Rotation): number {
  return (since.retiring ?? 0) + (isOldServed ? Math.max(graceDays * DAY, oldTtl) : 0)
}

/** RFC 6376 §3.6.1: what a revoked key's record says. */
export const revokedRecord = ({ algorithm }: Rotation): string => `v=DKIM1; k=${algorithm}; p=`

/** A selector that says when the key was made; the first that is not taken. */
export function nameSelector(
  now: number,
  {
    algorithm,
    isTaken,
  }: { readonly algorithm: KeyAlgorithm; readonly isTaken: (selector: string) => boolean },
): string {
  const date = new Date(now * 1000).toISOString().slice(0, 10).replaceAll('-', '')
  const suffix = algorithm === 'ed25519' ? '-ed25519' : ''
  const bases = [date.slice(0, 6), date]
  for (let number = 0; ; number++) {
    const base = bases[number] ?? `${date}-${number}`
    const selector = `${base}${suffix}`
    if (!isTaken(selector)) return selector
  }
}
