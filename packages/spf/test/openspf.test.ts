// The published conformance suites, case by case. From npm always; the newest and the older one where they are at hand.
import type { MaybeAsync, RecordType, Resolver } from '@postern/dns'
import { describe, expect, it } from 'vitest'
import { checkHost, type SpfResult } from '../src/index.ts'
import { npmSuite, readSuite, type SuiteCase, sharedSuite, suiteResolver } from './openspf-suite.ts'

const suites = [
  { name: 'rfc7208 (npm)', file: npmSuite, count: 200 },
  { name: 'rfc7208', file: sharedSuite('rfc7208-tests.yml'), count: 203 },
  { name: 'rfc4408', file: sharedSuite('rfc4408-tests.yml'), count: 191 },
  // 16, less two about pyspf's extension default=.
  { name: 'pyspf', file: sharedSuite('test.yml'), count: 14 },
]

const check = ({ helo, host, mailfrom }: SuiteCase, resolver: Resolver): MaybeAsync<SpfResult> =>
  checkHost({ ip: host, sender: mailfrom, helo }, { resolver, receiver: 'receiver.example', now: 0 })

/** The same answers, each by a promise of its own, the later questions answered first. */
function lateResolver(resolver: Resolver): Resolver {
  let turns = 0
  return {
    async resolve<K extends RecordType>(name: string, type: K) {
      for (let turn = 20 - (turns++ % 20); turn > 0; turn--) await undefined
      return resolver.resolve(name, type)
    },
  }
}

for (const { name, file, count } of suites) {
  if (file === undefined) {
    console.warn(
      `spf: the suite ${name} is not at hand (../shared/suites or POSTERN_SUITES); its cases are not run`,
    )
    continue
  }
  describe(name, () => {
    const cases = readSuite(file, name === 'pyspf')
    it(`has ${count} cases`, () => expect(cases).toHaveLength(count))

    it.each(cases)('$id', async (suiteCase) => {
      const resolver = suiteResolver(suiteCase.zone)
      const found = await check(suiteCase, resolver)
      expect(suiteCase.results).toContain(found.result)
      if (suiteCase.explanation !== undefined)
        expect(('explanation' in found ? found.explanation : undefined) ?? 'DEFAULT').toBe(
          suiteCase.explanation,
        )
      // Asking several questions at once must change nothing.
      expect(await check(suiteCase, lateResolver(resolver))).toEqual(found)
    })
  })
}
