/** The candidate that somebody who wrote `word` most likely meant; undefined when none is near. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  const begun: string[] = []
  for (const candidate of candidates) {
    const isFar = Math.abs(wanted.length - plain(candidate).length) >= bestDistance
    const distance = isFar ? bestDistance : editDistance(wanted, plain(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
    const [short, long] = [wanted, plain(candidate)].sort((a, b) => a.length - b.length) as [string, string]
    if (short.length >= 3 && long.startsWith(short)) begun.push(candidate)
  }
  // `delay` for `delay_seconds`, `warning` for `warn`: far by distance, and still clear when no other fits so.
  return best ?? (begun.length === 1 ? begun[0] : undefined)
}

/** Whether two words differ only in the way they are written. */
export const isSameWord = (a: string, b: string): boolean => plain(a) === plain(b)

/** delay-seconds, delaySeconds and DELAY_SECONDS are one way of writing. */
const plain = (word: string): string => word.replaceAll(/[-_\s]/g, '').toLowerCase()

/** How many letters to insert, drop, change, or swap with their neighbour (Damerau's distance, each place touched once). */
export function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)])
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const previous = rows[i - 1]!
      let least = Math.min(previous[j]! + 1, rows[i]![j - 1]! + 1, previous[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      rows[i]![j] = least
    }
  return rows[a.length]![b.length]!
}
