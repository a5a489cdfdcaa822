// Chance, the same for the same seed.
import { randomSource } from '../random-source.mjs'

/** Throws dice. */
export class Dice {
  #next
  constructor(seed) {
    this.#next = randomSource(seed)
  }
  below(limit) {
    return Math.floor(this.#next() * limit)
  }
  between(least, most) {
    return least + this.below(most - least + 1)
  }
  chance(probability) {
    return this.#next() < probability
  }
  pick(list) {
    return list[this.below(list.length)]
  }
  many(least, most, make) {
    return Array.from({ length: this.between(least, most) }, (_, i) => make(i))
  }
}

/** The words of a text: a list that is easy to read. */
export const words = (text) => text.trim().split(/\s+/)
