// The filter of this repository, as a subject of the benchmark. The one file that knows how it is made.

import type { MailClass, Verdict } from '../src/score.ts'
import type { Subject, Tool } from './subject.ts'

export const ours: Tool = {
  name: 'ours',
  version: async () => 'stand-in',
  create: async () => createStandIn(),
}

/** Robinson and Fisher on the words of the raw message, until the filter is there. */
function createStandIn(): Subject {
  const counts = new Map<string, { ham: number; spam: number }>()
  const total = { ham: 0, spam: 0 }
  const wordsOf = (bytes: Uint8Array): Set<string> =>
    new Set(
      Buffer.from(bytes)
        .toString('latin1')
        .match(/[\w$'-]{3,25}/g),
    )

  function learn(bytes: Uint8Array, mailClass: MailClass): void {
    total[mailClass] += 1
    for (const word of wordsOf(bytes)) {
      const count = counts.get(word)
      if (count === undefined) counts.set(word, { ham: 0, spam: 0, [mailClass]: 1 })
      else count[mailClass] += 1
    }
  }

  function score(bytes: Uint8Array): number {
    if (total.ham === 0 || total.spam === 0) return 0.5
    const strong: number[] = []
    for (const word of wordsOf(bytes)) {
      const count = counts.get(word)
      if (count === undefined) continue
      const n = count.ham + count.spam
      const share = count.spam / total.spam / (count.spam / total.spam + count.ham / total.ham)
      const f = (0.1 * 0.5 + n * share) / (0.1 + n)
      if (Math.abs(f - 0.5) >= 0.3) strong.push(f)
    }
    strong.sort((a, b) => Math.abs(b - 0.5) - Math.abs(a - 0.5)).splice(150)
    const spam = chiSquare(strong.map((f) => 1 - f))
    const ham = chiSquare(strong)
    return (1 + ham - spam) / 2
  }

  return {
    learn: async ({ bytes, class: mailClass }) => learn(bytes, mailClass),
    async score({ bytes }) {
      const value = score(bytes)
      const verdict: Verdict = value >= 0.99 ? 'spam' : value <= 0.2 ? 'ham' : 'unsure'
      return { score: value, verdict }
    },
    octets: async () => counts.size * 16,
    close: async () => {},
  }
}

/** The chance of a product so small by chance alone. */
function chiSquare(probabilities: readonly number[]): number {
  const half = -probabilities.reduce((sum, p) => sum + Math.log(p), 0)
  let term = Math.exp(-half)
  let sum = term
  for (let i = 1; i < probabilities.length; i++) {
    term *= half / i
    sum += term
  }
  return Math.min(1, sum)
}
