// On real mail: would catch a model that is broken, not one that is a little worse. The figures are in docs/performance.md.
import { describe, expect, it } from 'vitest'
import { dataFolder, readCorpus } from '../bench/corpus.ts'
import { calibrate, countVerdicts, rocaPercent } from '../bench/metrics.ts'
import type { Outcome } from '../bench/subject.ts'
import { createBayesFilter, createMemoryStore } from '../src/index.ts'

describe('1,200 messages of the SpamAssassin corpus', () => {
  it('half of them learned: the others are told apart, and the probabilities are true', async () => {
    const { messages } = readCorpus(dataFolder(import.meta.url))
    // By digest, which is as good as chance and the same every time.
    const mixed = messages.toSorted((a, b) => Buffer.compare(a.digest, b.digest)).slice(0, 1200)
    const filter = await createBayesFilter({ store: createMemoryStore() })
    await Promise.all(mixed.slice(0, 600).map(({ bytes, class: as }) => filter.learn(bytes, as)))
    const outcomes: Outcome[] = []
    for (const { id, bytes, class: as } of mixed.slice(600)) {
      const { probability, verdict } = await filter.score(bytes)
      outcomes.push({ id, class: as, score: probability, verdict })
    }

    expect(rocaPercent(outcomes)).toBeLessThan(1)
    const spamAmong = (told: readonly Outcome[]) =>
      told.filter((each) => each.class === 'spam').length / told.length
    const likely = outcomes.filter(({ score }) => score >= 0.9)
    expect(likely.length).toBeGreaterThan(100)
    expect(spamAmong(likely)).toBeGreaterThan(0.85)
    const unlikely = outcomes.filter(({ score }) => score <= 0.1)
    expect(unlikely.length).toBeGreaterThan(250)
    expect(spamAmong(unlikely)).toBeLessThan(0.05)
    expect(calibrate(outcomes).error).toBeLessThan(0.1)
    expect(countVerdicts(outcomes).hamAsSpam).toBeLessThan(4)
  }, 60_000)
})
