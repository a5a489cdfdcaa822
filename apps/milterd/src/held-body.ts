// The first part of a message's body, kept until it is scored; and how much of all messages is kept at once.

/** What all messages under way hold together. */
export class HoldingLimit {
  readonly #limit: number
  #held = 0
  constructor(octets: number) {
    this.#limit = octets
  }

  get held(): number {
    return this.#held
  }

  /** As many of so many octets as there is room for. */
  take(octets: number): number {
    const taken = Math.max(0, Math.min(octets, this.#limit - this.#held))
    this.#held += taken
    return taken
  }

  give(octets: number): void {
    this.#held -= octets
  }
}

export class HeldBody {
  readonly #limit: HoldingLimit
  readonly #mostOctets: number
  readonly #chunks: Uint8Array[] = []
  #octets = 0
  /** Whether the body goes on behind what is held. */
  isCut = false

  constructor(limit: HoldingLimit, mostOctets: number) {
    this.#limit = limit
    this.#mostOctets = mostOctets
  }

  /** A chunk that is never overwritten. */
  add(chunk: Uint8Array): void {
    if (this.isCut) return
    const taken = this.#limit.take(Math.min(chunk.length, this.#mostOctets - this.#octets))
    if (taken > 0) this.#chunks.push(taken === chunk.length ? chunk : chunk.subarray(0, taken))
    this.#octets += taken
    this.isCut = taken < chunk.length
  }

  /** A message of this header with what is held. */
  message(header: string): Buffer {
    return Buffer.concat([Buffer.from(header, 'latin1'), ...this.#chunks])
  }

  /** What it holds is no longer needed. */
  release(): void {
    this.#limit.give(this.#octets)
    this.#octets = 0
    this.#chunks.length = 0
    this.isCut = true
  }
}
