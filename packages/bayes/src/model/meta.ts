/** What is known of a stored model without reading it. */
export interface Meta {
  readonly slotBits: number
  /** Counts up when the model is replaced by another one. */
  readonly epoch: number
  /** Messages learned and taken back so far; the model in the store, with its log, is as of this one. */
  readonly at: number
  /** The blocks have all messages up to this one. */
  logFrom: number
  logOctets: number
  readonly ham: number
  readonly spam: number
  readonly seen: number
  /** See LearningOrder. Both 0 to 1. */
  readonly mix: number
  readonly trust: number
}

/** Of the stored form. Features and shares belong to it: a change of either makes stored counts mean something else. */
export const MODEL_VERSION = 1

export class NewerModelError extends Error {
  override readonly name = 'NewerModelError'
}

/** What the store has is no model: it was damaged, or something else wrote there. */
export class DamagedModelError extends Error {
  override readonly name = 'DamagedModelError'
}

const OCTETS = 8 * 11
/** More slots than any settings allow, and more entries of a log than are ever kept: what would take too long to read. */
const MOST_SLOT_BITS = 26
const MOST_ENTRIES = 1_000_000

const COUNTS = ['slotBits', 'epoch', 'at', 'logFrom', 'logOctets', 'ham', 'spam', 'seen'] as const
const SHARES = ['mix', 'trust'] as const
const FIELDS = [...COUNTS, ...SHARES] as const

export function writeMeta(meta: Meta): Uint8Array {
  const octets = new Uint8Array(OCTETS)
  const data = new DataView(octets.buffer)
  data.setFloat64(0, MODEL_VERSION)
  FIELDS.forEach((field, index) => {
    data.setFloat64(8 * (index + 1), meta[field])
  })
  return octets
}

/** Throws NewerModelError and DamagedModelError. */
export function readMeta(octets: Uint8Array): Meta {
  const data = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  const version = octets.length < 8 ? 0 : data.getFloat64(0)
  if (Number.isInteger(version) && version > MODEL_VERSION)
    throw new NewerModelError(
      `the model has format ${version}; this version of Postern knows format ${MODEL_VERSION}`,
    )
  if (version !== MODEL_VERSION || octets.length < OCTETS) throw new DamagedModelError('the model is damaged')
  const meta = {} as Record<(typeof FIELDS)[number], number>
  FIELDS.forEach((field, index) => {
    meta[field] = data.getFloat64(8 * (index + 1))
  })
  if (!isSound(meta)) throw new DamagedModelError('the model is damaged')
  return meta
}

const isSound = (meta: Meta): boolean =>
  COUNTS.every((field) => Number.isSafeInteger(meta[field]) && meta[field] >= 0) &&
  SHARES.every((field) => meta[field] >= 0 && meta[field] <= 1) &&
  meta.slotBits >= 2 &&
  meta.slotBits <= MOST_SLOT_BITS &&
  meta.logFrom <= meta.at &&
  meta.at - meta.logFrom <= MOST_ENTRIES
