import { type MailFeatures, type View, views } from './features/mail-features.ts'
import type { Gains } from './model/gains.ts'
import type { ViewWeights } from './model/view-weights.ts'

// A user's model is what the user's own mail adds to the shared one: weights alone, each step what the sum of both got wrong.
// While the user has taught nothing it says nothing, so the shared model is its prior.

/** The slots a user's weights have, 2^16: some hundreds of messages fill a part of it. */
export const USER_SLOT_BITS = 16

const RATE = 2
const LEAST_ERROR = 0.02
/** Raw octets are left out: they need far more messages than one user teaches. */
const shares: Readonly<Record<View, number>> = { trigrams: 2, facts: 1, raw: 0, header: 2 }

/** Log-odds that the user's own evidence adds. */
export function userLogit(weights: ViewWeights, features: MailFeatures): number {
  let logit = 0
  for (const view of views)
    if (shares[view] > 0) logit += shares[view] * weights.score(view, features.views[view])
  return logit
}

/** The steps of learning a message of which both models together say `logit`. */
export function userGains(features: MailFeatures, logit: number, isSpam: boolean): Gains {
  const error = (isSpam ? 1 : 0) - 1 / (1 + Math.exp(-logit))
  const of = (view: View) => {
    const { length } = features.views[view]
    if (shares[view] === 0 || length === 0 || Math.abs(error) < LEAST_ERROR) return 0
    return Math.fround((RATE * shares[view] * error) / Math.sqrt(length))
  }
  return [of('trigrams'), of('facts'), of('raw'), of('header')]
}
