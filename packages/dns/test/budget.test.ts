import { describe, expect, it } from 'vitest'
import { createBudget } from '../src/index.ts'

describe('createBudget', () => {
  it('counts queries until they are used up', () => {
    const budget = createBudget({ deadlineMs: 10, now: () => 0, maxQueries: 2 })
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false])
    expect(budget.queries).toBe(2)
    expect(budget.isSpent()).toBe(true)
    expect(budget.remainingMs()).toBe(10)
  })

  it.each([
    [999, 1, true],
    [1000, 0, false],
    [5000, 0, false],
    [Number.NaN, 0, false],
  ])('at %d ms of 1,000 has %d left', (at, left, mayAsk) => {
    const budget = createBudget({ deadlineMs: 1000, now: () => at })
    expect(budget.remainingMs()).toBe(left)
    expect(budget.isSpent()).toBe(!mayAsk)
    expect(budget.take()).toBe(mayAsk)
    expect(budget.queries).toBe(mayAsk ? 1 : 0)
  })

  it('has no end without one', () => {
    const budget = createBudget({ deadlineMs: Number.POSITIVE_INFINITY, now: () => 1e15 })
    expect(budget.take()).toBe(true)
    expect(budget.remainingMs()).toBe(Number.POSITIVE_INFINITY)
  })
})
