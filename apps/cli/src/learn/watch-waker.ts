// When to look again: when the system says that a directory has changed, when something is due, and from time to time in any case.

import { type FSWatcher, watch } from 'node:fs'

export interface Waker {
  /** The directories to be told of from now on. */
  observe(directories: readonly string[]): void
  /** Resolves soon after a change, or else after so many milliseconds, or when it is stopped; with the directories that have changed. */
  sleep(milliseconds: number): Promise<ReadonlySet<string>>
  close(): void
}

export interface WakerOptions {
  readonly stop: AbortSignal
  /** The system takes no more directories to watch: called once. */
  onLimit(error: Error): void
}

/** A change comes seldom alone: a message is written, linked, and deleted where it was. */
const SETTLE_MS = 300

/** setTimeout goes no further. */
const MAX_SLEEP_MS = 0x7fff_ffff

export function createWaker({ stop, onLimit }: WakerOptions): Waker {
  const watchers = new Map<string, FSWatcher>()
  let changed = new Set<string>()
  let wake: (() => void) | undefined
  let isLimited = false

  const open = (directory: string) => {
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        changed.add(directory)
        wake?.()
      })
      watcher.on('error', () => close(directory))
      watchers.set(directory, watcher)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // What is missing or locked is told by the scan.
      if (isLimited || (code !== 'ENOSPC' && code !== 'EMFILE')) return
      isLimited = true
      onLimit(error as Error)
    }
  }
  const close = (directory: string) => {
    watchers.get(directory)?.close()
    watchers.delete(directory)
  }
  const pause = (milliseconds: number, isLight: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, Math.min(milliseconds, MAX_SLEEP_MS))
      function done() {
        clearTimeout(timer)
        stop.removeEventListener('abort', done)
        wake = undefined
        resolve()
      }
      if (isLight) wake = done
      stop.addEventListener('abort', done)
      if (stop.aborted) done()
    })

  return {
    observe(directories) {
      const wanted = new Set(directories)
      for (const directory of watchers.keys()) if (!wanted.has(directory)) close(directory)
      for (const directory of wanted) if (!watchers.has(directory)) open(directory)
    },
    async sleep(milliseconds) {
      if (changed.size === 0) await pause(milliseconds, true)
      if (changed.size > 0) await pause(SETTLE_MS, false)
      const answer = changed
      changed = new Set()
      return answer
    },
    close() {
      for (const directory of [...watchers.keys()]) close(directory)
    },
  }
}
