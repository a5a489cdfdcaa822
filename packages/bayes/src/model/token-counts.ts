const WAYS = 4
const MOST = 0xffff

/**
 * In how many ham and spam messages each token was, in a table of fixed size. A token has four slots it may be in, and a check
 * of eight bits, so that a stranger is taken for it once in some 60 look-ups of a full table. When all four are taken, the
 * weakest of them gives way: what is rare and old goes, nothing ever stops.
 */
export class TokenCounts {
  readonly slots: number
  /** Ham in the high 16 bits, spam in the low ones; 0 is a free slot. */
  readonly counts: Uint32Array
  readonly checks: Uint8Array

  constructor(slotBits: number) {
    this.slots = 2 ** slotBits
    this.counts = new Uint32Array(this.slots)
    this.checks = new Uint8Array(this.slots)
  }

  /** Where a token is; -1 when it is not known. */
  find(hash: number): number {
    const first = hash & (this.slots - 1) & -WAYS
    const check = hash >>> 24
    for (let slot = first; slot < first + WAYS; slot++)
      if (this.checks[slot] === check && this.counts[slot] !== 0) return slot
    return -1
  }

  add(hash: number, isSpam: boolean): void {
    const slot = this.#claim(hash)
    if (slot === -1) return
    const count = this.counts[slot] as number
    if (isSpam ? (count & MOST) === MOST : count >>> 16 === MOST) this.counts[slot] = halved(count)
    this.counts[slot] = (this.counts[slot] as number) + (isSpam ? 1 : 0x10000)
  }

  remove(hash: number, isSpam: boolean): void {
    const slot = this.find(hash)
    if (slot === -1) return
    const count = this.counts[slot] as number
    if (isSpam ? (count & MOST) > 0 : count >>> 16 > 0) this.counts[slot] = count - (isSpam ? 1 : 0x10000)
  }

  /** Halves all counts, so that what was seen once is forgotten. */
  age(): void {
    for (let slot = 0; slot < this.slots; slot++) this.counts[slot] = halved(this.counts[slot] as number)
  }

  #claim(hash: number): number {
    const known = this.find(hash)
    if (known !== -1) return known
    const first = hash & (this.slots - 1) & -WAYS
    let weakest = first
    let least = 2 * MOST
    for (let slot = first; slot < first + WAYS; slot++) {
      const count = this.counts[slot] as number
      const total = (count >>> 16) + (count & MOST)
      if (total < least) {
        least = total
        weakest = slot
      }
    }
    if (least > 1) {
      this.counts[weakest] = lessened(this.counts[weakest] as number)
      return -1
    }
    this.counts[weakest] = 0
    this.checks[weakest] = hash >>> 24
    return weakest
  }
}

const halved = (count: number): number => (((count >>> 17) << 16) | ((count & MOST) >>> 1)) >>> 0

/** One off the larger of both: the token that would not give way this time is weaker the next. */
const lessened = (count: number): number => (count >>> 16 > (count & MOST) ? count - 0x10000 : count - 1)
