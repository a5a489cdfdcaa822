import type { TrainingRule } from './score.ts'

export interface BayesSettings {
  /** From this probability on the verdict is `spam`. At 0.99 fewer than one ham in a thousand was lost in all our measurements at home. */
  readonly spamThreshold: number
  /** Up to this probability the verdict is `ham`. */
  readonly hamThreshold: number
  /** Messages of each class to be learned before anything is said. */
  readonly minLearned: number
  readonly rule: TrainingRule
  /** A class that outweighs the other by more than this is learned from errors only; 0: no such cap. */
  readonly balance: number
  /** The tables have 2^slotBits slots of 8 octets, in memory, 12 to 24; the store takes less. Of a new model only. */
  readonly slotBits: number
  /** Messages whose digest is remembered; the oldest is forgotten first. */
  readonly seenLimit: number
}

export const defaultBayesSettings: BayesSettings = {
  spamThreshold: 0.99,
  hamThreshold: 0.2,
  minLearned: 10,
  rule: 'all',
  balance: 0,
  slotBits: 20,
  seenLimit: 500_000,
}
