/** What SpamAssassin's users know as the score from which a message is spam. */
export const requiredPoints = 5

/** Scores stay within this, as no message is certain. */
const mostPoints = 99.9

const logit = (probability: number): number => Math.log(probability / (1 - probability))

/**
 * A probability in SpamAssassin's points: 0 at one half, 5 at `spamThreshold` (above one half, below one), and between and beyond in
 * proportion to the log-odds.
 */
export function spamPoints(probability: number, spamThreshold: number): number {
  const points = requiredPoints * (logit(probability) / logit(spamThreshold))
  return Math.max(-mostPoints, Math.min(mostPoints, points))
}
