// A process that shares a store, for the tests that kill it or run several: node program.mjs DIRECTORY COMMAND [ARGS]
import { openLmdbStore } from '../src/index.ts'

const [directory = '', command, argument = '0'] = process.argv.slice(2)
const opened = openLmdbStore({ directory })
if (!opened.ok) {
  console.log(opened.error.code)
  process.exit(1)
}
const { store } = opened

switch (command) {
  // Writes keys without end, and says each only when the store has said it is safe.
  case 'write-forever':
    for (let i = 0; ; i += 8) {
      const batch = Array.from({ length: 8 }, (_, k) => `t\nkey-${i + k}`)
      await Promise.all(
        batch.map(async (key, k) => {
          await store.update([key], () => ({ value: 0, next: [{ first: i + k, last: i + k, count: 1 }] }))
          process.stdout.write(`${key.slice(2)}\n`)
        }),
      )
      if (i % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  // Adds one to a shared counter so many times.
  case 'count':
    for (let i = 0; i < Number(argument); i++) {
      await store.update(['c\ncounter'], ([old]) => ({
        value: 0,
        next: [{ first: 1, last: 1, count: (old?.count ?? 0) + 1 }],
      }))
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await store.close()
    break
  // Writes until the disk is full, and on: says how many were safe, how many refused, and whether it could still answer.
  case 'fill': {
    let safe = 0
    const refused = new Set<string>()
    for (let i = 0; i < Number(argument); i++) {
      const batch = Array.from({ length: 100 }, (_, k) =>
        store.update([`t\n${'x'.repeat(200)}-${i}-${k}`], () => ({
          value: 0,
          next: [{ first: i, last: i, count: 0 }],
        })),
      )
      for (const result of await Promise.allSettled(batch))
        if (result.status === 'fulfilled') safe++
        else refused.add((result.reason as NodeJS.ErrnoException).code ?? String(result.reason))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const read = await store.update([`t\n${'x'.repeat(200)}-0-0`], ([value]) => ({ value }))
    console.log(JSON.stringify({ safe, refused: [...refused], read }))
    process.kill(process.pid, 'SIGKILL')
    break
  }
  // Writes so many entries and ends as it should.
  case 'put':
    for (let i = 0; i < Number(argument); i++)
      await store.update([`t\n${i}`], () => ({ value: 0, next: [{ first: 1, last: 2, count: 3 }] }))
    await store.close()
    break
  case 'open':
    break
  default:
    throw new Error(`no such command: ${command}`)
}
