// Records are parsed once, and not all of them are kept.
import type { Resolver } from '@postern/dns'
import { expect, it } from 'vitest'
import { checkHost, type SpfRecord, type SpfResult } from '../src/index.ts'
import { check, usual } from './check.ts'

const answerOf = (text: string) =>
  ({ kind: 'records', records: [[text]], ttl: 60, authentic: false }) as const

/** Answers all TXT questions with the text, by the same answer each time. */
function always(text: string): Resolver {
  const answer = answerOf(text)
  return { resolve: () => answer as never }
}

const recordOf = (result: SpfResult): SpfRecord | undefined => result.trace?.record

/** Has more records parsed than are kept. */
function flood(seed: number): void {
  for (let i = 0; i < 65; i++) check(always(`v=spf1 ${'ip4:198.51.100.1 '.repeat(1900)} x=${seed}.${i}`))
}

it('the same text is parsed once, in whichever answer it is', () => {
  const text = 'v=spf1 ip4:192.0.2.1 -all'
  const record = recordOf(check(always(text)))
  expect(record).toMatchObject({ text })
  expect(recordOf(check(always(text)))).toBe(record)
})

it('what was not in use for long is dropped, also where its answer lives on', () => {
  const resolver = always('v=spf1 ip4:192.0.2.1 x=dropped -all')
  const record = recordOf(check(resolver))
  expect(recordOf(check(resolver))).toBe(record)
  flood(1)
  const again = recordOf(check(resolver))
  expect(again).toEqual(record)
  expect(again).not.toBe(record)
})

it('an evaluation under way keeps what it has read', async () => {
  const outer = answerOf('v=spf1 include:a.example include:b.example -all')
  const inner = answerOf('v=spf1 ip4:198.51.100.1 x=inner')
  const held: (() => void)[] = []
  const resolver: Resolver = {
    resolve: (name) =>
      new Promise((done) => {
        if (name === 'd.example') done(outer as never)
        else held.push(() => done((name === 'a.example' ? inner : answerOf('v=spf1 +all')) as never))
      }),
  }
  const result = checkHost(usual, { resolver })
  const turn = () => new Promise((next) => setImmediate(next))
  await turn()
  expect(held).toHaveLength(2)
  for (const [i, go] of held.entries()) {
    flood(2 + i)
    go()
    await turn()
  }
  expect(await result).toMatchObject({ result: 'pass' })
})

it('faults are kept too, with their places', () => {
  const resolver = always('v=spf1 ip4:192.0.2.1 foo')
  for (let i = 0; i < 2; i++)
    expect(check(resolver)).toMatchObject({
      result: 'permerror',
      reason: { code: 'syntax', syntax: 'unknown-mechanism', at: 21, text: 'v=spf1 ip4:192.0.2.1 foo' },
    })
})
