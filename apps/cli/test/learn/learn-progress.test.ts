import { describe, expect, it } from 'vitest'
import { createProgress, formatSpan } from '../../src/learn/learn-progress.ts'

/** What is written over time: `[milliseconds, octets, messages]` each. */
function show(columns: number | undefined, totalOctets: number, steps: [number, number, number][]): string {
  let out = ''
  let time = 0
  const progress = createProgress({
    stderr: {
      write(data) {
        out += data
      },
      isClosed: false,
      columns,
    },
    totalOctets,
    isQuiet: false,
    clock: () => time,
  })
  for (const [at, octets, messages] of steps) {
    time = at
    progress.show(octets, messages)
  }
  progress.say('something')
  return out
}

describe('on a terminal', () => {
  it('a bar, ten times a second at most, makes room for lines', () => {
    expect(
      show(80, 1000, [
        [50, 1, 1],
        [1000, 500, 2000],
        [1050, 501, 2001],
      ]),
    ).toBe(
      `\r[${'='.repeat(15)}${' '.repeat(15)}] 50 %, 2,000 messages, 2,000/s, 0:01 left\x1b[K\r\x1b[Kpostern: something\n`,
    )
  })
  it('no bar where there is no room for one', () => {
    expect(show(45, 1000, [[1000, 500, 2000]])).toMatch(/^\r50 %, 2,000 messages/)
  })
  it('no part and no time left where the size is not known', () => {
    expect(show(80, 0, [[1000, 0, 10]])).toMatch(/^\r10 messages, 10\/s\x1b\[K/)
  })
  it('never more than all', () => {
    expect(show(80, 10, [[1000, 20, 10]])).toContain('100 %, 10 messages, 10/s, 0:00 left')
  })
})

it('elsewhere a line each ten seconds', () => {
  expect(
    show(undefined, 1000, [
      [9000, 1, 1],
      [10_000, 500, 20],
      [19_000, 600, 30],
      [20_000, 700, 40],
    ]),
  ).toBe(
    [
      'postern: 50 %, 20 messages, 2/s, 0:10 left',
      'postern: 70 %, 40 messages, 2/s, 0:10 left',
      'postern: something',
      '',
    ].join('\n'),
  )
})

it.each([
  [0, '0:00'],
  [59.6, '1:00'],
  [605, '10:05'],
  [3661, '1:01:01'],
  [1e12, '99:59:59'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text)
})
