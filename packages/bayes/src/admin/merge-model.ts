import type { Model } from '../model/model.ts'
import { hamOf, spamOf } from '../model/token-counts.ts'

const WAYS = 4
const MOST = 0xfff

/**
 * Adds what one model has learned to another of the same size: counts are added, weights
 * and the order of learning averaged by the numbers of messages. A
 * slot keeps only the bits of a hash that say where it is, so a model cannot be moved into larger tables, and of smaller ones
 * the words of both would crowd each other out: sizes have to be the same.
 */
export function mergeModel(into: Model, from: Model): void {
  for (let first = 0; first < from.tokens.size; first += WAYS) mergeSet(into, from, first)
  const share = shareOf(into, from)
  const own = into.weights.weights
  const other = from.weights.weights
  for (let slot = 0; slot < own.length; slot++)
    own[slot] = (own[slot] as number) * share + (other[slot] as number) * (1 - share)
  into.order.mix = into.order.mix * share + from.order.mix * (1 - share)
  into.order.trust = into.order.trust * share + from.order.trust * (1 - share)
  for (const part of ['mix', 'trust'] as const)
    into.order[part] = into.order[part] * share + from.order[part] * (1 - share)
  into.ham += from.ham
  into.spam += from.spam
}

/** The part of the messages that `into` has learned; what its weights count. */
export function shareOf(into: Model, from: Model): number {
  const own = into.ham + into.spam
  return own / Math.max(1, own + from.ham + from.spam)
}

/** The four slots in which a token may be. When there are more tokens than slots, the rarest give way. */
function mergeSet(into: Model, from: Model, first: number): void {
  const own = into.tokens.slots
  for (let index = first; index < first + WAYS; index++) {
    const slot = from.tokens.slots[index] as number
    if (slot <= 0xff) continue
    let place = -1
    let least = hamOf(slot) + spamOf(slot)
    for (let other = first; other < first + WAYS; other++) {
      const found = own[other] as number
      const total = found <= 0xff ? 0 : hamOf(found) + spamOf(found)
      if (total > 0 && (found & 0xff) === (slot & 0xff)) {
        place = other
        break
      }
      if (total < least) {
        least = total
        place = other
      }
    }
    if (place !== -1) own[place] = added(own[place] as number, slot)
  }
}

/** Both counts together, or the second alone when they are of different tokens; halved until they fit. */
function added(first: number, second: number): number {
  const isSame = first > 0xff && (first & 0xff) === (second & 0xff)
  let ham = hamOf(second) + (isSame ? hamOf(first) : 0)
  let spam = spamOf(second) + (isSame ? spamOf(first) : 0)
  while (ham > MOST || spam > MOST) {
    ham >>>= 1
    spam >>>= 1
  }
  return ((ham << 20) | (spam << 8) | (second & 0xff)) >>> 0
}
