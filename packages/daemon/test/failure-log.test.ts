import { describe, expect, it } from 'vitest'
import { createFailureLog } from '../src/failure-log.ts'
import { collectLog } from '../src/testing.ts'

describe('the log of failures', () => {
  it('tells the same trouble at once, then once a minute with how often it was', () => {
    const { log, lines } = collectLog()
    let now = 0
    const failures = createFailureLog(log, () => now)
    const full = new Error('disk full')
    for (now = 0; now < 180_000; now += 1000) failures.note('greylist', full)
    expect(lines).toEqual([
      'error failure check=greylist cause=disk full times=1 total=1',
      'error failure check=greylist cause=disk full times=60 total=61',
      'error failure check=greylist cause=disk full times=60 total=121',
    ])
    expect(failures.total).toBe(180)
  })

  it('tells each cause and each place by itself', () => {
    const { log, lines } = collectLog()
    const failures = createFailureLog(log, () => 0)
    failures.note('greylist', new Error('disk full'))
    failures.note('helo', new Error('disk full'))
    failures.note('helo', 'no error at all')
    failures.note('helo', 'no error at all')
    expect(lines.map((line) => line.replace(/ total=\d$/, ''))).toEqual([
      'error failure check=greylist cause=disk full times=1',
      'error failure check=helo cause=disk full times=1',
      'error failure check=helo cause=no error at all times=1',
    ])
  })

  it('shows where our own bugs are', () => {
    const { log, lines } = collectLog()
    createFailureLog(log).note('helo', new TypeError('x is not a function'))
    expect(lines[0]).toMatch(/stack=TypeError: x is not a function\n +at /)
  })

  it('does not grow with causes that are never the same', () => {
    const { log, lines } = collectLog()
    const failures = createFailureLog(log, () => 0)
    for (let i = 0; i < 5000; i++) failures.note('greylist', new Error(`no ${i}`))
    // Still told, each of them; remembered are a thousand at most.
    expect(lines).toHaveLength(5000)
    failures.note('greylist', new Error('no 0'))
    expect(lines).toHaveLength(5001)
  })
})
