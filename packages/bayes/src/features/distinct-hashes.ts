/** More distinct features of one kind than any mail of people has; what comes behind them is left out. */
export const MOST_FEATURES = 16_384

const LEAST_SLOTS = 2048

/**
 * Collects distinct hashes, message after message. Nothing is allocated: what `end` gives is a view of its own memory, good until
 * the next `begin`. The hash 0 marks a free slot, so 0 itself is never held.
 */
export class DistinctHashes {
  readonly #keys = new Int32Array(MOST_FEATURES * 2)
  readonly #found = new Int32Array(MOST_FEATURES)
  #mask = LEAST_SLOTS - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** `expected` bounds how many will be added: few slots stay in the fastest cache. */
  begin(expected: number): void {
    let slots = LEAST_SLOTS
    while (slots < 2 * expected && slots < MOST_FEATURES * 2) slots *= 2
    this.#keys.fill(0, 0, slots)
    this.#mask = slots - 1
    this.#size = 0
  }

  add(hash: number): void {
    const keys = this.#keys
    const mask = this.#mask
    let slot = hash & mask
    for (let key = keys[slot] as number; key !== 0; key = keys[slot] as number) {
      if (key === hash) return
      slot = (slot + 1) & mask
    }
    const size = this.#size
    if (size > mask >> 1 || size === MOST_FEATURES || hash === 0) return
    keys[slot] = hash
    this.#found[size] = hash
    this.#size = size + 1
  }

  end(): Int32Array {
    return this.#found.subarray(0, this.#size)
  }
}
