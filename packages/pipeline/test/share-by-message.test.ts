import { describe, expect, it } from 'vitest'
import { shareByMessage } from '../src/share-by-message.ts'
import { subjectOf } from './subject.ts'

describe('shareByMessage', () => {
  it('gives a value at once when it is there', async () => {
    let release: (value: string) => void = () => {}
    const find = shareByMessage(() => new Promise<string>((resolve) => (release = resolve)))
    const first = find(subjectOf())
    expect(find(subjectOf())).toBe(first)
    release('found')
    expect(await first).toBe('found')
    expect(find(subjectOf())).toBe('found')
  })

  it('tells a failure to those who wait, and tries anew for the next', async () => {
    let tries = 0
    const find = shareByMessage(() => (++tries === 1 ? Promise.reject(new Error('broken')) : 'found'))
    const waiting = [find(subjectOf()), find(subjectOf())]
    for (const one of waiting) await expect(one).rejects.toThrow('broken')
    expect(find(subjectOf())).toBe('found')
    expect(tries).toBe(2)
  })
})
