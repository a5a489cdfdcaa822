import { fold } from './hash.ts'

/** Longer runs are cut: nobody's words, but encoded data or a language without spaces, which the grams cover. */
const MOST_CHARACTERS = 40

// For each UTF-16 code whether it is part of a word: letters, digits, and what belongs to prices, names and negations
// ($, !, ', ., -). Above ASCII all is but spaces, punctuation and symbols of the common blocks.
const inWord = new Uint8Array(65_536).fill(1, 0xc0)
for (let code = 48; code < 58; code++) inWord[code] = 1
for (let code = 65; code < 91; code++) inWord[code] = inWord[code + 32] = 1
for (const mark of "$!'.-\u00aa\u00b5\u00ba") inWord[mark.charCodeAt(0)] = 1
inWord.fill(0, 0x2000, 0x2c00).fill(0, 0x3000, 0x3040).fill(0, 0xff00, 0xff10)
inWord[0x2019] = 1

/**
 * Calls `visit` with the start and end of each word of two characters or more, and two unspread hashes of it: as written and
 * in lower case (ASCII alone: the rest of Unicode tells too little to pay for).
 */
export function eachWord(
  text: string,
  salt: number,
  visit: (start: number, end: number, cased: number, lower: number) => void,
): void {
  const { length } = text
  let index = 0
  while (index < length) {
    if (inWord[text.charCodeAt(index)] === 0) {
      index++
      continue
    }
    const start = index
    let cased = salt
    let lower = salt
    for (; index < length && index - start < MOST_CHARACTERS; index++) {
      const code = text.charCodeAt(index)
      if (inWord[code] === 0) break
      cased = fold(cased, code)
      lower = fold(lower, code > 64 && code < 91 ? code + 32 : code)
    }
    if (index - start > 1) visit(start, index, cased, lower)
  }
}
