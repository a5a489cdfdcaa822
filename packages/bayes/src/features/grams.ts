import type { DistinctHashes } from './distinct-hashes.ts'
import { fold, spread } from './hash.ts'

/** All runs of three characters. */
export function addTrigrams(text: string, salt: number, most: number, into: DistinctHashes): void {
  const end = Math.min(text.length, most)
  let first = text.charCodeAt(0)
  let second = text.charCodeAt(1)
  for (let index = 2; index < end; index++) {
    const third = text.charCodeAt(index)
    into.add(spread(fold(fold(fold(salt, first), second), third)))
    first = second
    second = third
  }
}

/** All runs of four characters. */
export function addFourGrams(text: string, salt: number, most: number, into: DistinctHashes): void {
  const end = Math.min(text.length, most)
  for (let index = 3; index < end; index++) {
    let hash = fold(salt, text.charCodeAt(index - 3))
    hash = fold(hash, text.charCodeAt(index - 2))
    hash = fold(hash, text.charCodeAt(index - 1))
    into.add(spread(fold(hash, text.charCodeAt(index))))
  }
}

/** All runs of four octets: two multiplications each, as there are the most of these. */
export function addRawGrams(octets: Uint8Array, salt: number, into: DistinctHashes): void {
  let window = ((octets[0] ?? 0) << 16) | ((octets[1] ?? 0) << 8) | (octets[2] ?? 0)
  for (let index = 3; index < octets.length; index++) {
    window = (window << 8) | (octets[index] as number)
    into.add(spread(window ^ salt))
  }
}

const SPACE = 32

/**
 * Runs of five characters inside words, a space before and behind each word: what is left of a word when letters are swapped or
 * marks put between them.
 */
export function addInnerGrams(text: string, salt: number, most: number, into: DistinctHashes): void {
  const end = Math.min(text.length, most)
  let index = 0
  while (index < end) {
    while (index < end && text.charCodeAt(index) <= SPACE) index++
    let a = SPACE
    let b = 0
    let c = 0
    let d = 0
    // `held` characters of the window are there, the leading space included.
    let held = 1
    const last = Math.min(end, index + 40)
    for (; ; index++) {
      const code = index < last ? text.charCodeAt(index) : SPACE
      const isEnd = code <= SPACE
      const next = isEnd ? SPACE : code
      if (held === 4) {
        into.add(spread(fold(fold(fold(fold(fold(salt, a), b), c), d), next)))
        a = b
        b = c
        c = d
        d = next
      } else {
        if (held === 1) b = next
        else if (held === 2) c = next
        else d = next
        held++
      }
      if (isEnd) break
    }
    while (index < end && text.charCodeAt(index) > SPACE) index++
  }
}
