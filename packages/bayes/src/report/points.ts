import type { Score } from '../score.ts'

/** What SpamAssassin's users know as the score from which a message is spam. */
export const requiredPoints = 5

/** Scores stay within this, as no message is certain. */
const mostPoints = 99.9

const logit = (probability: number): number => Math.log(probability / (1 - probability))

/**
 * A message's probability in SpamAssassin's points: 0 at one half, 5 at `spamThreshold` (above one half, below one), and between and beyond in
 * proportion to the log-odds.
 */
export function spamPoints(
  { probability, untrained }: Pick<Score, 'probability' | 'untrained'>,
  spamThreshold: number,
): number {
  // A guess of a filter that knows too little has no weight in anybody's sum.
  if (untrained !== undefined) return 0
  const points = requiredPoints * (logit(probability) / logit(spamThreshold))
  return Math.max(-mostPoints, Math.min(mostPoints, points))
}
