// Features are signed 32-bit hashes: the low bits say where in a table, the high ones whether it is the same feature.

const PRIME = 0x01000193

/** Spreads what went in over all 32 bits (the finalizer of MurmurHash3). */
export function spread(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

export const fold = (hash: number, code: number): number => Math.imul(hash ^ code, PRIME) + 0x9e37

/** The hash of a text under a salt, not spread yet. */
export function foldText(salt: number, text: string): number {
  let hash = salt
  for (let index = 0; index < text.length; index++) hash = fold(hash, text.charCodeAt(index))
  return hash
}

export const hashOf = (salt: number, text: string): number => spread(foldText(salt, text))

/** One for each kind of feature, so that a word of the subject and of the body are not the same. */
export const salts = {
  word: 0x1b873593,
  pair: 0x2545f491,
  inner: 0x3c6ef372,
  link: 0x4cf5ad43,
  field: 0x510e527f,
  fact: 0x6a09e667,
  trigram: 0x7f4a7c15,
  headerGram: 0x0bb67ae8,
  rawGram: 0x1f83d9ab,
  cased: 0x5be0cd19,
} as const
