// A filter for tests: a message's probability is in it (`p=0.97`), and what it is asked to do is noted.

import type { BayesFilter, MailClass, Score, ScoreOptions } from '@postern/bayes'

export interface FakeFilter extends BayesFilter {
  readonly scored: { readonly text: string; readonly options: ScoreOptions | undefined }[]
  readonly learned: { readonly text: string; readonly as: MailClass }[]
  /** What scoring does in place of scoring. */
  trouble: (() => Promise<Score>) | undefined
  isClosed: boolean
}

export function createFakeFilter(): FakeFilter {
  const fake: FakeFilter = {
    scored: [],
    learned: [],
    trouble: undefined,
    isClosed: false,
    async score(message, options) {
      const text = Buffer.from(message).toString('latin1')
      fake.scored.push({ text, options })
      if (fake.trouble) return fake.trouble()
      const probability = Number(/p=([\d.]+)/.exec(text)?.[1] ?? 0.5)
      const verdict = probability >= 0.99 ? 'spam' : probability <= 0.2 ? 'ham' : 'unsure'
      const evidence = [
        { kind: 'word', text: 'pills', weight: 2.5 },
        { kind: 'link', text: 'http://pills.example', weight: 1.5 },
        { kind: 'header', text: 'from a friend', weight: -0.5 },
      ] as const
      if (text.includes('untrained'))
        return { probability, verdict: 'unsure', evidence: [], untrained: { ham: 3, spam: 0, needed: 10 } }
      return { probability, verdict, evidence: evidence.slice(0, options?.evidence ?? 0) }
    },
    async learn(message, as) {
      fake.learned.push({ text: Buffer.from(message).toString('latin1'), as })
      return 'learned'
    },
    unlearn: async () => 'unlearned',
    stats: async () => ({ ham: 0, spam: 0, seen: 0, octets: 0, users: 0 }),
    async close() {
      fake.isClosed = true
    },
  }
  return fake
}
