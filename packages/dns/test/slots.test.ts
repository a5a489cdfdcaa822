import { describe, expect, it } from 'vitest'
import { createSlots } from '../src/slots.ts'

describe('createSlots', () => {
  const setUp = (places: number, waiting: number) => {
    const slots = createSlots(places, waiting)
    const started: number[] = []
    const gone = new Set<number>()
    const enter = (id: number) => slots.enter({ isGone: () => gone.has(id), start: () => started.push(id) })
    return { slots, started, gone, enter }
  }

  it('lets in as many as it has places, then in the order of arrival', () => {
    const { slots, started, enter } = setUp(2, 2)
    expect([1, 2, 3, 4, 5].map(enter)).toEqual([true, true, true, true, false])
    expect(started).toEqual([1, 2])
    slots.leave()
    expect(started).toEqual([1, 2, 3])
    slots.leave()
    slots.leave()
    expect(started).toEqual([1, 2, 3, 4])
    expect(enter(6)).toBe(true)
    expect(started).toEqual([1, 2, 3, 4, 6])
  })

  it('passes over those who went away', () => {
    const { slots, started, gone, enter } = setUp(1, 9)
    for (const id of [1, 2, 3, 4]) enter(id)
    gone.add(2).add(3)
    slots.leave()
    expect(started).toEqual([1, 4])
  })

  it('keeps its order over many', () => {
    const { slots, started, enter } = setUp(1, 1000)
    for (let id = 0; id < 1000; id++) enter(id)
    for (let id = 0; id < 999; id++) slots.leave()
    expect(started).toEqual(Array.from({ length: 1000 }, (_, id) => id))
  })
})
