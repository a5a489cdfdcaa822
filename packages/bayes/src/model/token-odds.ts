// The classical model: how much more often a token is in spam than in ham.

/** Strength of what is assumed of a token before anything is known: that it is as common in ham as in spam. */
const PRIOR = 1
/** No single token says more than e^7, eleven hundred to one. */
const MOST = 7
const SMALL = 32

/**
 * Log-odds of a token by its counts. The assumed rate is that of the token in all mail, so that with four ham messages and 480
 * spam a token is not spam for being in none of the four (a hierarchical prior, where Robinson's f(w) has one x for all).
 */
export class TokenOdds {
  #ham = 0
  #spam = 0
  readonly #small = new Float64Array(SMALL * SMALL)
  readonly #known = new Uint8Array(SMALL * SMALL)

  /** To be called when the numbers of learned messages change. */
  setTotals(ham: number, spam: number): void {
    if (ham === this.#ham && spam === this.#spam) return
    this.#ham = ham
    this.#spam = spam
    this.#known.fill(0)
  }

  of(ham: number, spam: number): number {
    if (ham >= SMALL || spam >= SMALL) return this.#compute(ham, spam)
    const at = ham * SMALL + spam
    if (this.#known[at] === 0) {
      this.#small[at] = this.#compute(ham, spam)
      this.#known[at] = 1
    }
    return this.#small[at] as number
  }

  #compute(ham: number, spam: number): number {
    const rate = (PRIOR * (ham + spam + 0.5)) / (this.#ham + this.#spam + 1)
    const odds = Math.log(((spam + rate) * (this.#ham + PRIOR)) / ((ham + rate) * (this.#spam + PRIOR)))
    return Math.max(-MOST, Math.min(MOST, odds))
  }
}
