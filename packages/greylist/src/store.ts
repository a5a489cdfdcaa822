import type { Entry, EntryKey } from './entry.ts'

/** The outcome of a read-decide-write: what to answer, and what to write under each key (undefined: leave as it is). */
export interface Change<T> {
  readonly value: T
  readonly next?: readonly (Entry | undefined)[] | undefined
}

/** Given the entries under the keys, in their order, decides. Must be pure: a store may call it again. */
export type Decide<T> = (entries: readonly (Entry | undefined)[]) => Change<T>

/**
 * Where a greylist keeps its records. Every implementation passes `greylistStoreContract` of `@postern/greylist/testing`.
 * Methods reject when the storage fails (disk full, file damaged); what that means for mail is the caller's policy.
 */
export interface GreylistStore {
  /**
   * Reads the entries, decides, writes what changed; atomic for each key within a process. What another process that
   * shares the store writes to the same key in the same instant is not lost either: the store decides again, or joins both
   * changes by `rebaseEntry`. Resolves when the change would survive the sudden end of this process.
   */
  update<T>(keys: readonly EntryKey[], decide: Decide<T>): Promise<T>
  /** Entries whose key begins with `prefix`, in the order of their keys. */
  entries(prefix: string): AsyncIterable<readonly [EntryKey, Entry]>
  /** Whether there are entries under `prefix`. Looks, and so is for once in a second, not for every attempt. */
  mayHave(prefix: string): boolean
  /** Removes entries; how many there were. */
  remove(keys: readonly EntryKey[]): Promise<number>
  /** Removes the entries that `isExpired` names, in small steps between which other work goes on; how many there were. */
  expire(isExpired: (key: EntryKey, entry: Entry) => boolean): Promise<number>
  /** How many entries there are, about. */
  count(): Promise<number>
  /** Ends the store; everything written before is kept. */
  close(): Promise<void>
}
