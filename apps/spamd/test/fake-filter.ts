// A filter for tests: counts words in memory, and can be made to fail.

import { createHash } from 'node:crypto'
import type { BayesFilter, Evidence, MailClass, Score } from '@postern/bayes'

export interface FakeFilter extends BayesFilter {
  /** Every call fails with this while it is set. */
  trouble: Error | undefined
  readonly users: (string | undefined)[]
  isClosed: boolean
}

type Counts = Record<MailClass, number>

const wordsOf = (message: Uint8Array): Set<string> =>
  new Set(
    Buffer.from(message)
      .toString('utf8')
      .toLowerCase()
      .match(/[\p{L}$]{4,}/gu),
  )

const digestOf = (message: Uint8Array) => createHash('sha256').update(message).digest('hex')

export function createFakeFilter(): FakeFilter {
  const words = new Map<string, Counts>()
  const seen = new Map<string, MailClass>()
  const count = (message: Uint8Array, as: MailClass, by: number) => {
    for (const word of wordsOf(message)) {
      const counts = words.get(word) ?? { spam: 0, ham: 0 }
      counts[as] += by
      words.set(word, counts)
    }
  }
  const filter: FakeFilter = {
    trouble: undefined,
    users: [],
    isClosed: false,
    async score(message, { user, evidence: most = 0 } = {}): Promise<Score> {
      check(user)
      const evidence = [...wordsOf(message)].flatMap((text): Evidence[] => {
        const { spam, ham } = words.get(text) ?? { spam: 0, ham: 0 }
        return spam === ham ? [] : [{ kind: 'word', text, weight: Math.log((spam + 0.02) / (ham + 0.02)) }]
      })
      const probability = 1 / (1 + Math.exp(-evidence.reduce((sum, { weight }) => sum + weight, 0)))
      return {
        probability,
        verdict: probability >= 0.99 ? 'spam' : probability < 0.2 ? 'ham' : 'unsure',
        evidence: evidence.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, most),
        ...(seen.size === 0 && { untrained: { spam: 0, ham: 0, needed: 1 } }),
      }
    },
    async learn(message, as, { user } = {}) {
      check(user)
      const digest = digestOf(message)
      const before = seen.get(digest)
      if (before === as) return 'known'
      if (before !== undefined) count(message, before, -1)
      count(message, as, 1)
      seen.set(digest, as)
      return before === undefined ? 'learned' : 'relearned'
    },
    async unlearn(message, { user } = {}) {
      check(user)
      const digest = digestOf(message)
      const before = seen.get(digest)
      if (before === undefined) return 'unknown'
      count(message, before, -1)
      seen.delete(digest)
      return 'unlearned'
    },
    async stats() {
      const learned = [...seen.values()]
      const spam = learned.filter((as) => as === 'spam').length
      return { spam, ham: learned.length - spam, seen: learned.length, octets: 0, users: 0 }
    },
    async close() {
      filter.isClosed = true
    },
  }
  const check = (user: string | undefined) => {
    filter.users.push(user)
    if (filter.trouble !== undefined) throw filter.trouble
  }
  return filter
}
