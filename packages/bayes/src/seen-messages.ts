import { decodeGains, encodeGains, GAIN_OCTETS, type Gains } from './model/gains.ts'
import type { StoreTransaction } from './store/bayes-store.ts'

/** A message that was learned: as what, and what it did to the weights, so that it can be taken back. */
export interface SeenMessage {
  readonly isSpam: boolean
  readonly gains: Gains
  /** Its place in the order of what was learned. */
  readonly at: number
}

/** The class, the gains, and the place in six octets. */
const RECORD = 1 + GAIN_OCTETS + 6

/** What is known of a message in a store or transaction. */
export function findSeen(
  from: Pick<StoreTransaction, 'get'>,
  prefix: string,
  digest: string,
): SeenMessage | undefined {
  const octets = from.get(`${prefix}seen/${digest}`)
  return octets === undefined ? undefined : decodeSeen(octets)
}

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
    return findSeen(this.#transaction, this.#prefix, digest)
  }

  remember(digest: string, message: SeenMessage): void {
    this.#transaction.put(this.#key(digest), encodeSeen(message))
    this.#transaction.put(this.#order(message.at), Buffer.from(digest, 'hex'))
    this.change++
  }

  forget(digest: string, { at }: SeenMessage): void {
    this.#transaction.remove(this.#key(digest))
    this.#transaction.remove(this.#order(at))
    this.change--
  }

  /** Forgets the oldest when there are more than `limit`. */
  trim(before: number, limit: number): void {
    const tooMany = before + this.change - limit
    if (tooMany <= 0) return
    // A tenth more, so that not every message looks for the oldest.
    const many = tooMany + Math.floor(limit / 10)
    for (const key of this.#transaction.keys(`${this.#prefix}order/`, `${this.#prefix}order0`, many)) {
      const digest = Buffer.from(this.#transaction.get(key) ?? []).toString('hex')
      this.#transaction.remove(key)
      this.#transaction.remove(this.#key(digest))
      this.change--
    }
  }

  #key(digest: string): string {
    return `${this.#prefix}seen/${digest}`
  }

  #order(at: number): string {
    return `${this.#prefix}order/${at.toString().padStart(12, '0')}`
  }
}

function encodeSeen({ isSpam, gains, at }: SeenMessage): Uint8Array {
  const octets = new Uint8Array(RECORD)
  octets[0] = isSpam ? 1 : 0
  octets.set(encodeGains(gains), 1)
  const data = new DataView(octets.buffer)
  data.setUint16(1 + GAIN_OCTETS, Math.floor(at / 2 ** 32))
  data.setUint32(3 + GAIN_OCTETS, at % 2 ** 32)
  return octets
}

/** All that are remembered, the oldest first. */
export function allSeen(
  from: Pick<StoreTransaction, 'get' | 'keys'>,
  prefix: string,
): (SeenMessage & { readonly digest: string })[] {
  const found: (SeenMessage & { readonly digest: string })[] = []
  for (const key of from.keys(`${prefix}order/`, `${prefix}order0`)) {
    const digest = Buffer.from(from.get(key) ?? []).toString('hex')
    const octets = from.get(`${prefix}seen/${digest}`)
    if (octets !== undefined) found.push({ digest, ...decodeSeen(octets) })
  }
  return found
}

/** Of octets that are too few, the missing ones are zeros. */
export function decodeSeen(octets: Uint8Array): SeenMessage {
  const whole = new Uint8Array(RECORD)
  whole.set(octets.subarray(0, RECORD))
  const data = new DataView(whole.buffer)
  return {
    isSpam: whole[0] === 1,
    gains: decodeGains(whole.subarray(1)),
    at: data.getUint16(1 + GAIN_OCTETS) * 2 ** 32 + data.getUint32(3 + GAIN_OCTETS),
  }
}
