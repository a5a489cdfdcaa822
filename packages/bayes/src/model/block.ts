import type { Model } from './model.ts'
import { OctetReader, OctetWriter } from './octet-writer.ts'
import { hamOf, spamOf } from './token-counts.ts'

// A model in the store is a row of blocks, each with the slots that hold something: the gap to the one before, then the slot.

const BLOCK_BITS = 14
const SLOTS = 2 ** BLOCK_BITS

export const blocksOf = (model: Model): number => Math.max(1, model.tokens.size / SLOTS)

// The upper half of a float has eight bits of fraction: a weight is kept to half a percent, in two octets.
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)
/** No weight comes near; what is read from a damaged store may be anything, not a number included. */
const MOST_WEIGHT = 1e6

export function encodeBlock(model: Model, block: number): Uint8Array {
  const writer = new OctetWriter(65_536)
  const { slots, size } = model.tokens
  const { weights } = model.weights
  const first = block * SLOTS
  const end = Math.min(first + SLOTS, size)
  let before = first - 1
  for (let index = first; index < end; index++) {
    const slot = slots[index] as number
    if (slot <= 0xff) continue
    writer.varint(index - before)
    writer.octet(slot & 0xff)
    writeCount(writer, hamOf(slot), spamOf(slot))
    before = index
  }
  writer.varint(0)
  before = first - 1
  for (let slot = first; slot < end; slot++) {
    if (weights[slot] === 0) continue
    float[0] = weights[slot] as number
    const half = ((bits[0] as number) + 0x8000) >>> 16
    if ((half & 0x7fff) === 0) continue
    writer.varint(slot - before)
    writer.octet(half & 0xff)
    writer.octet(half >>> 8)
    before = slot
  }
  writer.varint(0)
  return writer.taken()
}

export function decodeBlock(model: Model, block: number, octets: Uint8Array): void {
  const reader = new OctetReader(octets)
  const { slots, size } = model.tokens
  const { weights } = model.weights
  const first = block * SLOTS
  const end = Math.min(first + SLOTS, size)
  slots.fill(0, first, end)
  weights.fill(0, first, end)
  for (let slot = first - 1; ; ) {
    const gap = reader.varint()
    slot += gap
    if (gap === 0 || slot >= end) break
    const check = reader.octet()
    slots[slot] = (readCount(reader) | check) >>> 0
  }
  for (let slot = first - 1; ; ) {
    const gap = reader.varint()
    slot += gap
    if (gap === 0 || slot >= end) break
    bits[0] = (reader.octet() << 16) | (reader.octet() << 24)
    const weight = float[0] as number
    weights[slot] = Math.abs(weight) <= MOST_WEIGHT ? weight : 0
  }
}

/** Nearly all counts are below 15 in both classes and take one octet; 0xff announces the others. */
function writeCount(writer: OctetWriter, ham: number, spam: number): void {
  if (ham < 15 && spam < 15) {
    writer.octet((ham << 4) | spam)
    return
  }
  writer.octet(0xff)
  writer.varint(ham)
  writer.varint(spam)
}

function readCount(reader: OctetReader): number {
  const short = reader.octet()
  if (short !== 0xff) return ((short >>> 4) << 20) | ((short & 15) << 8)
  const ham = reader.varint()
  return (ham << 20) | ((reader.varint() & 0xfff) << 8)
}
