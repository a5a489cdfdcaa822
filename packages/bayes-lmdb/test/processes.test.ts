import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createBayesFilter } from '@postern/bayes'
import { bundleProgram } from '@postern/tooling/test-program'
import { beforeAll, describe, expect, it } from 'vitest'
import { openLmdbBayesStore } from '../src/index.ts'
import { newDirectory } from './directory.ts'
import { classOf, mail } from './mail.ts'

let program: string
beforeAll(async () => {
  program = await bundleProgram(new URL('program.ts', import.meta.url))
})

function run(directory: string, ...args: string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, [program, directory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  return Object.assign(child, { said: () => said })
}

async function open(directory: string) {
  const store = await openLmdbBayesStore({ directory })
  return { store, filter: await createBayesFilter({ store, settings: { slotBits: 14 } }) }
}

describe('a directory that processes share', () => {
  it('has what two learners learned at the same time, all of it', async () => {
    const directory = newDirectory()
    const { store, filter } = await open(directory)
    const children = [run(directory, 'learn', '0', '150'), run(directory, 'learn', '1000', '250')]
    const ends = children.map((child) => once(child, 'close'))
    for (let n = 2000; n < 2100; n++) expect(await filter.learn(mail(n), classOf(n))).toBe('learned')
    expect((await Promise.all(ends)).map(([status]) => status)).toEqual([0, 0])

    expect(await filter.stats()).toMatchObject({ ham: 250, spam: 250, seen: 500 })
    expect(store.keys('shared/seen/', 'shared/seen0')).toHaveLength(500)
    for (const n of [0, 149, 1000, 1249, 2099]) expect(await filter.learn(mail(n), classOf(n))).toBe('known')
    const messages = Array.from({ length: 10 }, (_, n) => mail(5000 + n))
    const told = await Promise.all(messages.map((message) => filter.score(message)))
    await filter.close()

    // A copy read anew says the same as the one that followed the others message by message, but for rounding.
    const again = await open(directory)
    for (const [n, message] of messages.entries()) {
      const { probability } = await again.filter.score(message)
      expect(probability > 0.5).toBe(classOf(n) === 'spam')
      expect(probability).toBeCloseTo(told[n]!.probability, 2)
    }
    await again.filter.close()
  })

  it('tells a scorer what another process learned, within a second', async () => {
    const directory = newDirectory()
    const { filter } = await open(directory)
    expect(await filter.score(mail(100))).toHaveProperty('untrained')
    const child = run(directory, 'learn', '0', '40')
    await once(child, 'close')
    const seen = performance.now()
    await expect
      .poll(() => filter.score(mail(100)), { timeout: 1000, interval: 10 })
      .not.toHaveProperty('untrained')
    expect(performance.now() - seen).toBeLessThan(1000)
    await filter.close()
  })

  it('tells it to one that scores without a pause, too', async () => {
    const directory = newDirectory()
    const { filter } = await open(directory)
    run(directory, 'learn', '0', '40')
    const end = performance.now() + 15_000
    let { untrained } = await filter.score(mail(100))
    // Nothing here lets the event loop turn.
    while (untrained !== undefined && performance.now() < end) ({ untrained } = await filter.score(mail(100)))
    expect(untrained).toBeUndefined()
    await filter.close()
  })

  it('keeps every message that was told to be learned, when its learner is killed 20 times', async () => {
    const directory = newDirectory()
    const told: number[] = []
    for (let round = 0; round < 20; round++) {
      const child = run(directory, 'learn-forever', String(round * 100_000))
      // Each time a little further into its groups of 1, 8 and 80.
      while (child.said().split('\n').length <= round * 9 + 1) await once(child.stdout!, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      told.push(...child.said().split('\n').slice(0, -1).map(Number))

      const { store, filter } = await open(directory)
      const { ham, spam, seen } = await filter.stats()
      expect(seen).toBeGreaterThanOrEqual(told.length)
      expect(ham + spam).toBe(seen)
      expect(store.keys('shared/seen/', 'shared/seen0')).toHaveLength(seen)
      expect(store.setAside).toBeUndefined()
      await filter.close()
    }
    const { filter } = await open(directory)
    const results = await Promise.all(told.map((n) => filter.learn(mail(n), classOf(n))))
    expect(results.every((result) => result === 'known')).toBe(true)
    expect((await filter.score(mail(9_000_000))).probability).toBeGreaterThan(0.9)
    await filter.close()
  }, 60_000)
})
