/** Messages over which the mix of classes is followed, and those over which trust is. */
const MIX_MESSAGES = 30
const TRUST_MESSAGES = 200
/** With a share of the rarer class below this the mix is no mix. */
const LEAST_MIX = 0.03
/** With half of the last messages well mixed the online model counts in full. */
const ENOUGH = 0.5

/**
 * How ham and spam came in turn. What an online model learned last it knows best: after two thousand hams and then a thousand
 * spams it takes everything for spam, while counts do not depend on any order. So the online model counts only as far as the
 * classes were mixed lately, and counts again once they are.
 */
export class LearningOrder {
  /** Share of spam among the messages learned last, 0 to 1. */
  mix = 0.5
  /** How far they were mixed, 0 to 1. */
  trust = 0

  /** `before`: how many messages were learned before this one. */
  learned(isSpam: boolean, before: number): void {
    this.mix += ((isSpam ? 1 : 0) - this.mix) / Math.min(before + 2, MIX_MESSAGES)
    const mixed = Math.min(1, Math.min(this.mix, 1 - this.mix) / LEAST_MIX)
    this.trust += (mixed - this.trust) / Math.min(before + 1, TRUST_MESSAGES)
  }

  /** What the online model is worth, 0 to 1. */
  get share(): number {
    return Math.min(1, this.trust / ENOUGH)
  }
}
