import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bundleProgram } from '@postern/tooling/test-program'
import { beforeAll, describe, expect, it } from 'vitest'
import { openLmdbStore } from '../src/index.ts'

let program: string
beforeAll(async () => {
  program = await bundleProgram(new URL('program.ts', import.meta.url))
})

const newDirectory = () => mkdtempSync(path.join(os.tmpdir(), 'postern-lmdb-'))

function run(directory: string, ...args: string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, [program, directory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  return Object.assign(child, { said: () => said })
}

function open(directory: string) {
  const opened = openLmdbStore({ directory })
  if (!opened.ok) throw opened.error.cause
  return opened
}

describe('a store whose process is killed', () => {
  it.each([30, 150, 400])(
    'has everything that was answered for, %i ms after the first answer',
    async (ms) => {
      const directory = newDirectory()
      const child = run(directory, 'write-forever')
      await once(child.stdout!, 'data')
      await new Promise((resolve) => setTimeout(resolve, ms))
      child.kill('SIGKILL')
      await once(child, 'close')
      const keys = child.said().split('\n').slice(0, -1)
      expect(keys.length).toBeGreaterThan(0)

      const { store } = open(directory)
      const lost: string[] = []
      for (const key of keys)
        if ((await store.update([`t\n${key}`], ([value]) => ({ value }))) === undefined) lost.push(key)
      expect(lost).toEqual([])
      await store.close()
      expect(readdirSync(directory).filter((name) => name.startsWith('journal'))).toEqual([])
    },
  )

  it('has everything when it is killed again and again', async () => {
    const directory = newDirectory()
    for (let round = 0; round < 4; round++) {
      const child = run(directory, 'write-forever')
      await once(child.stdout!, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      const last = child.said().trim().split('\n').at(-1)
      const { store, recovered } = open(directory)
      expect(recovered).toBeGreaterThan(0)
      expect(await store.update([`t\n${last}`], ([value]) => ({ value }))).toMatchObject({ count: 1 })
      await store.close()
    }
  })
})

describe('a store shared by processes', () => {
  it('loses no update of any of them', async () => {
    const directory = newDirectory()
    const here = open(directory).store
    const children = [run(directory, 'count', '300'), run(directory, 'count', '300')]
    const ends = children.map((child) => once(child, 'close'))
    for (let i = 0; i < 300; i++) {
      await here.update(['c\ncounter'], ([old]) => ({
        value: 0,
        next: [{ first: 1, last: 1, count: (old?.count ?? 0) + 1 }],
      }))
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect((await Promise.all(ends)).map(([status]) => status)).toEqual([0, 0])
    await here.close()
    const { store } = open(directory)
    const counter = await store.update(['c\ncounter'], ([value]) => ({ value }))
    expect(counter?.count).toBe(900)
    await store.close()
  })

  it('shows a change to the others soon', async () => {
    const directory = newDirectory()
    const here = open(directory).store
    await run(directory, 'count', '1').exitCode
    const read = () => here.update(['c\ncounter'], ([value]) => ({ value }))
    await expect.poll(read, { timeout: 5000 }).toMatchObject({ count: 1 })
    await here.close()
  })

  it('keeps a removal by another process that has the entry in hand', async () => {
    const directory = newDirectory()
    const one = open(directory).store
    const two = open(directory).store
    await one.update(['t\nx'], () => ({ value: 0, next: [{ first: 1, last: 1, count: 0 }] }))
    await one.count()
    expect(await two.remove(['t\nx'])).toBe(1)
    expect(await two.count()).toBe(0)
    await expect.poll(() => one.update(['t\nx'], ([value]) => ({ value }))).toBeUndefined()
    await one.close()
    await two.close()
  })
})
