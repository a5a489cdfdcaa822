/** More distinct features of one kind than any mail of people has; what comes behind them is left out. */
export const MOST_FEATURES = 16_384

const SLOTS = MOST_FEATURES * 2

/**
 * A set of hashes, filled anew for each message. Emptying it touches only the slots that were used, and nothing is allocated per
 * message but the copy that `taken` makes. The hash 0 marks a free slot, so 0 itself is never held.
 */
export class DistinctHashes {
  readonly #keys = new Int32Array(SLOTS)
  readonly #found = new Int32Array(MOST_FEATURES)
  readonly #places = new Uint16Array(MOST_FEATURES)
  #size = 0

  get size(): number {
    return this.#size
  }

  clear(): void {
    for (let index = 0; index < this.#size; index++) this.#keys[this.#places[index] as number] = 0
    this.#size = 0
  }

  add(hash: number): void {
    const keys = this.#keys
    let slot = hash & (SLOTS - 1)
    for (let key = keys[slot] as number; key !== 0; key = keys[slot] as number) {
      if (key === hash) return
      slot = (slot + 1) & (SLOTS - 1)
    }
    const size = this.#size
    if (size === MOST_FEATURES || hash === 0) return
    keys[slot] = hash
    this.#found[size] = hash
    this.#places[size] = slot
    this.#size = size + 1
  }

  taken(): Int32Array {
    return this.#found.slice(0, this.#size)
  }
}
