import type { MessageHeader } from '@postern/pipeline'
import { describe, expect, it } from 'vitest'
import { createHeaderQueue } from '../src/header-queue.ts'

const header = (name: string): MessageHeader => ({ name, format: () => `${name}: 1` })
const spf = header('Received-SPF')
const greylist = header('X-Greylist')

describe('the headers of a message', () => {
  it('go with its answers, one with each, in their order', () => {
    const queue = createHeaderQueue()
    expect(queue.give('1', [spf, greylist])).toBe(spf)
    expect(queue.give('1', [spf, greylist])).toBe(greylist)
    expect(queue.give('1', [spf, greylist])).toBeUndefined()
  })
  it('go on it once, whatever recipient they are due to', () => {
    const queue = createHeaderQueue()
    expect(queue.give('1', [spf])).toBe(spf)
    expect(queue.give('1', [spf])).toBeUndefined()
    expect(queue.give('1', [spf, header('X-Greylist')])?.name).toBe('X-Greylist')
    expect(queue.give('1', [spf, greylist])).toBeUndefined()
  })
  it('that are owed at DATA are given there', () => {
    const queue = createHeaderQueue()
    queue.give('1', [spf, greylist])
    expect(queue.next('1')).toBe(greylist)
    expect(queue.next('1')).toBeUndefined()
    expect(queue.next('2')).toBeUndefined()
    expect(queue.next(undefined)).toBeUndefined()
  })
  it('may be owed without one that goes now', () => {
    const queue = createHeaderQueue()
    queue.owe('1', [spf])
    queue.owe('1', [spf])
    queue.owe(undefined, [spf])
    queue.owe('2', [])
    expect(queue.next('1')).toBe(spf)
    expect(queue.next('1')).toBeUndefined()
  })
  it('are not mixed up between messages', () => {
    const queue = createHeaderQueue()
    expect(queue.give('1', [spf, greylist])).toBe(spf)
    expect(queue.give('2', [spf])).toBe(spf)
    expect(queue.next('2')).toBeUndefined()
    expect(queue.next('1')).toBe(greylist)
  })
  it.each([undefined, ''])('without an instance (%j) are rather put twice than never', (instance) => {
    const queue = createHeaderQueue()
    for (let i = 0; i < 2; i++) expect(queue.give(instance, [spf, greylist])).toBe(spf)
    expect(queue.give(instance, [])).toBeUndefined()
  })
  it('are remembered for 127 other messages, and forgotten after 256', () => {
    const queue = createHeaderQueue()
    queue.give('1', [spf])
    for (let i = 0; i < 127; i++) queue.give(`other.${i}`, [spf])
    expect(queue.give('1', [spf])).toBeUndefined()
    for (let i = 127; i < 256; i++) queue.give(`other.${i}`, [spf])
    expect(queue.give('1', [spf])).toBe(spf)
  })
})
