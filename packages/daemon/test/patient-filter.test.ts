import { describe, expect, it } from 'vitest'
import { type Log, openPatiently } from '../src/index.ts'
import { fakeFilter } from './fake-filter.ts'

const logTo = (lines: string[]): Log => ({
  isOn: () => true,
  write: (_, event, fields = []) =>
    void lines.push(`${event} ${fields.filter((f) => f !== undefined).join(' ')}`),
  reopen: () => undefined,
  close: async () => undefined,
})
const message = new Uint8Array()

describe('a filter that may come later', () => {
  it('is waited for', async () => {
    const filter = openPatiently(async () => fakeFilter(0.9), { log: logTo([]) })
    expect(await filter.score(message)).toMatchObject({ probability: 0.9 })
    await filter.close()
  })
  it('says why it is not there, once, and is tried again', async () => {
    const lines: string[] = []
    let attempts = 0
    let opened: ReturnType<typeof fakeFilter> | undefined
    const filter = openPatiently(
      async () => {
        if (++attempts < 4) throw new Error('the directory is gone')
        opened = fakeFilter(0.9)
        return opened
      },
      { log: logTo(lines), retryMs: 5 },
    )
    await expect(filter.score(message)).rejects.toThrow('the directory is gone')
    await expect(filter.learn(message, 'ham')).rejects.toThrow('the directory is gone')
    await expect.poll(() => filter.score(message).catch(() => undefined)).toMatchObject({ probability: 0.9 })
    expect(lines).toEqual([
      'filter problem the directory is gone retry_seconds 0.005',
      'filter opened now mail is scored',
    ])
    await filter.close()
    await filter.close()
    expect(opened?.closed).toBe(1)
    await expect(filter.stats()).rejects.toThrow()
  })
  it('is closed also when it opens after that', async () => {
    const late = fakeFilter()
    let letIn: (() => void) | undefined
    const filter = openPatiently(
      async () => {
        await new Promise<void>((resolve) => {
          letIn = resolve
        })
        return late
      },
      { log: logTo([]) },
    )
    const closing = filter.close()
    letIn?.()
    await closing
    expect(late.closed).toBe(1)
  })
})
