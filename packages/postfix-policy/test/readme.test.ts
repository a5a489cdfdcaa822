import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

afterEach(() => vi.restoreAllMocks())

it('shows in the README exactly the example that runs here', () => {
  const [, shown = ''] = /```ts\n(.*?)```/s.exec(read('../README.md')) ?? []
  expect(read('readme-example.ts')).toBe(shown.replaceAll(/@postern\/postfix-policy\/(\w+)/g, '../src/$1.ts'))
  expect(shown.trimEnd().split('\n').length).toBeLessThanOrEqual(20)
})

it('prints what the example says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('./readme-example.ts')
  expect(log.mock.calls).toEqual([['550 5.7.1 localhost is not your name']])
})
