import { setTimeout as sleep } from 'node:timers/promises'

/** The daemon counts whole seconds. */
export const secondsNow = () => Math.floor(Date.now() / 1000)

/** Resolves when the clock shows `second` (since 1970): greylisting is about time that really goes by. */
export async function untilSecond(second: number): Promise<void> {
  while (secondsNow() < second) await sleep(Math.max(1, second * 1000 - Date.now()))
}
