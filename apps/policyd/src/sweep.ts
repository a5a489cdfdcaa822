import type { Log } from '@postern/daemon'
import { entryKey, type GreylistStore } from '@postern/greylist'

const hourSeconds = 3600
/** The first look is soon after the start, so that a daemon restarted every hour still expires. */
const firstAfterMs = 60_000
const lookEveryMs = 600_000

const sweepKey = entryKey('sweep', '')

export interface SweepParts {
  readonly store: GreylistStore
  /** Drops what has expired by now; how many records that were. */
  readonly expire: (now: number) => Promise<number>
  readonly log: Log
}

/** Drops expired records once an hour, by whichever of the processes that share the store comes first. */
export function startSweeping({ store, expire, log }: SweepParts): () => void {
  let timer = setTimeout(look, firstAfterMs)

  async function look(): Promise<void> {
    try {
      const now = Math.floor(Date.now() / 1000)
      const isMine = await store.update([sweepKey], ([last]) =>
        last && now - last.last < hourSeconds && last.last <= now
          ? { value: false }
          : { value: true, next: [{ first: 0, last: now, count: 0 }] },
      )
      if (isMine) {
        const began = performance.now()
        const expired = await expire(now)
        log.write('info', 'expiry', ['expired', expired, 'ms', Math.round(performance.now() - began)])
      }
    } catch (error) {
      log.write('error', 'expiry', ['problem', (error as Error).message])
    }
    timer = setTimeout(look, lookEveryMs)
    timer.unref()
  }

  timer.unref()
  return () => clearTimeout(timer)
}
