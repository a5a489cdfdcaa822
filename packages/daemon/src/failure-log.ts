import type { Log } from './log.ts'

/** How often at most the same trouble is told. */
const tellEveryMs = 60_000

/** Counts what broke, and tells its cause without flooding the log: at once, then once a minute with the count. */
export interface FailureLog {
  note(where: string, error: unknown): void
  readonly total: number
}

/** `clock`: milliseconds that never go back. */
export function createFailureLog(log: Log, clock: () => number = () => performance.now()): FailureLog {
  const told = new Map<string, { at: number; since: number }>()
  let total = 0
  return {
    note(where, error) {
      total++
      const cause = error instanceof Error ? error.message : String(error)
      const key = `${where}: ${cause}`
      const now = clock()
      const last = told.get(key)
      if (last && now - last.at < tellEveryMs) {
        last.since++
        return
      }
      if (told.size > 1000) told.clear()
      told.set(key, { at: now, since: 0 })
      // Our own bugs are TypeErrors and the like: their stack says where. The world's troubles need none.
      const isBug =
        error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
      log.write('error', 'failure', [
        'check',
        where,
        'cause',
        cause,
        'times',
        (last?.since ?? 0) + 1,
        'total',
        total,
        'stack',
        isBug ? error.stack : undefined,
      ])
    },
    get total() {
      return total
    },
  }
}
