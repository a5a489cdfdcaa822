import type { BayesFilter } from '@postern/bayes'

/** A filter that knows one thing about every message, and counts how often it was closed. */
export function fakeFilter(probability = 0.5): BayesFilter & { readonly closed: number } {
  let closed = 0
  return {
    score: async () => ({ probability, verdict: 'unsure', evidence: [] }),
    learn: async () => 'learned',
    unlearn: async () => 'unlearned',
    stats: async () => ({ ham: 0, spam: 0, seen: 0, octets: 0, users: 0 }),
    close: async () => {
      closed++
    },
    get closed() {
      return closed
    },
  }
}
