const WAYS = 4
/** The most a token is counted in one class. */
const MOST = 0xfff

export const hamOf = (slot: number): number => slot >>> 20
export const spamOf = (slot: number): number => (slot >>> 8) & MOST

const ONE_HAM = 1 << 20
const ONE_SPAM = 1 << 8
const EMPTY = 0xff

/**
 * In how many ham and spam messages each token was, in a table of fixed size. A token has four slots it may be in, side by side
 * in memory, and a check of eight bits, so that a stranger is taken for it once in some 60 look-ups of a full table. When all
 * four are taken, the weakest of them gives way: what is rare and old goes, nothing ever stops.
 */
export class TokenCounts {
  readonly size: number
  /** Ham in the upper 12 bits, then spam in 12, then the check. A slot without counts is free, whatever its check. */
  readonly slots: Uint32Array

  constructor(slotBits: number) {
    this.size = 2 ** slotBits
    this.slots = new Uint32Array(this.size)
  }

  /**
   * Reads the slots of all tokens once, without looking at them: a processor waits for a dozen of them at the same time, where a
   * search, which decides by each, waits for one after the other. Halves the time of what follows.
   */
  touch(hashes: Int32Array): number {
    const { slots } = this
    const mask = (this.size - 1) & -WAYS
    let all = 0
    for (let index = 0; index < hashes.length; index++)
      all |= slots[(hashes[index] as number) & mask] as number
    return all
  }

  /** Where a token is; -1 when it is not known. */
  find(hash: number): number {
    const { slots } = this
    const first = hash & (this.size - 1) & -WAYS
    const check = hash >>> 24
    for (let index = first; index < first + WAYS; index++) {
      const slot = slots[index] as number
      if ((slot & 0xff) === check && slot > EMPTY) return index
    }
    return -1
  }

  addAll(hashes: Int32Array, isSpam: boolean): void {
    for (let index = 0; index < hashes.length; index++) this.add(hashes[index] as number, isSpam)
  }

  add(hash: number, isSpam: boolean): void {
    const index = this.#claim(hash)
    if (index === -1) return
    let slot = this.slots[index] as number
    // Halving both keeps what matters, how the one compares to the other.
    if ((isSpam ? spamOf(slot) : hamOf(slot)) === MOST) slot = halved(slot)
    this.slots[index] = slot + (isSpam ? ONE_SPAM : ONE_HAM)
  }

  remove(hash: number, isSpam: boolean): void {
    const index = this.find(hash)
    if (index === -1) return
    const slot = this.slots[index] as number
    if ((isSpam ? spamOf(slot) : hamOf(slot)) > 0) this.slots[index] = slot - (isSpam ? ONE_SPAM : ONE_HAM)
  }

  /** Halves all counts, so that what was seen once is forgotten. */
  age(): void {
    for (let index = 0; index < this.size; index++) this.slots[index] = halved(this.slots[index] as number)
  }

  #claim(hash: number): number {
    const known = this.find(hash)
    if (known !== -1) return known
    const first = hash & (this.size - 1) & -WAYS
    let weakest = first
    let least = 2 * MOST + 1
    for (let index = first; index < first + WAYS; index++) {
      const slot = this.slots[index] as number
      const total = hamOf(slot) + spamOf(slot)
      if (total < least) {
        least = total
        weakest = index
      }
    }
    if (least > 1) {
      const slot = this.slots[weakest] as number
      // The token that would not give way this time is weaker the next.
      this.slots[weakest] = slot - (hamOf(slot) > spamOf(slot) ? ONE_HAM : ONE_SPAM)
      return -1
    }
    this.slots[weakest] = hash >>> 24
    return weakest
  }
}

const halved = (slot: number): number =>
  (((hamOf(slot) >>> 1) << 20) | ((spamOf(slot) >>> 1) << 8) | (slot & 0xff)) >>> 0
