// The greylist's store as the daemon uses it: one that may not be there yet. A store that cannot be opened must not keep
// the daemon from answering, since Postfix turns mail away when its policy service is down.

import type { Log } from '@postern/daemon'
import { createMemoryStore, type GreylistStore } from '@postern/greylist'
import { type OpenErrorCode, openLmdbStore } from '@postern/store-lmdb'

const defaultRetryMs = 15_000

const sentences: Record<OpenErrorCode, string> = {
  'no-permission': 'may not be read and written by this user: change its owner, or [store] directory',
  'disk-full': 'lies on a full disk',
  'not-a-directory': 'is not a directory: change [store] directory',
  'read-only': 'lies on a read-only file system',
  other: 'cannot be opened',
}

export interface StoreOptions {
  readonly kind: 'lmdb' | 'memory'
  readonly directory: string
  readonly log: Log
  /** How long until an unopened store is tried again. Default: 15 s. */
  readonly retryMs?: number
}

/** Opens the store now or, when that fails, as soon as it can be; until then its methods reject with the reason. */
export function openStore(options: StoreOptions): GreylistStore {
  const { kind, directory, log, retryMs = defaultRetryMs } = options
  if (kind === 'memory') return createMemoryStore()
  let timer: NodeJS.Timeout | undefined
  let store: GreylistStore | undefined
  let reason = ''

  const tryToOpen = () => {
    const onCommitError = (error: Error) =>
      log.write('error', 'store', ['problem', 'commit failed, will be tried again', 'cause', error.message])
    const opened = openLmdbStore({ directory, onCommitError })
    if (!opened.ok) {
      const { code, cause } = opened.error
      reason = `the store ${directory} ${sentences[code]}`
      log.write('error', 'store', [
        'problem',
        reason,
        'cause',
        cause.message,
        'retry_seconds',
        retryMs / 1000,
      ])
      timer = setTimeout(tryToOpen, retryMs)
      return
    }
    store = opened.store
    if (opened.setAside)
      log.write('error', 'store', [
        'problem',
        'the database was damaged and has been set aside; the greylist begins anew',
        'set_aside',
        opened.setAside,
      ])
    if (opened.recovered > 0)
      log.write('info', 'store', ['recovered', opened.recovered, 'directory', directory])
  }
  tryToOpen()

  const use = <T>(action: (open: GreylistStore) => Promise<T>): Promise<T> =>
    store ? action(store) : Promise.reject(new Error(reason))
  return {
    update: (keys, decide) => (store ? store.update(keys, decide) : Promise.reject(new Error(reason))),
    async *entries(prefix) {
      if (!store) throw new Error(reason)
      yield* store.entries(prefix)
    },
    mayHave: (prefix) => store?.mayHave(prefix) ?? false,
    remove: (keys) => use((open) => open.remove(keys)),
    expire: (isExpired) => use((open) => open.expire(isExpired)),
    count: () => use((open) => open.count()),
    async close() {
      clearTimeout(timer)
      await store?.close()
    },
  }
}
