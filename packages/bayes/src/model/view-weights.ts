/** What a view's sum is divided by, so that a message well inside its class has about +1 or -1. */
const SCALE = 4
const RATE = 10
/** A message told right with less error than this changes nothing. */
const LEAST_ERROR = 0.02

/**
 * The online model: logistic regression over hashed features, one small step for each learned message. A message's features
 * together have length 1 however many there are, so that neither long nor short mail is louder, and what is unknown in a
 * message counts as doubt. One table serves all views.
 */
export class ViewWeights {
  readonly slots: number
  readonly weights: Float32Array

  constructor(slotBits: number) {
    this.slots = 2 ** slotBits
    this.weights = new Float32Array(this.slots)
  }

  score(features: Int32Array): number {
    if (features.length === 0) return 0
    const mask = this.slots - 1
    const { weights } = this
    let sum = 0
    for (let index = 0; index < features.length; index++)
      sum += weights[(features[index] as number) & mask] as number
    return sum / Math.sqrt(features.length) / SCALE
  }

  /** How far each weight moves to learn a message whose score was `score`; 0 when it need not. */
  gain(features: Int32Array, score: number, isSpam: boolean): number {
    const error = (isSpam ? 1 : 0) - 1 / (1 + Math.exp(-score * SCALE))
    if (features.length === 0 || Math.abs(error) < LEAST_ERROR) return 0
    return Math.fround((RATE * error) / Math.sqrt(features.length))
  }

  move(features: Int32Array, gain: number): void {
    const mask = this.slots - 1
    const { weights } = this
    for (let index = 0; index < features.length; index++) {
      const slot = (features[index] as number) & mask
      weights[slot] = (weights[slot] as number) + gain
    }
  }
}
