import type { BayesFilter, Evidence, Score } from '@postern/bayes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScore } from '../../src/commands/score.ts'
import type { OpenedFilter } from '../../src/learn/filter.ts'
import { MailDesk, mail, mbox } from './mail-desk.ts'

let desk: MailDesk
beforeEach(() => {
  desk = new MailDesk()
})
afterEach(() => desk.clear())

const score = (...argv: string[]) => desk.runCommand('score', createScore(desk.open), ...argv)

/** A filter that always says the same. */
const saying = (answer: Partial<Score>): BayesFilter => ({
  ...desk.filter,
  score: async (_, { evidence = 0 } = {}) => ({
    probability: 0.5,
    verdict: 'unsure',
    ...answer,
    evidence: (answer.evidence ?? []).slice(0, evidence),
  }),
})
const scoreBy = (filter: BayesFilter, ...argv: string[]) =>
  desk.runCommand(
    'score',
    createScore(async (options, io) => ({ ...(await desk.open(options, io)), filter }) as OpenedFilter),
    ...argv,
  )

async function train(): Promise<void> {
  desk.write('spam', mbox('pills pills1', 'pills pills2'))
  desk.write('ham', mbox('lunch lunch1', 'lunch lunch2'))
  await desk.learn('--spam', 'spam', '--ham', 'ham')
}

it('an untrained filter says so, once', async () => {
  desk.write('box', mbox('a', 'b'))
  expect(await score('box')).toEqual({
    status: 0,
    out: 'unsure  0.5000  box#1\nunsure  0.5000  box#2\n',
    err: 'postern: the filter does not score yet: it has learned 0 spam and 0 ham, and needs 2 of each (postern learn)\n',
  })
})

it('prints a line for each message, in the order of the names', async () => {
  await train()
  desk.write('z', mail('lunch lunch1 lunch2'))
  desk.write('a', mail('pills pills1 pills2'))
  const { out } = await score('z', 'a')
  expect(out).toMatch(/^ham +0\.\d+ {2}z\nspam +0\.\d+ {2}a\n$/)
})

it('numbers the messages of an mbox, unless there is only one', async () => {
  desk.write('one', mbox('a'))
  desk.write('two', mbox('b', 'c'))
  expect((await score('one', 'two')).out).toMatch(/ {2}one\n.* {2}two#1\n.* {2}two#2\n$/)
})

it('reads standard input', async () => {
  await train()
  desk.stdin = mail('pills pills1 pills2')
  expect((await score()).out).toMatch(/^spam +0\.\d+ {2}-\n$/)
  expect((await score('-')).out).toMatch(/^spam +0\.\d+ {2}-\n$/)
})

describe('--explain', () => {
  it('shows what weighs, the strongest first, both ways', async () => {
    const evidence: Evidence[] = [
      { kind: 'word', text: 'pills', weight: 12.346 },
      { kind: 'header', text: 'List-Id: linux.ie', weight: -3.2 },
      { kind: 'link', text: 'http://x.example', weight: 0.004 },
    ]
    desk.write('m', mail('a'))
    const { out } = await scoreBy(
      saying({ probability: 0.99996, verdict: 'spam', evidence }),
      'm',
      '--explain',
    )
    expect(out).toBe(
      [
        'spam    0.999960  m',
        '  for   weight  what',
        '  spam  12.346  word    pills',
        '  ham    3.200  header  List-Id: linux.ie',
        '  spam   0.004  link    http://x.example',
        '',
      ].join('\n'),
    )
    expect(await scoreBy(saying({ evidence }), 'm', '--evidence', '1')).toMatchObject({
      out: expect.not.stringContaining('List-Id'),
    })
  })
  it('is safe on a terminal', async () => {
    const text = '\u001b[31mred\u009b2J\u202ecod\r\n\u2028'
    desk.write('m', mail('a'))
    const { out } = await scoreBy(saying({ evidence: [{ kind: 'word', text, weight: 1 }] }), 'm', '-e')
    expect(out).toContain('\\u{1b}[31mred\\u{9b}2J\\u{202e}cod\\u{d}\\u{a}\\u{2028}\n')
    const { out: json } = await scoreBy(
      saying({ evidence: [{ kind: 'word', text, weight: 1 }] }),
      'm',
      '-e',
      '--json',
    )
    expect(json).toMatch(/^[ -~]*\n$/)
    expect(JSON.parse(json).evidence[0].text).toBe(text)
  })
  it('says when there is nothing, and when the message is too long', async () => {
    desk.write('m', mail('a'))
    expect((await scoreBy(saying({ truncatedAt: 500_000 }), 'm', '-e')).out).toBe(
      'unsure  0.5000  m\n  nothing in it speaks for spam or for ham\n  only its first 500,000 octets were looked at\n',
    )
  })
})

it.each([
  [0, '0.0000'],
  [1, '1.0000'],
  [0.9999998, '0.99999980'],
  [0.00002, '0.000020'],
  [0.123, '0.1230'],
])('a probability of %d is %s', async (probability, shown) => {
  desk.write('m', mail('a'))
  expect((await scoreBy(saying({ probability }), 'm')).out).toBe(`unsure  ${shown}  m\n`)
})

it('--user scores by the own model', async () => {
  const users: (string | undefined)[] = []
  const filter: BayesFilter = {
    ...desk.filter,
    score: (message, options) => {
      users.push(options?.user)
      return desk.filter.score(message, options)
    },
  }
  desk.write('m', mail('a'))
  await scoreBy(filter, 'm', '--user', 'ann')
  expect(users).toEqual(['ann'])
})

describe('the exit status', () => {
  it.each([
    ['spam', 0],
    ['ham', 1],
    ['unsure', 2],
  ] as const)('of %s is %d with --exit-code', async (verdict, status) => {
    desk.write('m', mail('a'))
    expect((await scoreBy(saying({ verdict }), 'm', '--exit-code')).status).toBe(status)
    expect((await scoreBy(saying({ verdict }), 'm')).status).toBe(0)
  })
  it('is 3 when there is trouble, and 64 for mistakes', async () => {
    desk.write('box', mbox('a', 'b'))
    expect((await score('nowhere', '--exit-code')).status).toBe(3)
    expect((await score('nowhere')).status).toBe(1)
    expect((await score('box', '--exit-code')).status).toBe(64)
    expect((await score('box', '--evidence', 'many')).status).toBe(64)
    desk.filter.breakDown(new Error('disk'))
    expect(await score('box', '--exit-code')).toMatchObject({
      status: 3,
      err: "postern: the filter's store failed: disk\n",
    })
  })
})

it('--json prints a line for each message', async () => {
  desk.write('box', mbox('a', 'b'))
  const { out } = await score('box', '--json')
  const lines = out.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      place: 'box#1',
      verdict: 'unsure',
      probability: 0.5,
      evidence: [],
      untrained: { ham: 0, spam: 0, needed: 2 },
      truncatedAt: null,
    },
    expect.objectContaining({ place: 'box#2' }),
  ])
})
