// Which word of the record grammar somebody meant who wrote another one.

/** What follows the name: `:` behind a mechanism, `=` behind a modifier. */
export type TermName = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists' | 'redirect' | 'exp'

const names: readonly TermName[] = [
  'all',
  'include',
  'a',
  'mx',
  'ptr',
  'ip4',
  'ip6',
  'exists',
  'redirect',
  'exp',
]

/** Words that people write, too far from the right one for the distance between them to tell. */
const aliases: Readonly<Record<string, TermName>> = {
  ipv4: 'ip4',
  ipv6: 'ip6',
  inc: 'include',
  incl: 'include',
  included: 'include',
  including: 'include',
  explanation: 'exp',
  explain: 'exp',
  none: 'all',
}

/** Longer words are not compared: nobody means a mechanism with them. */
const WORD_CHARACTERS = 16

export const isTermName = (word: string): word is TermName => (names as readonly string[]).includes(word)

export const isModifierName = (name: TermName): boolean => name === 'redirect' || name === 'exp'

/** The name that was meant; itself when it is one, undefined when none is near. */
export function meantName(word: string): TermName | undefined {
  const plain = word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (isTermName(plain)) return plain
  if (plain.length < 2 || plain.length > WORD_CHARACTERS) return undefined
  if (Object.hasOwn(aliases, plain)) return aliases[plain]
  // ip3 or ip5 may be either of two.
  if (/^ipv?[0-9]$/.test(plain)) return undefined
  let best: TermName | undefined
  let least = plain.length < 5 ? 2 : 3
  for (const name of names) {
    // One letter is near to everything.
    if (name.length < 2) continue
    const distance = editDistance(plain, name)
    // Of two letters one wrong says nothing; one too many does.
    if (distance < least && (distance < name.length - 1 || plain.startsWith(name))) {
      best = name
      least = distance
    }
  }
  return best
}

/** How many letters to insert, drop, change, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
