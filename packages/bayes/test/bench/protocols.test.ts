import { describe, expect, it } from 'vitest'
import { mixed, runSplit, runStream } from '../../bench/protocols.ts'
import type { Sample, Subject } from '../../bench/subject.ts'

const sample = (id: number): Sample => ({
  id: `${id}`,
  class: id % 2 === 0 ? 'ham' : 'spam',
  bytes: Buffer.from(`message ${id}`),
})
const samples = [1, 2, 3].map(sample)

function recorder(): { subject: Subject; calls: string[] } {
  const calls: string[] = []
  const subject: Subject = {
    async learn({ id, class: mailClass }) {
      calls.push(`learn ${id} ${mailClass}`)
    },
    async score({ id }) {
      calls.push(`score ${id}`)
      return { score: Number(id) / 10, verdict: 'unsure' }
    },
    octets: async () => 0,
    close: async () => {},
  }
  return { subject, calls }
}

describe('protocols', () => {
  it('stream: tells of each message, then learns it', async () => {
    const { subject, calls } = recorder()
    const outcomes = await runStream(subject, samples)
    expect(calls).toEqual(['score 1', 'learn 1 spam', 'score 2', 'learn 2 ham', 'score 3', 'learn 3 spam'])
    expect(outcomes[1]).toEqual({ id: '2', class: 'ham', score: 0.2, verdict: 'unsure' })
  })

  it('split: learns one part, then tells of the other', async () => {
    const { subject, calls } = recorder()
    const split = { name: 's', title: 'S', train: samples.slice(0, 1), test: samples.slice(1) }
    expect((await runSplit(subject, split)).map(({ id }) => id)).toEqual(['2', '3'])
    expect(calls).toEqual(['learn 1 spam', 'score 2', 'score 3'])
  })

  it('in bulk where the filter can', async () => {
    const { subject, calls } = recorder()
    const bulk: Subject = {
      ...subject,
      async learnAll(all) {
        calls.push(`learn ${all.length}`)
      },
      scoreAll: async (all) => all.map(({ id }) => ({ score: Number(id), verdict: 'ham' })),
    }
    const split = { name: 's', title: 'S', train: samples.slice(0, 2), test: samples.slice(2) }
    expect(await runSplit(bulk, split)).toEqual([{ id: '3', class: 'spam', score: 3, verdict: 'ham' }])
    expect(calls).toEqual(['learn 2'])
  })
})

describe('mixed order', () => {
  const many = Array.from({ length: 200 }, (_, i) => sample(i))
  it('depends on the contents alone', () => {
    expect(mixed([...many].reverse())).toEqual(mixed(many))
  })
  it('has both classes in every part', () => {
    const order = mixed([...many].sort((a, b) => a.class.localeCompare(b.class)))
    for (let from = 0; from < 200; from += 50) {
      const ham = order.slice(from, from + 50).filter((message) => message.class === 'ham').length
      expect(ham).toBeGreaterThan(10)
      expect(ham).toBeLessThan(40)
    }
  })
})
