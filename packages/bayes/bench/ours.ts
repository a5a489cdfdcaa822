// The filter of this repository on its LMDB store, with its default settings, as a subject of the benchmark. The one file
// that knows how it is made.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
// By its path: @postern/bayes must not depend on the package that depends on it.
import { openLmdbBayesStore } from '../../bayes-lmdb/src/index.ts'
import { createBayesFilter } from '../src/index.ts'
import type { Sample, Subject, Told, Tool } from './subject.ts'

export const ours: Tool = {
  name: 'ours',
  version: async () => 'of this checkout',
  create: createSubject,
}

/** Lessons that are under way at once: they go into the store together. */
const AT_ONCE = 2000

async function createSubject(): Promise<Subject> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'postern-bayes-bench-'))
  const filter = await createBayesFilter({ store: await openLmdbBayesStore({ directory }) })

  async function score({ bytes }: Sample): Promise<Told> {
    const { probability, verdict } = await filter.score(bytes)
    return { score: probability, verdict }
  }

  return {
    async learn({ bytes, class: mailClass }) {
      await filter.learn(bytes, mailClass)
    },
    score,
    async learnAll(samples) {
      for (let from = 0; from < samples.length; from += AT_ONCE)
        await Promise.all(
          samples
            .slice(from, from + AT_ONCE)
            .map(({ bytes, class: mailClass }) => filter.learn(bytes, mailClass)),
        )
    },
    octets: async () => (await filter.stats()).octets,
    async close() {
      await filter.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
