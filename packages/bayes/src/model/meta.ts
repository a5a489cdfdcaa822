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
}

/** Of the stored form. Features and shares belong to it: a change of either makes stored counts mean something else. */
const VERSION = 1

export class NewerModelError extends Error {
  override readonly name = 'NewerModelError'
}

const FIELDS = ['slotBits', 'epoch', 'at', 'logFrom', 'logOctets', 'ham', 'spam', 'seen'] as const

export function writeMeta(meta: Meta): Uint8Array {
  const octets = new Uint8Array(8 * (FIELDS.length + 1))
  const data = new DataView(octets.buffer)
  data.setFloat64(0, VERSION)
  FIELDS.forEach((field, index) => {
    data.setFloat64(8 * (index + 1), meta[field])
  })
  return octets
}

export function readMeta(octets: Uint8Array): Meta {
  const data = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  const version = data.getFloat64(0)
  if (version !== VERSION)
    throw new NewerModelError(
      `the model has format ${version}; this version of Postern knows format ${VERSION}`,
    )
  const meta = {} as Record<(typeof FIELDS)[number], number>
  FIELDS.forEach((field, index) => {
    meta[field] = data.getFloat64(8 * (index + 1))
  })
  return meta
}
