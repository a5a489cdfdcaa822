// Chance, the same for the same seed.

/** A generator of numbers in [0, 1), the same for the same seed. */
function mulberry(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Throws dice. */
export class Dice {
  #next
  constructor(seed) {
    this.#next = mulberry(seed)
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
