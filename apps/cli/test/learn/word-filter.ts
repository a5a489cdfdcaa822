// A filter for tests: it counts words, and remembers messages by what they are.

import { createHash } from 'node:crypto'
import type { BayesFilter, MailClass } from '@postern/bayes'

const NEEDED = 2

export interface WordFilter extends BayesFilter {
  /** Each message learned: `spam Subject`, `-ham Subject` when it is taken back, with ` @user`. */
  readonly log: readonly string[]
  /** What to fail with from now on. */
  breakDown(error: Error | undefined): void
}

export function createWordFilter(): WordFilter {
  const log: string[] = []
  const models = new Map<string, ReturnType<typeof newModel>>()
  let broken: Error | undefined
  const modelOf = (user = '') => {
    if (broken) throw broken
    if (!models.has(user)) models.set(user, newModel())
    return models.get(user)!
  }
  const note = (what: string, message: Uint8Array, user?: string) =>
    log.push(`${what} ${subjectOf(message)}${user === undefined ? '' : ` @${user}`}`)
  return {
    log,
    breakDown(error) {
      broken = error
    },
    async score(message, { user, evidence = 0 } = {}) {
      const { words, seen } = modelOf(user)
      const { ham, spam } = countsOf(seen)
      if (ham < NEEDED || spam < NEEDED)
        return { probability: 0.5, verdict: 'unsure', evidence: [], untrained: { ham, spam, needed: NEEDED } }
      const weights = wordsOf(message).map((text) => ({ text, weight: words.get(text) ?? 0 }))
      const sum = weights.reduce((total, { weight }) => total + weight, 0)
      const probability = 1 / (1 + Math.exp(-sum))
      return {
        probability,
        verdict: probability > 0.9 ? 'spam' : probability < 0.1 ? 'ham' : 'unsure',
        evidence: weights
          .filter(({ weight }) => weight !== 0)
          .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
          .slice(0, evidence)
          .map((each) => ({ kind: 'word', ...each })),
      }
    },
    async learn(message, as, { user } = {}) {
      const { words, seen } = modelOf(user)
      const digest = digestOf(message)
      const known = seen.get(digest)
      if (known === as) return 'known'
      if (known !== undefined) count(words, message, known, -1)
      count(words, message, as, 1)
      seen.set(digest, as)
      note(as, message, user)
      return known === undefined ? 'learned' : 'relearned'
    },
    async unlearn(message, { user } = {}) {
      const { words, seen } = modelOf(user)
      const known = seen.get(digestOf(message))
      if (known === undefined) return 'unknown'
      count(words, message, known, -1)
      seen.delete(digestOf(message))
      note(`-${known}`, message, user)
      return 'unlearned'
    },
    async stats({ user } = {}) {
      const { words, seen } = modelOf(user)
      return {
        ...countsOf(seen),
        seen: seen.size,
        octets: 16 * words.size,
        users: Math.max(0, models.size - 1),
      }
    },
    async close() {},
  }
}

const newModel = () => ({ words: new Map<string, number>(), seen: new Map<string, MailClass>() })

const countsOf = (seen: ReadonlyMap<string, MailClass>) => {
  const spam = [...seen.values()].filter((each) => each === 'spam').length
  return { spam, ham: seen.size - spam }
}

function count(words: Map<string, number>, message: Uint8Array, as: MailClass, times: number): void {
  for (const word of new Set(wordsOf(message)))
    words.set(word, (words.get(word) ?? 0) + (as === 'spam' ? times : -times))
}

const wordsOf = (message: Uint8Array): string[] => Buffer.from(message).toString('utf8').match(/\S+/g) ?? []

const digestOf = (message: Uint8Array): string => createHash('sha1').update(message).digest('hex')

const subjectOf = (message: Uint8Array): string =>
  /^Subject: ?(.*)$/m.exec(Buffer.from(message).toString('latin1'))?.[1]?.trim() ?? '(none)'
