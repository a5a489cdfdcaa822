import { describe, expect, it } from 'vitest'
import { createSlots, type Visitor } from '../src/slots.ts'

describe('createSlots', () => {
  const setUp = (places: number, waiting: number, reserved = 0) => {
    const slots = createSlots({ places, reserved, waiting })
    const started: number[] = []
    const gone = new Set<number>()
    const visitors = new Map<number, Visitor>()
    const enter = (id: number, owner?: object) => {
      const visitor = { owner, isGone: () => gone.has(id), start: () => started.push(id) }
      visitors.set(id, visitor)
      return slots.enter(visitor)
    }
    const leave = (id: number) => slots.leave(visitors.get(id)!)
    return { started, gone, enter, leave }
  }

  it('lets in as many as it has places, then in the order of arrival', () => {
    const { leave, started, enter } = setUp(2, 2)
    expect([1, 2, 3, 4, 5].map((id) => enter(id))).toEqual([true, true, true, true, false])
    expect(started).toEqual([1, 2])
    leave(1)
    expect(started).toEqual([1, 2, 3])
    leave(2)
    leave(3)
    expect(started).toEqual([1, 2, 3, 4])
    expect(enter(6)).toBe(true)
    expect(started).toEqual([1, 2, 3, 4, 6])
  })

  it('passes over those who went away', () => {
    const { leave, started, gone, enter } = setUp(1, 9)
    for (const id of [1, 2, 3, 4]) enter(id)
    gone.add(2).add(3)
    leave(1)
    expect(started).toEqual([1, 4])
  })

  it('keeps its order over many', () => {
    const { leave, started, enter } = setUp(1, 1000)
    for (let id = 0; id < 1000; id++) enter(id)
    for (let id = 0; id < 999; id++) leave(id)
    expect(started).toEqual(Array.from({ length: 1000 }, (_, id) => id))
  })

  it('keeps places for owners who hold none, and lets the others in by turns', () => {
    const { leave, started, enter } = setUp(4, 100, 1)
    const [greedy, modest] = [{}, {}]
    for (const id of [1, 2, 3, 4, 5]) enter(id, greedy)
    expect(started).toEqual([1, 2, 3])
    for (const id of [10, 11, 12]) enter(id, modest)
    enter(20)
    expect(started).toEqual([1, 2, 3, 10])
    leave(1)
    expect(started).toEqual([1, 2, 3, 10, 20])
    leave(20)
    expect(started).toEqual([1, 2, 3, 10, 20])
    leave(2)
    leave(3)
    leave(10)
    expect(started.slice(5)).toEqual([4, 11, 5])
    // Greedy's last one has left, so the free place is anybody's.
    leave(4)
    expect(started.slice(8)).toEqual([12])
  })

  it('counts again from nothing when all are gone', () => {
    const { leave, started, enter } = setUp(1, 1)
    const owner = {}
    for (let id = 0; id < 50; id++) {
      expect(enter(id, owner)).toBe(true)
      leave(id)
    }
    expect(started).toHaveLength(50)
  })
})
