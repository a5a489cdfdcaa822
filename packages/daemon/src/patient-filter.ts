// A filter that may not be there yet. What cannot be opened must not keep a daemon from its other work, since Postfix turns mail
// away when its milter is down.

import type { BayesFilter } from '@postern/bayes'
import type { Log } from './log.ts'

const defaultRetryMs = 15_000

export interface PatientFilterOptions {
  readonly log: Log
  /** How long until a filter that could not be opened is tried again. Default: 15 s. */
  readonly retryMs?: number
}

/** Opens the filter now or, when that fails, as soon as it can be; until then its methods reject with the reason. */
export function openPatiently(
  open: (onSetAside: (file: string) => void) => Promise<BayesFilter>,
  { log, retryMs = defaultRetryMs }: PatientFilterOptions,
): BayesFilter {
  let timer: NodeJS.Timeout | undefined
  let filter: BayesFilter | undefined
  let reason: Error | undefined
  let isClosed = false

  const tryToOpen = async (): Promise<void> => {
    try {
      filter = await open((file) =>
        log.write('error', 'filter', [
          'problem',
          'the store was damaged; the filter has to learn anew',
          'set_aside',
          file,
        ]),
      )
      if (reason !== undefined) log.write('info', 'filter', ['opened', 'now mail is scored'])
    } catch (error) {
      const isNews = (error as Error).message !== reason?.message
      reason = error as Error
      if (isNews) log.write('error', 'filter', ['problem', reason.message, 'retry_seconds', retryMs / 1000])
      if (!isClosed)
        timer = setTimeout(() => {
          trying = tryToOpen()
        }, retryMs)
    }
  }
  let trying = tryToOpen()

  const use = async <T>(action: (opened: BayesFilter) => Promise<T>): Promise<T> => {
    // Only the attempt under way is waited for.
    if (filter === undefined) await trying
    if (filter === undefined || isClosed) throw reason ?? new Error('the filter is closed')
    return action(filter)
  }
  return {
    score: (message, options) => use((opened) => opened.score(message, options)),
    learn: (message, as, options) => use((opened) => opened.learn(message, as, options)),
    unlearn: (message, options) => use((opened) => opened.unlearn(message, options)),
    stats: (options) => use((opened) => opened.stats(options)),
    async close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      await trying
      await filter?.close()
    },
  }
}
