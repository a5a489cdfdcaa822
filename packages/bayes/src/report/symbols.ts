import type { Score } from '../score.ts'

/** SpamAssassin's bands, by their upper ends, which belong to them. */
const bands: readonly (readonly [upTo: number, name: string])[] = [
  [0.01, 'BAYES_00'],
  [0.05, 'BAYES_05'],
  [0.2, 'BAYES_20'],
  [0.4, 'BAYES_40'],
  [0.6, 'BAYES_50'],
  [0.8, 'BAYES_60'],
  [0.95, 'BAYES_80'],
  [0.99, 'BAYES_95'],
  [1, 'BAYES_99'],
]

/** The names that a probability has in SpamAssassin; none while the filter knows too little. */
export function bayesSymbols({ probability, untrained }: Pick<Score, 'probability' | 'untrained'>): string[] {
  if (untrained !== undefined) return []
  const [, name = 'BAYES_99'] = bands.find(([upTo]) => probability <= upTo) ?? []
  return probability > 0.999 ? [name, 'BAYES_999'] : [name]
}
