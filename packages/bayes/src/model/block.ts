import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Model } from './model.ts'
import { OctetReader, OctetWriter } from './octet-writer.ts'
import { hamOf, spamOf } from './token-counts.ts'

// A model in the store is a row of blocks. Each has, for its range of slots: a bit for each slot that is not empty, then the
// checks of the tokens, then their counts, then the weights' upper octets, then the lower ones; each kind is alike in itself, so
// that deflate finds what there is to find.

const BLOCK_BITS = 16
const SLOTS = 2 ** BLOCK_BITS
/** Deflated blocks that inflate to more are damaged: bits, check, the longest count and weight of each slot. */
const MOST_OCTETS = SLOTS * 12

export const blocksOf = (model: Model): number => Math.max(1, model.tokens.size / SLOTS)

// The upper half of a float has eight bits of fraction: a weight is kept to half a percent, in two octets.
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)
/** No weight comes near; a damaged block may hold anything, what is no number included. */
const MOST_WEIGHT = 1e6

export function encodeBlock(model: Model, block: number): Uint8Array {
  const first = block * SLOTS
  const slots = model.tokens.slots.subarray(first, first + SLOTS)
  const weights = model.weights.weights.subarray(first, first + SLOTS)
  const writer = new OctetWriter(SLOTS * 6)

  const tokens = new Uint8Array(slots.length / 8)
  const checks = new OctetWriter(SLOTS)
  const counts = new OctetWriter(SLOTS)
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] as number
    if (slot <= 0xff) continue
    tokens[index >>> 3] = (tokens[index >>> 3] as number) | (1 << (index & 7))
    checks.octet(slot & 0xff)
    writeCount(counts, hamOf(slot), spamOf(slot))
  }
  const moved = new Uint8Array(weights.length / 8)
  const upper = new OctetWriter(SLOTS)
  const lower = new OctetWriter(SLOTS)
  for (let index = 0; index < weights.length; index++) {
    if (weights[index] === 0) continue
    float[0] = weights[index] as number
    const half = ((bits[0] as number) + 0x8000) >>> 16
    if ((half & 0x7fff) === 0) continue
    moved[index >>> 3] = (moved[index >>> 3] as number) | (1 << (index & 7))
    upper.octet(half >>> 8)
    lower.octet(half & 0xff)
  }
  for (const part of [tokens, checks.taken(), counts.taken(), moved, upper.taken(), lower.taken()]) {
    writer.varint(part.length)
    writer.octets(part)
  }
  return deflateRawSync(writer.taken(), { level: 1 })
}

/** Puts a block into the model; one that cannot be read leaves its range empty. */
export function decodeBlock(model: Model, block: number, octets: Uint8Array): void {
  const first = block * SLOTS
  const slots = model.tokens.slots.subarray(first, first + SLOTS)
  const weights = model.weights.weights.subarray(first, first + SLOTS)
  slots.fill(0)
  weights.fill(0)
  const reader = new OctetReader(inflated(octets))
  const part = () => new OctetReader(reader.octets(Math.min(reader.varint(), reader.left)))
  const [tokens, checks, counts, moved, upper, lower] = [part(), part(), part(), part(), part(), part()]
  eachBit(tokens, slots.length, (index) => {
    slots[index] = (readCount(counts) | checks.octet()) >>> 0
  })
  eachBit(moved, weights.length, (index) => {
    bits[0] = (upper.octet() << 24) | (lower.octet() << 16)
    const weight = float[0] as number
    weights[index] = Math.abs(weight) <= MOST_WEIGHT ? weight : 0
  })
}

function inflated(octets: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(octets, { maxOutputLength: MOST_OCTETS })
  } catch {
    return new Uint8Array()
  }
}

function eachBit(reader: OctetReader, size: number, visit: (index: number) => void): void {
  for (let index = 0; index < size; index += 8) {
    const octet = reader.octet()
    for (let bit = 0; octet >>> bit !== 0; bit++) if ((octet >>> bit) & 1) visit(index + bit)
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
