/** More distinct features of one kind than any mail of people has; what comes behind them is left out. */
export const MOST_FEATURES = 16_384

const SLOTS = MOST_FEATURES * 2

/**
 * A set of hashes that is filled anew for each message without being emptied: a slot counts only when its generation is the
 * present one. Nothing is allocated per message but the copy that `taken` makes.
 */
export class DistinctHashes {
  readonly #keys = new Uint32Array(SLOTS)
  readonly #generations = new Uint32Array(SLOTS)
  readonly #found = new Uint32Array(MOST_FEATURES)
  #generation = 0
  #size = 0

  clear(): void {
    this.#size = 0
    if (this.#generation === 0xffffffff) {
      this.#generations.fill(0)
      this.#generation = 0
    }
    this.#generation++
  }

  get size(): number {
    return this.#size
  }

  add(hash: number): void {
    let slot = hash & (SLOTS - 1)
    while (this.#generations[slot] === this.#generation) {
      if (this.#keys[slot] === hash) return
      slot = (slot + 1) & (SLOTS - 1)
    }
    if (this.#size === MOST_FEATURES) return
    this.#generations[slot] = this.#generation
    this.#keys[slot] = hash
    this.#found[this.#size++] = hash
  }

  taken(): Uint32Array {
    return this.#found.slice(0, this.#size)
  }
}
