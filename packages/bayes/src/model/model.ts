import { type MailFeatures, type View, views } from '../features/mail-features.ts'
import type { Gains } from './gains.ts'
import { LearningOrder } from './learning-order.ts'
import { hamOf, spamOf, TokenCounts } from './token-counts.ts'
import { TokenOdds } from './token-odds.ts'
import { ViewWeights } from './view-weights.ts'

// How the parts are added up. What the views say is worth as much as the header is familiar, and as their learning was in order.
// The figures are those at which the sum is at the same time the log-odds of the message on all protocols of
// docs/decisions/0009-bayes-model.md: nothing has to be calibrated behind it.
const CLASSICAL = 3.5
/** The classical model's share where it decides alone. */
const ALONE = 7
const shares: Readonly<Record<View, number>> = { trigrams: 2.5, facts: 1, raw: 1, header: 1.5 }
/**
 * Raw octets are the best evidence of all at home and the worst elsewhere: they know the lists and servers of the mail that was
 * learned. Their share grows with the number of learned messages, full at this one.
 */
const RAW_FULL_AT = 30_000

/** Share of known header words at which the online model begins to count, and at which it counts in full. */
const STRANGE = 0.4
const FAMILIAR = 0.9

export interface Opinion {
  /** Log-odds that the message is spam. */
  readonly logit: number
  readonly classical: number
  readonly views: Readonly<Record<View, number>>
  /** 0 to 1: how much the views count, for their header is of the world that was learned, and the order of learning was fit. */
  readonly viewShare: number
}

export class Model {
  ham = 0
  spam = 0
  readonly tokens: TokenCounts
  readonly weights: ViewWeights
  readonly order = new LearningOrder()
  readonly slotBits: number
  readonly #odds = new TokenOdds()

  constructor(slotBits: number) {
    this.slotBits = slotBits
    this.tokens = new TokenCounts(slotBits)
    this.weights = new ViewWeights(slotBits)
  }

  score(features: MailFeatures): Opinion {
    const { tokens, headerTokens } = features
    this.#odds.setTotals(this.ham, this.spam)
    // Nothing known at all: nothing to look up.
    const isEmpty = this.tokens.touch(tokens) === 0
    let sum = 0
    let known = 0
    for (let index = 0; !isEmpty && index < tokens.length; index++) {
      const found = this.tokens.find(tokens[index] as number)
      if (found === -1) continue
      const slot = this.tokens.slots[found] as number
      sum += this.#odds.of(hamOf(slot), spamOf(slot))
      if (index < headerTokens) known++
    }
    const classical = sum / Math.max(1, tokens.length)
    const share = known / Math.max(1, headerTokens)
    const familiarity = Math.max(0, Math.min(1, (share - STRANGE) / (FAMILIAR - STRANGE)))
    const opinions = {} as Record<View, number>
    const viewShare = familiarity * this.order.share
    let logit = this.#classicalShare() * classical
    for (const view of views) {
      opinions[view] = this.weights.score(view, features.views[view])
      logit += this.#share(view) * opinions[view] * viewShare
    }
    return { logit, classical, views: opinions, viewShare }
  }

  /** Log-odds of one token; 0 when it is not known. */
  tokenOdds(hash: number): number {
    const found = this.tokens.find(hash)
    if (found === -1) return 0
    const slot = this.tokens.slots[found] as number
    return this.#odds.of(hamOf(slot), spamOf(slot))
  }

  /** The part that each of so many tokens has in the log-odds of a message. */
  tokenShare(tokens: number): number {
    return this.#classicalShare() / Math.max(1, tokens)
  }

  /** The part of one feature of the view of facts in the message's log-odds. */
  factPart(hash: number, features: number, viewShare: number): number {
    const weight = this.weights.weights[this.weights.slotOf('facts', hash)] as number
    return (this.#share('facts') * viewShare * weight) / Math.sqrt(Math.max(1, features)) / 4
  }

  /** The steps that learning this message takes, by what the model says of it now. */
  gains(features: MailFeatures, isSpam: boolean): Gains {
    const of = (view: View) => {
      const found = features.views[view]
      return this.weights.gain(found, this.weights.score(view, found), isSpam)
    }
    return [of('trigrams'), of('facts'), of('raw'), of('header')]
  }

  learn(features: Pick<MailFeatures, 'tokens' | 'views'>, isSpam: boolean, gains: Gains): void {
    this.tokens.touch(features.tokens)
    this.tokens.addAll(features.tokens, isSpam)
    this.#move(features, gains, 1)
    this.order.learned(isSpam, this.ham + this.spam)
    if (isSpam) this.spam++
    else this.ham++
  }

  unlearn(features: Pick<MailFeatures, 'tokens' | 'views'>, isSpam: boolean, gains: Gains): void {
    for (const hash of features.tokens) this.tokens.remove(hash, isSpam)
    this.#move(features, gains, -1)
    if (isSpam) this.spam = Math.max(0, this.spam - 1)
    else this.ham = Math.max(0, this.ham - 1)
  }

  /** Halves what was counted, of tokens and of messages alike. */
  age(): void {
    this.tokens.age()
    this.ham = Math.floor(this.ham / 2)
    this.spam = Math.floor(this.spam / 2)
  }

  #classicalShare(): number {
    return CLASSICAL + (ALONE - CLASSICAL) * (1 - this.order.share)
  }

  #share(view: View): number {
    return view === 'raw' ? shares.raw * Math.min(1, (this.ham + this.spam) / RAW_FULL_AT) : shares[view]
  }

  #move(features: Pick<MailFeatures, 'views'>, gains: Gains, sign: 1 | -1): void {
    views.forEach((view, index) => {
      const gain = gains[index] as number
      if (gain !== 0) this.weights.move(view, features.views[view], sign * gain)
    })
  }
}
