import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Check,
  checks,
  createPipeline,
  defineCheck,
  failureVerdicts,
  findingOf,
  isFinal,
  type MessageHeader,
  type Subject,
  type Verdict,
} from '../src/index.ts'
import { portsOf, subjectOf, t0 } from './subject.ts'

const none: Verdict = { kind: 'none' }
const reply: Verdict = { kind: 'reply', code: 550, enhanced: '5.7.1', text: 'No.' }
const deferral: Verdict = { kind: 'defer-if-permit', text: 'Later.' }
const restriction: Verdict = { kind: 'restriction', names: 'passed_spf' }

const header = (name: string): MessageHeader => ({ name, format: () => `${name}: 1` })

interface Plan {
  readonly verdict?: Verdict
  readonly header?: MessageHeader
  readonly run?: (subject: Subject) => unknown
  readonly judge?: () => Verdict
  readonly runsForAuthenticated?: boolean
}

/** A check that finds its own name, and notes when it runs. */
function checkOf(
  name: string,
  { verdict = none, header, run, judge, runsForAuthenticated = false }: Plan,
): Check {
  return defineCheck({
    name,
    settings: z.strictObject({ enabled: z.boolean().default(true) }),
    runsForAuthenticated,
    create: () => ({
      run: run ?? (() => name),
      judge: judge ?? (() => verdict),
      header: () => header,
      describe: (finding) => `found-${finding}`,
    }),
  })
}

function pipelineOf(plans: Record<string, Plan>, onError: 'dunno' | 'defer' = 'dunno') {
  const settings = Object.fromEntries(Object.keys(plans).map((name) => [name, { enabled: true }]))
  const list = Object.entries(plans).map(([name, plan]) => checkOf(name, plan))
  return createPipeline({ checks: list, settings, ports: portsOf(), onError })
}

const fails = (error: unknown) => ({
  run: () => {
    throw error
  },
})

describe('a pipeline', () => {
  it('runs its checks in order, one after the other, and says what each has found', async () => {
    const events: string[] = []
    const noting = (name: string) => ({
      run: async () => {
        events.push(`${name} begins`)
        await Promise.resolve()
        events.push(`${name} ends`)
        return name
      },
    })
    const outcome = await pipelineOf({ a: noting('a'), b: noting('b') }).run(subjectOf())
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
    expect(outcome).toMatchObject({ verdict: none, failures: [] })
    expect(outcome.results.map((result) => [result.check, result.finding, result.describe()])).toEqual([
      ['a', 'a', 'found-a'],
      ['b', 'b', 'found-b'],
    ])
  })

  it.each([
    ['a reply', reply],
    ['a deferral', deferral],
    ['a restriction of Postfix', restriction],
  ])('ends with the first verdict, %s', async (_, verdict) => {
    const outcome = await pipelineOf({ a: {}, b: { verdict }, c: fails('never') }).run(subjectOf())
    expect(isFinal(verdict)).toBe(true)
    expect(outcome.verdict).toEqual(verdict)
    expect(outcome.results.map(({ check }) => check)).toEqual(['a', 'b'])
    expect(outcome.failures).toEqual([])
  })

  it('hands on the headers of all checks, in their order', async () => {
    const plans = { a: { header: header('X-A') }, b: {}, c: { header: header('X-C') } }
    const outcome = await pipelineOf(plans).run(subjectOf())
    expect(outcome.verdict).toEqual(none)
    expect(outcome.headers.map(({ name }) => name)).toEqual(['X-A', 'X-C'])
    expect(outcome.results).toHaveLength(3)
  })

  it('hands them on beside a restriction, whose class may accept the mail', async () => {
    const plans = { a: { header: header('X-A') }, b: { verdict: restriction, header: header('X-B') } }
    const outcome = await pipelineOf(plans).run(subjectOf())
    expect(outcome.headers.map(({ name }) => name)).toEqual(['X-A', 'X-B'])
  })

  it('goes on after a check that broke, unless that is to defer mail', async () => {
    const error = new Error('disk full')
    const plans = { a: { header: header('X-A') }, b: fails(error), c: { verdict: none } }
    const lenient = await pipelineOf(plans, 'dunno').run(subjectOf())
    expect(lenient.verdict).toEqual(none)
    expect(lenient.headers).toHaveLength(1)
    expect(lenient.failures).toEqual([{ check: 'b', error }])
    expect(lenient.results.map((result) => result.describe())).toEqual(['found-a', 'error', 'found-c'])
    const strict = await pipelineOf(plans, 'defer').run(subjectOf())
    expect(strict.verdict).toEqual(failureVerdicts.defer)
    expect(strict.verdict).toMatchObject({ kind: 'defer-if-permit', enhanced: '4.3.0' })
    expect(strict.failures).toEqual([{ check: 'b', error }])
    expect(strict.results.map(({ check }) => check)).toEqual(['a', 'b'])
  })

  it("never holds up our own users' mail for a check that broke", async () => {
    const plans = { a: { ...fails(new Error('disk full')), runsForAuthenticated: true } }
    const outcome = await pipelineOf(plans, 'defer').run(subjectOf({ isAuthenticated: true }))
    expect(outcome.verdict).toEqual(none)
    expect(outcome.failures).toHaveLength(1)
  })

  it.each<[string, Plan]>([
    ['throws', fails(new Error('x'))],
    ['rejects', { run: () => Promise.reject(new Error('x')) }],
    [
      'finds something and cannot judge it',
      {
        judge: () => {
          throw new Error('x')
        },
      },
    ],
  ])('counts a check that %s as broken', async (_, plan) => {
    const outcome = await pipelineOf({ a: plan }).run(subjectOf())
    expect(outcome.failures).toEqual([{ check: 'a', error: new Error('x') }])
    expect(outcome.results.map((result) => [result.finding, result.describe()])).toEqual([
      [undefined, 'error'],
    ])
  })

  it('leaves out the checks that are not about our own users', async () => {
    const pipeline = pipelineOf({ a: { verdict: reply }, b: { runsForAuthenticated: true } })
    const outcome = await pipeline.run(subjectOf({ isAuthenticated: true }))
    expect(outcome.verdict).toEqual(none)
    expect(outcome.results.map(({ check }) => check)).toEqual(['b'])
    expect((await pipeline.run(subjectOf())).verdict).toEqual(reply)
  })

  it('leaves out the checks that are switched off or have no table', async () => {
    const list = ['a', 'b', 'c'].map((name) => checkOf(name, {}))
    const settings = { a: { enabled: false }, c: { enabled: true } }
    const pipeline = createPipeline({ checks: list, settings, ports: portsOf(), onError: 'dunno' })
    expect((await pipeline.run(subjectOf())).results.map(({ check }) => check)).toEqual(['c'])
  })
})

describe('the checks that there are', () => {
  const settings = Object.fromEntries(checks.map((check) => [check.name, check.settings.parse({})]))
  const pipeline = createPipeline({ checks, settings, ports: portsOf(), onError: 'dunno' })

  it('are these, in this order', () => {
    expect(checks.map(({ name }) => name)).toEqual(['helo', 'spf', 'greylist'])
  })
  it('each have a switch, and a word on every setting', () => {
    for (const { settings: table } of checks) {
      const { properties = {}, description } = z.toJSONSchema(table, { io: 'input' })
      expect(description).toMatch(/\.$/)
      expect(properties).toHaveProperty('enabled')
      for (const setting of Object.values(properties))
        expect(setting).toHaveProperty('description', expect.stringMatching(/\.$/))
    }
  })
  it('refuse a bad greeting before the greylist hears of it', async () => {
    const refused = await pipeline.run(subjectOf({ helo: 'localhost' }))
    expect(refused.verdict).toMatchObject({ kind: 'reply', code: 504 })
    expect(findingOf(refused, 'greylist')).toBeUndefined()
    const first = await pipeline.run(subjectOf({ now: t0 + 500 }))
    expect(findingOf(first, 'helo')).toEqual({ hits: [] })
    expect(findingOf(first, 'greylist')).toEqual({ result: 'defer', reason: 'new', missingSeconds: 180 })
  })
})
