import type { View } from '../features/mail-features.ts'

/** What a view's sum is divided by, so that a message well inside its class has about +1 or -1. */
const SCALE = 4
const RATE = 10
/** A message told right with less error than this changes nothing. */
const LEAST_ERROR = 0.02

/**
 * The online model: logistic regression over hashed features, one small step for each learned message. A message's features
 * together have length 1 however many there are, so that neither long nor short mail is louder, and what is unknown in a
 * message counts as doubt. Each view has its own region of the table: the
 * few hundred thousand trigrams there are stay in the processor's cache, where the raw octets would throw them out.
 */
export class ViewWeights {
  readonly size: number
  readonly weights: Float32Array

  constructor(slotBits: number) {
    this.size = 2 ** slotBits
    this.weights = new Float32Array(this.size)
  }

  /** Where a feature's weight is. */
  slotOf(view: View, hash: number): number {
    const region = this.size >>> regions[view].fraction
    return region * regions[view].first + (hash & (region - 1))
  }

  score(view: View, features: Int32Array): number {
    if (features.length === 0) return 0
    const region = this.size >>> regions[view].fraction
    const base = region * regions[view].first
    const mask = region - 1
    const { weights } = this
    let sum = 0
    for (let index = 0; index < features.length; index++)
      sum += weights[base + ((features[index] as number) & mask)] as number
    return sum / Math.sqrt(features.length) / SCALE
  }

  /** How far each weight moves to learn a message whose score was `score`; 0 when it need not. */
  gain(features: Int32Array, score: number, isSpam: boolean): number {
    const error = (isSpam ? 1 : 0) - 1 / (1 + Math.exp(-score * SCALE))
    if (features.length === 0 || Math.abs(error) < LEAST_ERROR) return 0
    return Math.fround((RATE * error) / Math.sqrt(features.length))
  }

  move(view: View, features: Int32Array, gain: number): void {
    const region = this.size >>> regions[view].fraction
    const base = region * regions[view].first
    const mask = region - 1
    const { weights } = this
    for (let index = 0; index < features.length; index++) {
      const slot = base + ((features[index] as number) & mask)
      weights[slot] = (weights[slot] as number) + gain
    }
  }
}

/** A view has the table's size shifted by `fraction`, `first` such regions from its start. */
const regions: Readonly<Record<View, { fraction: number; first: number }>> = {
  trigrams: { fraction: 3, first: 0 },
  header: { fraction: 3, first: 1 },
  facts: { fraction: 2, first: 1 },
  raw: { fraction: 1, first: 1 },
}
