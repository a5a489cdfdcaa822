import type { Gains } from './model/model.ts'
import type { StoreTransaction } from './store/bayes-store.ts'

/** A message that was learned: as what, and what it did to the weights, so that it can be taken back. */
export interface SeenMessage {
  readonly isSpam: boolean
  readonly gains: Gains
}

const RECORD = 1 + 16

/** The digests of learned messages, and their order. */
export class SeenMessages {
  /** How many more are remembered than at the start. */
  change = 0
  readonly #prefix: string
  readonly #transaction: StoreTransaction

  constructor(prefix: string, transaction: StoreTransaction) {
    this.#prefix = prefix
    this.#transaction = transaction
  }

  find(digest: string): SeenMessage | undefined {
    const octets = this.#transaction.get(this.#key(digest))
    return octets === undefined ? undefined : decodeSeen(octets)
  }

  remember(digest: string, { isSpam, gains }: SeenMessage, at: number): void {
    const octets = new Uint8Array(RECORD)
    octets[0] = isSpam ? 1 : 0
    octets.set(new Uint8Array(Float32Array.from(gains).buffer), 1)
    this.#transaction.put(this.#key(digest), octets)
    this.#transaction.put(this.#order(at), Buffer.from(digest, 'hex'))
    this.change++
  }

  forget(digest: string): void {
    this.#transaction.remove(this.#key(digest))
    this.change--
  }

  /** Forgets the oldest until at most `limit` are left. */
  trim(before: number, limit: number): void {
    const tooMany = before + this.change - limit
    if (tooMany <= 0) return
    // In tenths, so that the order is not read again for each message.
    const many = tooMany + Math.ceil(limit / 10)
    for (const key of this.#transaction
      .keys(`${this.#prefix}order/`, `${this.#prefix}order0`)
      .slice(0, many)) {
      const digest = Buffer.from(this.#transaction.get(key) ?? []).toString('hex')
      if (this.#transaction.get(this.#key(digest)) !== undefined) this.forget(digest)
      this.#transaction.remove(key)
    }
  }

  #key(digest: string): string {
    return `${this.#prefix}seen/${digest}`
  }

  #order(at: number): string {
    return `${this.#prefix}order/${at.toString().padStart(12, '0')}`
  }
}

export function decodeSeen(octets: Uint8Array): SeenMessage {
  return {
    isSpam: octets[0] === 1,
    gains: [...new Float32Array(octets.slice(1, RECORD).buffer)] as unknown as Gains,
  }
}
