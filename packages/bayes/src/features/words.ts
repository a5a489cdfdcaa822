import { fold } from './hash.ts'

/** Longer runs are cut: nobody's words, but encoded data or a language without spaces, which the grams cover. */
const MOST_CHARACTERS = 40

// 1: part of a word; letters, digits, and what belongs to prices, names and negations ($, !, ', ., -).
const inWord = new Uint8Array(128)
for (let code = 48; code < 58; code++) inWord[code] = 1
for (let code = 65; code < 91; code++) inWord[code] = inWord[code + 32] = 1
for (const mark of "$!'.-") inWord[mark.charCodeAt(0)] = 1

/** Above ASCII all is a word but spaces, punctuation and symbols of the common blocks. */
function isWordCode(code: number): boolean {
  if (code < 128) return inWord[code] === 1
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba
  if (code >= 0x2000 && code < 0x2c00) return code === 0x2019
  return (code < 0x3000 || code > 0x303f) && (code < 0xff00 || code > 0xff0f)
}

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
    if (!isWordCode(text.charCodeAt(index))) {
      index++
      continue
    }
    const start = index
    let cased = salt
    let lower = salt
    for (; index < length && index - start < MOST_CHARACTERS; index++) {
      const code = text.charCodeAt(index)
      if (!isWordCode(code)) break
      cased = fold(cased, code)
      lower = fold(lower, code > 64 && code < 91 ? code + 32 : code)
    }
    if (index - start > 1) visit(start, index, cased, lower)
  }
}
