import type { DistinctHashes } from './distinct-hashes.ts'
import { fold, spread } from './hash.ts'

/** All runs of three characters; those of one script are all told apart. */
export function addTrigrams(text: string, salt: number, most: number, into: DistinctHashes): void {
  const end = Math.min(text.length, most)
  let first = text.charCodeAt(0)
  let second = text.charCodeAt(1)
  for (let index = 2; index < end; index++) {
    const third = text.charCodeAt(index)
    into.add(spread((first << 18) ^ (second << 9) ^ third ^ salt))
    first = second
    second = third
  }
}

/** All runs of four characters; those of ASCII are all told apart. */
export function addFourGrams(text: string, salt: number, most: number, into: DistinctHashes): void {
  const end = Math.min(text.length, most)
  let window = (text.charCodeAt(0) << 16) ^ (text.charCodeAt(1) << 8) ^ text.charCodeAt(2)
  for (let index = 3; index < end; index++) {
    window = (window << 8) ^ text.charCodeAt(index)
    into.add(spread(window ^ salt))
  }
}

/** All runs of four octets. */
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
    // The four characters before, eight bits each, and how many of them are of this word.
    let window = SPACE
    let held = 1
    const last = Math.min(end, index + 40)
    for (; ; index++) {
      const code = index < last ? text.charCodeAt(index) : SPACE
      const next = Math.max(code, SPACE)
      if (held === 4) into.add(spread(fold(window ^ salt, next)))
      else held++
      window = (window << 8) ^ next
      if (next === SPACE) break
    }
    while (index < end && text.charCodeAt(index) > SPACE) index++
  }
}
