import { type MailFeatures, views } from '../features/mail-features.ts'
import { decodeGains, encodeGains, GAIN_OCTETS, type Gains } from './gains.ts'
import type { Model } from './model.ts'
import { OctetReader, OctetWriter } from './octet-writer.ts'

/** One message learned or taken back, as other processes repeat it on their copy of the model. */
export interface LogEntry {
  readonly isSpam: boolean
  readonly isTaken: boolean
  readonly gains: Gains
  readonly features: Pick<MailFeatures, 'tokens' | 'views'>
}

export function encodeEntry({ isSpam, isTaken, gains, features }: LogEntry): Uint8Array {
  const writer = new OctetWriter(4 * (features.tokens.length + features.views.raw.length) + 64)
  writer.octet((isSpam ? 1 : 0) | (isTaken ? 2 : 0))
  writer.octets(encodeGains(gains))
  writeHashes(writer, features.tokens)
  // A view that did not move need not be repeated.
  views.forEach((view, index) => {
    writeHashes(writer, gains[index] === 0 ? new Int32Array() : features.views[view])
  })
  return writer.taken()
}

export function applyEntry(model: Model, octets: Uint8Array): void {
  const reader = new OctetReader(octets)
  const flags = reader.octet()
  const gains = decodeGains(reader.octets(GAIN_OCTETS))
  const tokens = readHashes(reader)
  const [trigrams, facts, raw, header] = views.map(() => readHashes(reader)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  const features = { tokens, views: { trigrams, facts, raw, header } }
  if (flags & 2) model.unlearn(features, (flags & 1) === 1, gains)
  else model.learn(features, (flags & 1) === 1, gains)
}

function writeHashes(writer: OctetWriter, hashes: Int32Array): void {
  writer.varint(hashes.length)
  writer.octets(new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength))
}

function readHashes(reader: OctetReader): Int32Array {
  const size = Math.min(reader.varint() * 4, Math.max(0, reader.left))
  return new Int32Array(reader.octets(size - (size % 4)).buffer)
}
