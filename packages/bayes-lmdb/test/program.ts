// A process that shares a store, for the tests that kill it or run several: node program.mjs DIRECTORY COMMAND [ARGS]
import { rmSync } from 'node:fs'
import { type BayesFilter, createBayesFilter } from '@postern/bayes'
import { openLmdbBayesStore } from '../src/index.ts'
import { classOf, mail } from './mail.ts'

const [directory = '', command, first = '0', many = '0'] = process.argv.slice(2)

const learn = (filter: BayesFilter, n: number, ownWords?: number) =>
  filter.learn(mail(n, ownWords), classOf(n))

async function open(): Promise<BayesFilter> {
  const store = await openLmdbBayesStore({ directory })
  return createBayesFilter({ store, settings: { slotBits: 14 } })
}

/** Learns without end, in groups that go into the log and groups for which all is written; says each when it is safe. */
async function learnForever(filter: BayesFilter): Promise<void> {
  const sizes = [1, 8, 80]
  for (let n = Number(first), round = 0; ; round++) {
    const size = sizes[round % sizes.length] as number
    const group = Array.from({ length: size }, (_, index) => n + index)
    await Promise.all(
      group.map(async (each) => {
        await learn(filter, each)
        process.stdout.write(`${each}\n`)
      }),
    )
    n += size
  }
}

/** Learns until the disk is full, and on, and again when there is room: says what came of it. */
async function fill(filter: BayesFilter, ballast: string): Promise<void> {
  let learned = 0
  const refused = new Set<unknown>()
  for (let n = 0, failures = 0; n < 20_000 && failures < 5; n++)
    try {
      await learn(filter, n, 500)
      learned++
    } catch (error) {
      failures++
      refused.add((error as NodeJS.ErrnoException).code ?? String(error))
    }
  const full = { learned, refused: [...refused], stats: await filter.stats() }
  const score = await filter.score(mail(100_000))
  rmSync(ballast)
  const again = await learn(filter, 100_000)
  console.log(JSON.stringify({ full, score, again, stats: await filter.stats() }))
  await filter.close()
}

const filter = await open()
switch (command) {
  case 'learn': {
    const numbers = Array.from({ length: Number(many) }, (_, index) => Number(first) + index)
    while (numbers.length > 0) await Promise.all(numbers.splice(0, 10).map((n) => learn(filter, n)))
    await filter.close()
    break
  }
  case 'learn-forever':
    await learnForever(filter)
    break
  case 'fill':
    await fill(filter, first)
    break
  default:
    throw new Error(`no such command: ${command}`)
}
